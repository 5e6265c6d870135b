//! What the requests of one connection have in common.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection, as a request may know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    peer: Option<IpAddr>,
    has_stalled: Arc<AtomicBool>,
}

impl Connection {
    /// A connection from `peer`.
    pub(super) fn from_peer(peer: IpAddr) -> Self {
        Self { peer: Some(peer), ..Self::default() }
    }

    /// Where it comes from: a client or a proxy. `None` if nobody said.
    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Takes note that the client takes nothing any more.
    pub(super) fn stall(&self) {
        self.has_stalled.store(true, Ordering::Relaxed);
    }

    /// Whether it is closed because the client took nothing any more.
    pub(super) fn has_stalled(&self) -> bool {
        self.has_stalled.load(Ordering::Relaxed)
    }
}
