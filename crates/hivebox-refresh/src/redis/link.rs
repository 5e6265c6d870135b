//! A connection to Redis in any topology, subscribed to the channel of the replicas.
//!
//! All our keys have the same hash tag, so one server holds all of them in each topology. Finding that server is all
//! that there is to Sentinels and clusters. When it moves, a command fails, and the next connection finds it again.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{FutureExt, select_ok};
use hivebox_config::{RedisAddress, RedisNode, RedisTopology};
use redis::aio::SendError;
use redis::{
    AsyncConnectionConfig, Cmd, ErrorKind, FromRedisValue, ProtocolVersion, PushInfo, PushKind,
    RedisConnectionInfo, RedisError, RedisResult, Value, cmd,
};
use secrecy::ExposeSecret;
use tokio::sync::Notify;
use tokio_rustls::TlsConnector;

use super::node::{self, Node};

/// A connection. Clones share it.
#[derive(Clone)]
pub(super) struct Link(Node);

impl Link {
    /// Connects to the server that holds `key`, and notifies `news` of each message on the channel and of a lost
    /// connection.
    pub(super) async fn connect(
        address: &RedisAddress,
        timeout: Duration,
        key: &str,
        channel: &str,
        news: Arc<Notify>,
    ) -> RedisResult<Self> {
        let tls = if address.uses_tls { Some(node::tls(address.authorities_pem.as_deref())?) } else { None };
        let notify = move |push: PushInfo| {
            if matches!(push.kind, PushKind::Message | PushKind::Disconnection) {
                news.notify_one();
            }
            Ok::<(), SendError>(())
        };
        let plain = || AsyncConnectionConfig::new().set_response_timeout(Some(timeout));
        let (tls, login) = (tls.as_ref(), login(address));
        let (home, login) = match &address.topology {
            RedisTopology::Server { node, database } => (node.clone(), login.set_db(*database)),
            RedisTopology::Sentinel { nodes, service } => {
                (first_of(nodes, |node| master(node, tls, plain(), service)).await?, login)
            }
            RedisTopology::Cluster { nodes } => {
                (first_of(nodes, |node| keeper(node, tls, &login, plain(), key)).await?, login)
            }
        };
        let mut home = Node::connect(&home, tls, &login, plain().set_push_sender(notify)).await?;
        home.connection.subscribe(channel).await?;
        Ok(Self(home))
    }

    pub(super) async fn query<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        command.query_async(&mut self.0.connection).await
    }
}

/// The first success with one of the servers, which are all tried at once: one that is silent holds nothing up.
async fn first_of<'a, T, F>(nodes: &'a [RedisNode], ask: impl Fn(&'a RedisNode) -> F) -> RedisResult<T>
where
    F: Future<Output = RedisResult<T>> + Send,
{
    // An address names at least one server.
    let (found, _) = select_ok(nodes.iter().map(|node| ask(node).boxed())).await?;
    Ok(found)
}

/// The master of a service, by a Sentinel. The Sentinels themselves need no login.
async fn master(
    sentinel: &RedisNode,
    tls: Option<&TlsConnector>,
    config: AsyncConnectionConfig,
    service: &str,
) -> RedisResult<RedisNode> {
    let mut sentinel = Node::connect(sentinel, tls, &RedisConnectionInfo::default(), config).await?;
    let mut question = cmd("SENTINEL");
    question.arg("GET-MASTER-ADDR-BY-NAME").arg(service);
    let master: Option<(String, u16)> = question.query_async(&mut sentinel.connection).await?;
    let (host, port) = master.ok_or_else(|| {
        RedisError::from((ErrorKind::InvalidClientConfig, "the Sentinel does not know this service"))
    })?;
    Ok(RedisNode { host, port })
}

/// The server that holds a key, by any server of a cluster.
async fn keeper(
    asked: &RedisNode,
    tls: Option<&TlsConnector>,
    login: &RedisConnectionInfo,
    config: AsyncConnectionConfig,
    key: &str,
) -> RedisResult<RedisNode> {
    let mut node = Node::connect(asked, tls, login, config).await?;
    match cmd("GET").arg(key).query_async::<Value>(&mut node.connection).await {
        Ok(_) => Ok(asked.clone()),
        Err(error) => error.redirect_node().and_then(|(address, _)| moved(address, asked)).ok_or(error),
    }
}

/// The server of a redirection, such as `10.0.0.7:6379`. Without a host it is that of the server `asked`.
fn moved(address: &str, asked: &RedisNode) -> Option<RedisNode> {
    let (host, port) = address.rsplit_once(':')?;
    let host = if host.is_empty() { &asked.host } else { host };
    Some(RedisNode { host: host.to_owned(), port: port.parse().ok()? })
}

/// The login for a data server.
fn login(address: &RedisAddress) -> RedisConnectionInfo {
    let mut login = RedisConnectionInfo::default().set_protocol(ProtocolVersion::RESP3);
    if let Some(user) = &address.user {
        login = login.set_username(user);
    }
    if let Some(password) = &address.password {
        login = login.set_password(password.expose_secret());
    }
    login
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Link")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirection_names_a_server() {
        let asked = RedisNode { host: "redis.example".into(), port: 6379 };
        for (address, expected) in [
            ("10.0.0.7:6380", Some(("10.0.0.7", 6380))),
            ("::1:6380", Some(("::1", 6380))),
            (":6380", Some(("redis.example", 6380))),
            ("node.example:1", Some(("node.example", 1))),
            ("node.example", None),
            ("x:99999", None),
        ] {
            let expected = expected.map(|(host, port)| RedisNode { host: host.into(), port });
            assert_eq!(moved(address, &asked), expected, "{address}");
        }
    }
}
