//! A connection to Redis in any topology, subscribed to the channel of the replicas.

use std::sync::Arc;
use std::time::Duration;

use hivebox_config::{RedisAddress, RedisNode, RedisTopology};
use redis::aio::{MultiplexedConnection, SendError};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{
    AsyncConnectionConfig, Client, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue, IntoConnectionInfo,
    ProtocolVersion, PushInfo, PushKind, RedisConnectionInfo, RedisResult, TlsCertificates, TlsMode,
};
use secrecy::ExposeSecret;
use tokio::sync::Notify;

/// A connection. Clones share it.
#[derive(Clone)]
pub(super) enum Link {
    /// To a single server.
    Server(MultiplexedConnection),
    /// To the servers of a cluster.
    Cluster(ClusterConnection),
}

impl Link {
    /// Connects, and notifies `news` of each message on the channel and of a lost connection.
    pub(super) async fn connect(
        address: &RedisAddress,
        timeout: Duration,
        channel: &str,
        news: Arc<Notify>,
    ) -> RedisResult<Self> {
        let notify = move |push: PushInfo| {
            if matches!(push.kind, PushKind::Message | PushKind::Disconnection) {
                news.notify_one();
            }
            Ok::<(), SendError>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        let certificates = certificates(address);
        match &address.topology {
            RedisTopology::Server { node, database } => {
                let login = login(address).set_db(*database);
                let node = connection_addr(node, address.uses_tls).into_connection_info()?;
                let node = node.set_redis_settings(login);
                let client = match certificates {
                    Some(certificates) => Client::build_with_tls(node, certificates)?,
                    None => Client::open(node)?,
                };
                let config = config.set_push_sender(notify);
                let mut server = client.get_multiplexed_async_connection_with_config(&config).await?;
                server.subscribe(channel).await?;
                Ok(Self::Server(server))
            }
            RedisTopology::Sentinel { nodes, service } => {
                let config = config.set_push_sender(notify);
                let mut client = sentinel(address, nodes, service)?;
                let mut server = client.get_async_connection_with_config(&config).await?;
                server.subscribe(channel).await?;
                Ok(Self::Server(server))
            }
            RedisTopology::Cluster { nodes } => {
                let login = login(address);
                let nodes: RedisResult<Vec<ConnectionInfo>> = nodes
                    .iter()
                    .map(|node| {
                        let info = connection_addr(node, address.uses_tls).into_connection_info()?;
                        Ok(info.set_redis_settings(login.clone()))
                    })
                    .collect();
                let builder = ClusterClientBuilder::new(nodes?)
                    .connection_timeout(timeout)
                    .response_timeout(timeout)
                    .retries(1)
                    .push_sender(notify);
                let builder = match certificates {
                    Some(certificates) => builder.certs(certificates),
                    None => builder,
                };
                let mut cluster = builder.build()?.get_async_connection().await?;
                cluster.subscribe(channel).await?;
                Ok(Self::Cluster(cluster))
            }
        }
    }

    pub(super) async fn query<T: FromRedisValue>(&mut self, command: &Cmd) -> RedisResult<T> {
        match self {
            Self::Server(server) => command.query_async(server).await,
            Self::Cluster(cluster) => command.query_async(cluster).await,
        }
    }
}

/// A client that asks Sentinels for the master. The Sentinels themselves need no login.
fn sentinel(address: &RedisAddress, nodes: &[RedisNode], service: &str) -> RedisResult<SentinelClient> {
    let nodes = nodes.iter().map(|node| connection_addr(node, address.uses_tls));
    let mut builder = SentinelClientBuilder::new(nodes, service, SentinelServerType::Master)?
        .set_client_to_redis_protocol(ProtocolVersion::RESP3);
    if let Some(user) = &address.user {
        builder = builder.set_client_to_redis_username(user);
    }
    if let Some(password) = &address.password {
        builder = builder.set_client_to_redis_password(password.expose_secret());
    }
    if address.uses_tls {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_sentinel_tls_mode(TlsMode::Secure);
    }
    if let Some(certificates) = certificates(address) {
        builder = builder
            .set_client_to_redis_certificates(certificates.clone())
            .set_client_to_sentinel_certificates(certificates);
    }
    builder.build()
}

fn connection_addr(node: &RedisNode, uses_tls: bool) -> ConnectionAddr {
    let (host, port) = (node.host.clone(), node.port);
    if uses_tls {
        ConnectionAddr::TcpTls { host, port, insecure: false, tls_params: None }
    } else {
        ConnectionAddr::Tcp(host, port)
    }
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

/// The configured certificate authorities, which replace the system's; `None` without TLS.
fn certificates(address: &RedisAddress) -> Option<TlsCertificates> {
    let pem = address.authorities_pem.clone().filter(|_| address.uses_tls)?;
    Some(TlsCertificates { client_tls: None, root_cert: Some(pem) })
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Server(_) => "Link(server)",
            Self::Cluster(_) => "Link(cluster)",
        })
    }
}
