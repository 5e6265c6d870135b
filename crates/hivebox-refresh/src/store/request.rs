//! Requests to store the present now.

use hivebox_archive::{ArchiveError, SnapshotName, Stored};
use hivebox_telemetry::traces::ParentSpan;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait at once; further ones are turned away.
const MAX_WAITING: usize = 4;

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There has been no present yet.
    #[error("there are no readings to store yet")]
    NothingYet,
    /// Too many others wait for a store.
    #[error("too many stores wait already")]
    Busy,
    /// The service stops.
    #[error("the service is stopping")]
    Stopping,
    /// The store failed, and the snapshot waits on the local disk.
    #[error("the snapshot {name} waits on the local disk until the store takes it")]
    Waits {
        /// The snapshot.
        name: SnapshotName,
        /// Why the store did not take it.
        source: ArchiveError,
    },
    /// The store failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// A request to store.
#[derive(Debug)]
pub(super) struct Request {
    /// Takes the outcome to the caller.
    pub(super) reply: oneshot::Sender<Result<Stored, StoreError>>,
    /// The span of the caller.
    pub(super) origin: ParentSpan,
}

/// The requests, as the refresh loop takes them.
#[derive(Debug)]
pub(crate) struct StoreRequests(mpsc::Receiver<Request>);

/// Asks the loop for a snapshot. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    requests: mpsc::Sender<Request>,
}

impl StoreRequests {
    /// The next request; `None` if nobody can send one any more.
    pub(super) async fn next(&mut self) -> Option<Request> {
        self.0.recv().await
    }
}

impl StoreHandle {
    /// A handle, and the requests that come by it.
    pub(crate) fn new() -> (Self, StoreRequests) {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        (Self { requests }, StoreRequests(waiting))
    }

    /// Whether the loop has ended: the service stops, or HiveBox has a fault.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.requests.is_closed()
    }

    /// Stores the present now.
    ///
    /// # Errors
    /// There is nothing to store, too many others wait, the service stops, or the store failed.
    pub async fn store_now(&self) -> Result<Stored, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let request = Request { reply, origin: ParentSpan::current() };
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopping,
        })?;
        outcome.await.unwrap_or(Err(StoreError::Stopping))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loop_that_is_gone_is_known_to_have_ended() {
        let (handle, requests) = StoreHandle::new();
        assert!(!handle.has_ended());
        drop(requests);
        assert!(handle.has_ended());
    }
}
