//! What the requests of one connection share.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The connection of a request.
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

    /// The address of the client or proxy; `None` if it is unknown.
    pub(super) fn peer(&self) -> Option<IpAddr> {
        self.peer
    }

    /// Records that the client has stopped reading.
    pub(super) fn stall(&self) {
        self.has_stalled.store(true, Ordering::Relaxed);
    }

    /// Whether the connection was closed because the client stopped reading.
    pub(super) fn has_stalled(&self) -> bool {
        self.has_stalled.load(Ordering::Relaxed)
    }
}
