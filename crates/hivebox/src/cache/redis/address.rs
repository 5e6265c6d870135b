//! Where Redis is: one server, servers that Sentinels name, or a cluster.

use redis::{ConnectionAddr, ConnectionInfo, IntoConnectionInfo, ProtocolVersion, TlsCertificates};

/// Where Redis is, and how to log in there. Its `Debug` form does not show the password.
#[derive(Debug, Clone)]
pub struct RedisAddress {
    /// At least one.
    pub(super) nodes: Vec<ConnectionInfo>,
    pub(super) topology: Topology,
    pub(super) certificates: Option<TlsCertificates>,
}

/// What the nodes are to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Topology {
    /// There is one.
    Server,
    /// They are Sentinels, which know where the master of a service is.
    Sentinel { service: String },
    /// They are some of a cluster.
    Cluster,
}

impl RedisAddress {
    /// Reads an address:
    /// * `redis://[[USER]:PASSWORD@]HOST[:PORT][/DB]`, or `rediss://` for TLS;
    /// * `redis+sentinel://[[USER]:PASSWORD@]HOST:PORT,HOST:PORT/SERVICE`, where user and password are those
    ///   of the servers;
    /// * `redis+cluster://[[USER]:PASSWORD@]HOST:PORT,HOST:PORT`;
    ///
    /// and the last two with `rediss+`. Servers must speak RESP3, as Redis does from 6 on, and Valkey.
    ///
    /// # Errors
    /// It is no such address; the error says why, without the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("no scheme")?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        if !matches!(scheme, "redis" | "rediss") {
            return Err("an unknown scheme".into());
        }
        let (login, places) = rest.rsplit_once('@').map_or(("", rest), |(login, places)| (login, places));
        let (hosts, path) = places.split_once('/').unwrap_or((places, ""));
        let node = |host: &str, path: &str| {
            let login = if login.is_empty() { String::new() } else { format!("{login}@") };
            let info = format!("{scheme}://{login}{host}/{path}").into_connection_info();
            // The rest is the name of the error's kind.
            let info =
                info.map_err(|error| error.to_string().split(" - ").next().unwrap_or_default().to_owned())?;
            let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
            Ok::<_, String>(info.set_redis_settings(settings))
        };
        let nodes =
            |path: &str| hosts.split(',').map(|host| node(host.trim(), path)).collect::<Result<Vec<_>, _>>();
        let (nodes, topology) = match kind {
            "" => (vec![node(hosts, path)?], Topology::Server),
            "sentinel" if path.is_empty() => return Err("no /SERVICE after the Sentinels".into()),
            "sentinel" => (nodes("")?, Topology::Sentinel { service: path.to_owned() }),
            "cluster" if path.is_empty() => (nodes("")?, Topology::Cluster),
            "cluster" => return Err("a cluster has no databases".into()),
            _ => return Err("an unknown scheme".into()),
        };
        Ok(Self { nodes, topology, certificates: None })
    }

    /// The same, trusting the certificate authorities in `pem` instead of the system's.
    #[must_use]
    pub fn trusting(self, pem: Vec<u8>) -> Self {
        Self { certificates: Some(TlsCertificates { client_tls: None, root_cert: Some(pem) }), ..self }
    }

    /// Whether connections are encrypted.
    #[must_use]
    pub fn uses_tls(&self) -> bool {
        self.nodes.iter().any(|node| matches!(node.addr(), ConnectionAddr::TcpTls { .. }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Vec<String>, Topology) {
        let address = RedisAddress::parse(text).unwrap();
        (address.nodes.iter().map(|node| node.addr().to_string()).collect(), address.topology)
    }

    #[test]
    fn one_server_sentinels_and_clusters_are_told_apart() {
        assert_eq!(read("redis://cache"), (vec!["cache:6379".into()], Topology::Server));
        assert_eq!(read("rediss://u:p@cache:7000/2"), (vec!["cache:7000".into()], Topology::Server));
        let service = Topology::Sentinel { service: "hive".into() };
        assert_eq!(read("redis+sentinel://:p@a:1,b:2/hive"), (vec!["a:1".into(), "b:2".into()], service));
        assert_eq!(read("rediss+cluster://a:1,b:2"), (vec!["a:1".into(), "b:2".into()], Topology::Cluster));
        assert!(RedisAddress::parse("rediss+cluster://a:1").unwrap().uses_tls());
        assert!(!RedisAddress::parse("redis://a:1").unwrap().uses_tls());
    }

    #[test]
    fn user_password_and_database_go_to_every_node() {
        let address = RedisAddress::parse("redis+cluster://bee:h%40ney@a:1,b:2").unwrap();
        for node in &address.nodes {
            assert_eq!(node.redis_settings().username(), Some("bee"));
            assert_eq!(node.redis_settings().password(), Some("h@ney"));
        }
        assert_eq!(RedisAddress::parse("redis://a/3").unwrap().nodes[0].redis_settings().db(), 3);
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_it() {
        for wrong in [
            "memory",
            "http://secret@a",
            "redis+ring://secret@a",
            "redis+sentinel://:secret@a:1",
            "redis+cluster://:secret@a:1/3",
            "redis://:secret@/",
            "redis://:secret@a:port",
            "redis://:secret@a/database",
        ] {
            let error = RedisAddress::parse(wrong).unwrap_err();
            assert!(!error.is_empty() && !error.contains("secret"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_shown_when_debugged() {
        let address = RedisAddress::parse("redis://bee:secret@a").unwrap().trusting(b"secret".to_vec());
        assert!(!format!("{address:?}").contains("secret"));
    }
}
