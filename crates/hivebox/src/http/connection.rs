//! What the requests of one connection have in common.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A connection, as a request may know it.
#[derive(Debug, Clone, Default)]
pub(super) struct Connection {
    has_stalled: Arc<AtomicBool>,
}

impl Connection {
    /// Takes note that the client takes nothing any more.
    pub(super) fn stall(&self) {
        self.has_stalled.store(true, Ordering::Relaxed);
    }

    /// Whether it is closed because the client took nothing any more.
    pub(super) fn has_stalled(&self) -> bool {
        self.has_stalled.load(Ordering::Relaxed)
    }
}
