//! The one loop that keeps the present: it polls upstream, agrees with the other replicas, publishes, and
//! stores on the clock.
//!
//! It runs on a thread of its own, at a lower priority than requests: reading 20 MB of JSON or writing a
//! snapshot must not make anyone wait.

mod agree;
mod days;
mod poll;
mod schedule;
mod store;

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use hivebox_archive::{SnapshotStore, Spool, Stored};
use jiff::Timestamp;
use tokio::sync::{Notify, mpsc, oneshot, watch};
use tokio::time::Instant;

pub use poll::Poller;
pub use store::StoreError;

use crate::cache::Cache;
use crate::cache::shared::{Lease, Shared};
use crate::config::StoreConfig;
use crate::days::Days;
use crate::priority::Priority;
use crate::telemetry::metrics::Metrics;
use crate::telemetry::traces::Origin;

/// Requests for a snapshot that may wait at once; further ones are turned away.
const WAITING_STORES: usize = 4;

/// What the loop works with.
#[derive(Debug)]
pub struct Refresh {
    /// Asks upstream.
    pub poller: Poller,
    /// Where the present goes.
    pub cache: Arc<Cache>,
    /// How cold and how warm it was on the last days.
    pub days: Arc<Days>,
    /// What the replicas share.
    pub shared: Shared,
    /// How long the lease lasts.
    pub lease_ttl: Duration,
    /// Where snapshots go.
    pub snapshots: SnapshotStore,
    /// Where snapshots wait that the store did not take.
    pub spool: Option<Spool>,
    /// How long the service may take to stop.
    pub grace: Duration,
    /// When snapshots are stored.
    pub store: StoreConfig,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// The lease, while this replica holds it.
    pub lease: Cell<Option<Lease>>,
    /// When the holder of the lease last was of use, while it is another replica.
    pub heard_at: Cell<Timestamp>,
    /// Until when this replica leaves the lease to others, since its own polls failed.
    pub abstains_until: Cell<Option<Instant>>,
    /// Whether the shared present could not be read at the last look.
    pub saw_damage: Cell<bool>,
    /// Is told when there is reason to look at the shared cache at once.
    pub doubt: Notify,
}

/// The running loop.
#[derive(Debug)]
pub struct Running {
    thread: JoinHandle<()>,
    stop: watch::Sender<bool>,
    ended: oneshot::Receiver<()>,
}

/// Asks the loop for a snapshot. Cheap to clone.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    requests: mpsc::Sender<store::Request>,
}

impl Refresh {
    /// Starts the loop.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(self) -> io::Result<(Running, StoreHandle)> {
        let (stop, stopped) = watch::channel(false);
        let (requests, waiting) = mpsc::channel(WAITING_STORES);
        let (ending, ended) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let thread = thread::Builder::new().name("refresh".into()).spawn(move || {
            Priority::Present.take();
            runtime.block_on(self.run(stopped, waiting));
            // What still hangs in the system, such as the look-up of a name, holds nobody up.
            runtime.shutdown_background();
            // Nobody waits any more if the receiver is gone.
            let _ = ending.send(());
        })?;
        Ok((Running { thread, stop, ended }, StoreHandle { requests }))
    }

    async fn run(self, stopped: watch::Receiver<bool>, waiting: mpsc::Receiver<store::Request>) {
        tokio::join!(
            store::run(&self, stopped.clone(), waiting),
            until(stopped.clone(), store::check(&self)),
            until(stopped.clone(), store::retain::run(&self)),
            until(stopped.clone(), store::compact::run(&self)),
            until(stopped.clone(), poll::run(&self)),
            until(stopped.clone(), days::follow(&self)),
            until(stopped.clone(), days::recall(&self)),
            until(stopped, agree::run(&self)),
        );
        agree::leave(&self).await;
    }
}

/// Does the work until it is done or the service stops.
async fn until(mut stopped: watch::Receiver<bool>, work: impl Future<Output = ()>) {
    tokio::select! {
        () = work => {}
        // An error means that the other end is gone, which is a stop as well.
        _ = stopped.wait_for(|stop| *stop) => {}
    }
}

impl Running {
    /// Stops polling, lets a store that is running finish, and waits for both.
    pub async fn stop(self) {
        // Errors mean that the loop has ended already.
        let _ = self.stop.send(true);
        let _ = self.ended.await;
        if self.thread.join().is_err() {
            tracing::error!("the refresh loop ended by a panic");
        }
    }
}

impl StoreHandle {
    /// Whether the loop has ended, which it does only when the service stops, or by a fault of HiveBox.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.requests.is_closed()
    }

    /// Has the present stored now.
    ///
    /// # Errors
    /// There is nothing to store, too many others wait, the service stops, or the store failed.
    pub async fn store_now(&self) -> Result<Stored, StoreError> {
        let (reply, outcome) = oneshot::channel();
        let request = store::Request { reply, origin: Origin::current() };
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
        let (requests, waiting) = mpsc::channel(1);
        let handle = StoreHandle { requests };
        assert!(!handle.has_ended());
        drop(waiting);
        assert!(handle.has_ended());
    }
}
