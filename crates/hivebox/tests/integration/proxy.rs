//! A TCP proxy that makes the network between HiveBox and a server as bad as a test wants it.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How the network behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Network {
    /// As it should.
    Good,
    /// Each piece of data comes so late.
    Slow(Duration),
    /// Connections are closed, and new ones at once.
    Cut,
    /// The same, by a reset.
    Reset,
    /// Nothing comes through, and no connection breaks.
    Silent,
    /// Whatever is asked, the answer is 500.
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
    /// In front of a port of this machine.
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

    /// Waits until something is said into the silence.
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
    /// How many pieces of data were held up in silence so far.
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
            _ = wire.network.wait_for(is_broken) => {}
            () = pump(from_client, to_server, up) => {}
            () = pump(from_server, to_client, down) => {}
        }
    }
    let behaviour = *wire.network.borrow();
    // The connection may have ended already, and then nothing of this matters.
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

/// Carries data until either end closes.
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
