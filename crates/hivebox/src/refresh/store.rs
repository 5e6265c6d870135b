//! Stores the present: on the clock, and when somebody asks.

use std::sync::Arc;

use hivebox_archive::{ArchiveError, SnapshotName, Stored};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::poll::in_words;
use super::{Refresh, schedule};
use crate::present::Present;

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
    /// The store failed.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
}

/// Stores until the service stops. A store that has begun is finished first.
pub(super) async fn run(
    refresh: &Refresh,
    mut stopped: watch::Receiver<bool>,
    mut waiting: mpsc::Receiver<oneshot::Sender<Result<Stored, StoreError>>>,
) {
    let mut stored_last = None;
    loop {
        let slot = refresh.store.interval.map(|interval| schedule::next_slot(Timestamp::now(), interval));
        tokio::select! {
            // An error means that the other end is gone, which is a stop as well.
            _ = stopped.wait_for(|stop| *stop) => return,
            Some(reply) = waiting.recv() => {
                // Nobody waits any more if the receiver is gone; the snapshot is stored all the same.
                let _ = reply.send(store_now(refresh).await);
            }
            slot = sleep_until(slot) => store_slot(refresh, slot, &mut stored_last).await,
        }
    }
}

/// Sleeps until the slot; for ever if there is none.
async fn sleep_until(slot: Option<Timestamp>) -> Timestamp {
    match slot {
        Some(slot) => {
            tokio::time::sleep(schedule::until(slot, Timestamp::now())).await;
            slot
        }
        None => std::future::pending().await,
    }
}

/// Stores the present under the moment that it was computed at.
async fn store_now(refresh: &Refresh) -> Result<Stored, StoreError> {
    let present = refresh.cache.present().clone().ok_or(StoreError::NothingYet)?;
    put(refresh, &present, SnapshotName::at(present.readings.as_of())).await
}

/// Stores the present under the slot, unless it is the one that was stored last: in an outage there is
/// nothing new to say.
async fn store_slot(refresh: &Refresh, slot: Timestamp, stored_last: &mut Option<Timestamp>) {
    let Some(present) = refresh.cache.present().clone() else {
        warn!(%slot, "there is nothing to store yet");
        return;
    };
    let as_of = present.readings.as_of();
    if *stored_last == Some(as_of) {
        warn!(%slot, %as_of, "nothing is stored, since there are no newer readings");
        return;
    }
    if put(refresh, &present, SnapshotName::at(slot)).await.is_ok() {
        *stored_last = Some(as_of);
    }
}

async fn put(refresh: &Refresh, present: &Arc<Present>, name: SnapshotName) -> Result<Stored, StoreError> {
    let started = Timestamp::now();
    let outcome = refresh.snapshots.put(name, &present.readings, refresh.poller.catalogue).await;
    refresh.metrics.store.observe(&outcome, Timestamp::now());
    match outcome {
        Ok(stored) => {
            let took_ms = Timestamp::now().duration_since(started).as_millis() as u64;
            info!(
                object = stored.object,
                rows = stored.rows,
                bytes = stored.bytes,
                took_ms,
                "snapshot stored"
            );
            Ok(stored)
        }
        Err(error) => {
            warn!(%name, error = in_words(&error), "the snapshot could not be stored");
            Err(error.into())
        }
    }
}
