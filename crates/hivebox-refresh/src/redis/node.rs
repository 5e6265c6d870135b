//! A connection to one server.

use std::io;
use std::sync::Arc;

use hivebox_config::RedisNode;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, RedisConnectionInfo, RedisResult};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

use super::bounded::Bounded;

/// A connection to one server. Clones share it; it closes with the last of them.
#[derive(Clone)]
pub(super) struct Node {
    pub(super) connection: MultiplexedConnection,
    _driver: Arc<Driver>,
}

/// The task that reads and writes for a connection.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Node {
    /// Connects and logs in, encrypted by `tls` if that is given.
    pub(super) async fn connect(
        node: &RedisNode,
        tls: Option<&TlsConnector>,
        login: &RedisConnectionInfo,
        config: AsyncConnectionConfig,
    ) -> RedisResult<Self> {
        let tcp = TcpStream::connect((node.host.as_str(), node.port)).await?;
        tcp.set_nodelay(true)?;
        match tls {
            None => Self::over(Bounded::new(tcp), login, config).await,
            Some(tls) => {
                let name = ServerName::try_from(node.host.clone()).map_err(io::Error::other)?;
                let stream = tls.connect(name, tcp).await?;
                Self::over(Bounded::new(stream), login, config).await
            }
        }
    }

    async fn over<S>(
        stream: Bounded<S>,
        login: &RedisConnectionInfo,
        config: AsyncConnectionConfig,
    ) -> RedisResult<Self>
    where
        Bounded<S>: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    {
        let (connection, driver) = MultiplexedConnection::new_with_config(login, stream, config).await?;
        Ok(Self { connection, _driver: Arc::new(Driver(tokio::spawn(driver))) })
    }
}

/// Encrypts connections, trusting these authorities (PEM), or those of the system if there are none.
pub(super) fn tls(authorities_pem: Option<&[u8]>) -> io::Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    match authorities_pem {
        Some(pem) => {
            for certificate in CertificateDer::pem_slice_iter(pem) {
                roots.add(certificate.map_err(io::Error::other)?).map_err(io::Error::other)?;
            }
        }
        // One certificate of the system that cannot be read does not spoil the others.
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
