//! A TCP proxy that disturbs the network between HiveBox and a server.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::weed::Weed;

/// The state of the network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// It works.
    Good,
    /// Each piece of data is delayed by this time.
    Slow(Duration),
    /// All connections are closed, new ones immediately.
    Cut,
    /// All connections are reset, new ones immediately.
    Reset,
    /// No data comes through, but connections stay open.
    Silent,
    /// Every request is answered with status 500.
    Failing,
}

const FAILURE: &[u8] =
    b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    network: watch::Sender<Network>,
    held: watch::Receiver<usize>,
}

impl Proxy {
    /// A proxy in front of a local port.
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (network, behaviour) = watch::channel(Network::Good);
        let (holding, held) = watch::channel(0);
        let wire = Wire { network: behaviour, holding };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(join(client, port, wire.clone()));
            }
        });
        Self { address, network, held }
    }

    /// A proxy in front of an S3 server, and the environment variables of its clients.
    pub(crate) async fn before(server: &Weed) -> (Self, [(String, String); 3]) {
        let proxy = Self::to(server.port()).await;
        let mut environment = server.environment();
        environment[0].1 = format!("http://{}", proxy.address);
        (proxy, environment)
    }

    /// Waits until data is held up.
    pub(crate) async fn until_held(&mut self) {
        self.held.mark_unchanged();
        self.held.changed().await.unwrap();
    }

    pub(crate) fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

#[derive(Clone)]
struct Wire {
    network: watch::Receiver<Network>,
    /// The number of pieces of data held up so far.
    holding: watch::Sender<usize>,
}

async fn join(mut client: TcpStream, port: u16, mut wire: Wire) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let (up, down) = (wire.clone(), wire.clone());
        let is_broken =
            |network: &Network| matches!(network, Network::Cut | Network::Reset | Network::Failing);
        tokio::select! {
            // The state of the network comes first: through a broken one, not even a waiting answer passes.
            biased;
            _ = wire.network.wait_for(is_broken) => {}
            () = pump(from_client, to_server, up) => {}
            () = pump(from_server, to_client, down) => {}
        }
    }
    let behaviour = *wire.network.borrow();
    // Failures do not matter if the connection has ended already.
    match behaviour {
        Network::Reset => drop(client.set_zero_linger()),
        Network::Failing => {
            let mut request = [0; 4096];
            drop(client.read(&mut request).await);
            drop(client.write_all(FAILURE).await);
        }
        _ => {}
    }
}

/// Forwards data until either end closes.
async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut wire: Wire) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let behaviour = *wire.network.borrow();
        match behaviour {
            Network::Slow(delay) => tokio::time::sleep(delay).await,
            Network::Silent => {
                wire.holding.send_modify(|held| *held += 1);
                drop(wire.network.wait_for(|network| *network != Network::Silent).await);
            }
            Network::Good | Network::Cut | Network::Reset | Network::Failing => {}
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
