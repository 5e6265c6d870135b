//! Where Redis is: one server, servers that Sentinels name, or a cluster.

use std::fmt;

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// Where Redis is, and how to log in there. Its `Debug` form does not show the password.
#[derive(Debug, Clone)]
pub struct RedisAddress {
    /// Which servers there are, and what they are to each other.
    pub topology: RedisTopology,
    /// Whether connections are encrypted.
    pub uses_tls: bool,
    /// The user to log in as; `None` means the server's default user.
    pub user: Option<String>,
    /// The password to log in with.
    pub password: Option<SecretString>,
    /// The certificate authorities to trust, as PEM; `None` means the system's.
    pub authorities_pem: Option<Vec<u8>>,
}

/// Which servers there are, and what they are to each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RedisTopology {
    /// One server.
    Server {
        /// The server.
        node: RedisNode,
        /// The number of the database.
        database: i64,
    },
    /// Sentinels, which know where the master of a service is.
    Sentinel {
        /// The Sentinels: at least one.
        nodes: Vec<RedisNode>,
        /// The name of the service.
        service: String,
    },
    /// A cluster.
    Cluster {
        /// Some servers of it, which know the others: at least one.
        nodes: Vec<RedisNode>,
    },
}

/// The host and port of a server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RedisNode {
    /// A name or an IP address.
    pub host: String,
    /// The port.
    pub port: u16,
}

/// The port of a Redis whose address names none.
const DEFAULT_PORT: u16 = 6379;

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
    /// The address is malformed; the error says why, without the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or("has no scheme")?;
        let (scheme, kind) = scheme.split_once('+').unwrap_or((scheme, ""));
        if !matches!(scheme, "redis" | "rediss") {
            return Err("has an unknown scheme".into());
        }
        let (login, places) = rest.rsplit_once('@').unwrap_or(("", rest));
        if places.contains(['?', '#']) {
            return Err("nothing may follow the database: no ? and no #".into());
        }
        let (hosts, path) = places.split_once('/').unwrap_or((places, ""));
        let nodes = || hosts.split(',').map(|host| node(host.trim())).collect::<Result<Vec<_>, _>>();
        let topology = match kind {
            "" => RedisTopology::Server { node: node(hosts)?, database: database(path)? },
            "sentinel" if path.is_empty() => return Err("has no /SERVICE after the Sentinels".into()),
            "sentinel" => RedisTopology::Sentinel { nodes: nodes()?, service: path.to_owned() },
            "cluster" if path.is_empty() => RedisTopology::Cluster { nodes: nodes()? },
            "cluster" => return Err("names a database, which a cluster does not have".into()),
            _ => return Err("has an unknown scheme".into()),
        };
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Ok(Self {
            topology,
            uses_tls: scheme == "rediss",
            user: credential(user)?,
            password: credential(password)?.map(Into::into),
            authorities_pem: None,
        })
    }

    /// The same, trusting the certificate authorities in `pem` instead of the system's.
    #[must_use]
    pub fn trusting(self, pem: Vec<u8>) -> Self {
        Self { authorities_pem: Some(pem), ..self }
    }
}

impl fmt::Display for RedisNode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

/// Reads `HOST[:PORT]`.
fn node(text: &str) -> Result<RedisNode, String> {
    let url = Url::parse(&format!("redis://{text}")).map_err(|error| format!("is malformed ({error})"))?;
    let host = match url.host() {
        // IPv6 addresses go without the brackets that they have in a URL.
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(host) => host.to_string(),
        None => String::new(),
    };
    if host.is_empty() {
        return Err("has no host".into());
    }
    let has_more = !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some();
    if has_more {
        return Err("has more than a host and a port".into());
    }
    Ok(RedisNode { host, port: url.port().unwrap_or(DEFAULT_PORT) })
}

fn database(path: &str) -> Result<i64, String> {
    match path.trim_matches('/') {
        "" => Ok(0),
        number => number.parse().map_err(|_| "has a database that is not a number".into()),
    }
}

/// A user or a password, where `%` and two hex digits stand for a byte; `None` if it is empty.
fn credential(text: &str) -> Result<Option<String>, String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| "has a user or a password that is not UTF-8")?;
    Ok(Some(decoded.into_owned()).filter(|decoded| !decoded.is_empty()))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn node(host: &str, port: u16) -> RedisNode {
        RedisNode { host: host.to_owned(), port }
    }

    fn topology(text: &str) -> RedisTopology {
        RedisAddress::parse(text).unwrap().topology
    }

    #[test]
    fn one_server_sentinels_and_clusters_are_told_apart() {
        let server = |node, database| RedisTopology::Server { node, database };
        assert_eq!(topology("redis://cache"), server(node("cache", 6379), 0));
        assert_eq!(topology("rediss://u:p@cache:7000/2"), server(node("cache", 7000), 2));
        assert_eq!(topology("redis://[::1]:7000"), server(node("::1", 7000), 0));
        let nodes = vec![node("a", 1), node("b", 2)];
        let sentinels = RedisTopology::Sentinel { nodes: nodes.clone(), service: "hive".into() };
        assert_eq!(topology("redis+sentinel://:p@a:1,b:2/hive"), sentinels);
        assert_eq!(topology("rediss+cluster://a:1,b:2"), RedisTopology::Cluster { nodes });
        assert!(RedisAddress::parse("rediss+cluster://a:1").unwrap().uses_tls);
        assert!(!RedisAddress::parse("redis://a:1").unwrap().uses_tls);
    }

    #[test]
    fn user_password_and_database_are_read() {
        let address = RedisAddress::parse("redis+cluster://bee:h%40ney@a:1,b:2").unwrap();
        assert_eq!(address.user.as_deref(), Some("bee"));
        assert_eq!(address.password.unwrap().expose_secret(), "h@ney");
        assert!(matches!(topology("redis://a/3"), RedisTopology::Server { database: 3, .. }));
        let address = RedisAddress::parse("redis://:honey@a").unwrap();
        assert_eq!((address.user, address.password.unwrap().expose_secret()), (None, "honey"));
    }

    #[test]
    fn a_malformed_address_is_refused_without_showing_it() {
        for wrong in [
            "memory",
            "http://secret@a",
            "redis+ring://secret@a",
            "redis+sentinel://:secret@a:1",
            "redis+cluster://:secret@a:1/3",
            "redis://:secret@/",
            "redis://:secret@a:port",
            "redis://:secret@a/database",
            "redis://:secret@a?protocol=2",
        ] {
            let error = RedisAddress::parse(wrong).unwrap_err();
            assert!(!error.is_empty() && !error.contains("secret"), "{wrong}: {error}");
        }
    }

    #[test]
    fn a_password_is_not_shown_when_debugged() {
        let address = RedisAddress::parse("redis://bee:secret@a").unwrap();
        assert!(!format!("{address:?}").contains("secret"));
    }
}
