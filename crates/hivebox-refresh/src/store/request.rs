//! Requests to store the present now.

use hivebox_archive::{ArchiveError, SnapshotName, Stored};
use hivebox_telemetry::traces::ParentSpan;
use tokio::sync::{mpsc, oneshot};

/// The most requests that wait at once; further ones are rejected.
const MAX_WAITING: usize = 4;

/// Why nothing was stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no present yet.
    #[error("there are no readings to store yet")]
    NothingYet,
    /// Too many requests wait already.
    #[error("too many store requests wait already")]
    Busy,
    /// The service is stopping.
    #[error("the service is stopping")]
    Stopping,
    /// The store failed. The snapshot waits in the spool.
    #[error("the snapshot {name} waits on the local disk until the store accepts it")]
    Spooled {
        /// The snapshot.
        name: SnapshotName,
        /// Why the store did not accept it.
        source: ArchiveError,
    },
    /// The store failed, and there is no spool.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// A request to store.
#[derive(Debug)]
pub(super) struct StoreRequest {
    /// Sends the outcome to the caller.
    pub(super) reply: oneshot::Sender<Result<Stored, StoreError>>,
    /// The span of the caller.
    pub(super) origin: ParentSpan,
}

/// The receiving end, in the refresh loop.
#[derive(Debug)]
pub(crate) struct StoreRequests(mpsc::Receiver<StoreRequest>);

/// Requests snapshots from the refresh loop. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    requests: mpsc::Sender<StoreRequest>,
}

impl StoreRequests {
    /// The next request; `None` if every handle is gone.
    pub(super) async fn next(&mut self) -> Option<StoreRequest> {
        self.0.recv().await
    }

    /// Refuses further requests: the service is stopping.
    pub(super) fn close(&mut self) {
        self.0.close();
    }
}

impl StoreHandle {
    /// A handle and the receiving end of its requests.
    pub(crate) fn new() -> (Self, StoreRequests) {
        let (requests, waiting) = mpsc::channel(MAX_WAITING);
        (Self { requests }, StoreRequests(waiting))
    }

    /// Whether the loop has ended: the service is stopping, or the loop panicked.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.requests.is_closed()
    }

    /// Stores the present now, and waits for the outcome.
    ///
    /// # Errors
    /// There is no present yet, too many requests wait, the service is stopping, or the store failed.
    pub async fn store_now(&self) -> Result<Stored, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let request = StoreRequest { reply, origin: ParentSpan::current() };
        self.requests.try_send(request).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => StoreError::Busy,
            mpsc::error::TrySendError::Closed(_) => StoreError::Stopping,
        })?;
        // A request is dropped without a reply when the loop ends, or when storing panics.
        outcome.await.unwrap_or_else(|_| {
            Err(if self.has_ended() {
                StoreError::Stopping
            } else {
                ArchiveError::Ended { reason: "storing panicked".into() }.into()
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_knows_that_its_loop_has_ended() {
        let (handle, requests) = StoreHandle::new();
        assert!(!handle.has_ended());
        drop(requests);
        assert!(handle.has_ended());
    }
}
