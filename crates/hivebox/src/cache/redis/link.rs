//! A connection to Redis, whichever way it is set up, that also hears what others publish.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::{MultiplexedConnection, SendError};
use redis::cluster::ClusterClientBuilder;
use redis::cluster_async::ClusterConnection;
use redis::sentinel::{SentinelClient, SentinelClientBuilder, SentinelServerType};
use redis::{AsyncConnectionConfig, Client, Cmd, FromRedisValue, PushInfo, PushKind, RedisResult, TlsMode};
use tokio::sync::Notify;

use super::address::{RedisAddress, Topology};

/// A connection. Clones share it.
#[derive(Clone)]
pub(super) enum Link {
    /// To one server.
    Server(MultiplexedConnection),
    /// To all servers of a cluster.
    Cluster(ClusterConnection),
}

impl Link {
    /// Connects, and calls `news` for each message on the channel, and when the connection breaks.
    pub(super) async fn connect(
        address: &RedisAddress,
        timeout: Duration,
        channel: &str,
        news: Arc<Notify>,
    ) -> RedisResult<Self> {
        if address.uses_tls() {
            // An error means that the process has chosen its provider already, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
        }
        let tell = move |push: PushInfo| {
            if matches!(push.kind, PushKind::Message | PushKind::Disconnection) {
                news.notify_one();
            }
            Ok::<(), SendError>(())
        };
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(timeout))
            .set_response_timeout(Some(timeout));
        match &address.topology {
            Topology::Server => {
                let node = address.nodes[0].clone();
                let client = match &address.certificates {
                    Some(certificates) if address.uses_tls() => {
                        Client::build_with_tls(node, certificates.clone())?
                    }
                    _ => Client::open(node)?,
                };
                let config = config.set_push_sender(tell);
                let mut server = client.get_multiplexed_async_connection_with_config(&config).await?;
                server.subscribe(channel).await?;
                Ok(Self::Server(server))
            }
            Topology::Sentinel { service } => {
                let config = config.set_push_sender(tell);
                let mut client = sentinel(address, service)?;
                let mut server = client.get_async_connection_with_config(&config).await?;
                server.subscribe(channel).await?;
                Ok(Self::Server(server))
            }
            Topology::Cluster => {
                let builder = ClusterClientBuilder::new(address.nodes.clone())
                    .connection_timeout(timeout)
                    .response_timeout(timeout)
                    .retries(1)
                    .push_sender(tell);
                let builder = match &address.certificates {
                    Some(certificates) if address.uses_tls() => builder.certs(certificates.clone()),
                    _ => builder,
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

/// A client of Sentinels, which asks them where the master is. They need no login of their own.
fn sentinel(address: &RedisAddress, service: &str) -> RedisResult<SentinelClient> {
    let nodes = address.nodes.iter().map(|node| node.addr().clone());
    let settings = address.nodes[0].redis_settings();
    let mut builder = SentinelClientBuilder::new(nodes, service, SentinelServerType::Master)?
        .set_client_to_redis_protocol(settings.protocol());
    if let Some(username) = settings.username() {
        builder = builder.set_client_to_redis_username(username);
    }
    if let Some(password) = settings.password() {
        builder = builder.set_client_to_redis_password(password);
    }
    if address.uses_tls() {
        builder = builder
            .set_client_to_redis_tls_mode(TlsMode::Secure)
            .set_client_to_sentinel_tls_mode(TlsMode::Secure);
        if let Some(certificates) = &address.certificates {
            builder = builder
                .set_client_to_redis_certificates(certificates.clone())
                .set_client_to_sentinel_certificates(certificates.clone());
        }
    }
    builder.build()
}

impl std::fmt::Debug for Link {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Server(_) => "Link(server)",
            Self::Cluster(_) => "Link(cluster)",
        })
    }
}
