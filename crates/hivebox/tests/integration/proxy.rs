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
}

/// A proxy on a port of its own.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    network: watch::Sender<Network>,
}

impl Proxy {
    /// In front of a port of this machine.
    pub(crate) async fn to(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (network, behaviour) = watch::channel(Network::Good);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(join(client, port, behaviour.clone()));
            }
        });
        Self { address, network }
    }

    pub(crate) fn set(&self, network: Network) {
        self.network.send_replace(network);
    }
}

async fn join(mut client: TcpStream, port: u16, mut network: watch::Receiver<Network>) {
    let Ok(mut server) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    {
        let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
        let (up, down) = (network.clone(), network.clone());
        let is_broken = |network: &Network| matches!(network, Network::Cut | Network::Reset);
        tokio::select! {
            _ = network.wait_for(is_broken) => {}
            () = pump(from_client, to_server, up) => {}
            () = pump(from_server, to_client, down) => {}
        }
    }
    if *network.borrow() == Network::Reset {
        // It may have ended already.
        let _ = client.set_zero_linger();
    }
}

/// Carries data until either end closes.
async fn pump(mut from: ReadHalf<'_>, mut to: WriteHalf<'_>, mut network: watch::Receiver<Network>) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        let behaviour = *network.borrow();
        match behaviour {
            Network::Slow(delay) => tokio::time::sleep(delay).await,
            Network::Silent => drop(network.wait_for(|network| *network != Network::Silent).await),
            Network::Good | Network::Cut | Network::Reset => {}
        }
        if to.write_all(&piece[..length]).await.is_err() {
            return;
        }
    }
}
