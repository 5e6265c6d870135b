//! Stores the present: on the clock, and when somebody asks.
//!
//! On the clock it is the holder of the lease that stores. While there is no lease to be had, every replica
//! does, at a moment of its own: the store takes each name once, whoever comes first. What the store does
//! not take waits in the spool.

pub(super) mod retain;
mod uploads;

use std::time::Duration;

use hivebox_archive::{ArchiveError, Sealed, SnapshotName, Stored};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::poll::in_words;
use super::{Refresh, schedule};
use crate::cache::Role;
use crate::config::StoreAddress;
use uploads::Uploads;

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

/// The reply to a request to store.
pub(super) type Reply = oneshot::Sender<Result<Stored, StoreError>>;

/// The largest share of the interval by which a replica without a lease stores later than its slot.
const ALONE_SPREAD: f64 = 0.1;

/// Stores until the service stops. A store that has begun is finished first.
pub(super) async fn run(
    refresh: &Refresh,
    mut stopped: watch::Receiver<bool>,
    mut waiting: mpsc::Receiver<Reply>,
) {
    let mut clock = Clock::new(refresh);
    let mut uploads = Uploads::new(refresh);
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        clock.follow(refresh);
        tokio::select! {
            // An error means that the other end is gone, which is a stop as well.
            _ = stopped.wait_for(|stop| *stop) => return uploads.finish().await,
            Some(reply) = waiting.recv(), if uploads.has_room() => store_now(refresh, &mut uploads, reply),
            () = sleep_until(clock.due) => clock.store(refresh, &mut uploads),
            () = sleep_until(uploads.due()) => uploads.drain(),
            () = uploads.next() => {}
            // Another part among the replicas may be one that stores.
            _ = changes.changed() => {}
        }
    }
}

/// Stores the present under the moment that it was computed at.
fn store_now(refresh: &Refresh, uploads: &mut Uploads<'_>, reply: Reply) {
    let sealed = match &*refresh.cache.present() {
        Some(present) => {
            let name = SnapshotName::at(present.readings.as_of());
            Sealed::of(name, &present.readings, refresh.poller.catalogue).map_err(StoreError::from)
        }
        None => Err(StoreError::NothingYet),
    };
    match sealed {
        Ok(sealed) => uploads.add(sealed, Some(reply)),
        // Nobody waits any more if the receiver is gone.
        Err(error) => drop(reply.send(Err(error))),
    }
}

/// Sleeps until the moment; for ever if there is none.
async fn sleep_until(moment: Option<Timestamp>) {
    match moment {
        Some(moment) => tokio::time::sleep(schedule::until(moment, Timestamp::now())).await,
        None => std::future::pending().await,
    }
}

/// The clock by which snapshots are stored.
struct Clock {
    interval: Option<Duration>,
    role: Option<Role>,
    /// The slot to be stored next.
    slot: Option<Timestamp>,
    /// When it is to be stored by this replica; `None` if it is not.
    due: Option<Timestamp>,
    /// The moment of the readings that were stored last.
    stored_last: Option<Timestamp>,
}

impl Clock {
    fn new(refresh: &Refresh) -> Self {
        let interval = refresh.store.interval;
        let slot = interval.map(|interval| schedule::next_slot(Timestamp::now(), interval));
        Self { interval, role: None, slot, due: None, stored_last: None }
    }

    /// Takes up the part that this replica has now.
    fn follow(&mut self, refresh: &Refresh) {
        let role = refresh.cache.standing().as_ref().map(|standing| standing.role);
        if role == self.role {
            return;
        }
        // Whoever held the lease before may have been lost in the middle of the last slot. If it was not, the
        // store has that slot already, and keeps it.
        if self.role == Some(Role::Follower) && role == Some(Role::Holder) {
            self.slot = self.interval.map(|interval| schedule::last_slot(Timestamp::now(), interval));
        }
        self.role = role;
        self.plan(refresh);
    }

    fn plan(&mut self, refresh: &Refresh) {
        // Without conditional writes two replicas could write the same slot at once: the lease decides alone.
        let is_safe_alone = refresh.snapshots.conditional_writes() != Some(false);
        let delay = match (self.role, self.interval) {
            (Some(Role::Holder), Some(_)) => Some(Duration::ZERO),
            (Some(Role::Alone), Some(interval)) if is_safe_alone => {
                Some(interval.mul_f64(ALONE_SPREAD * fastrand::f64()))
            }
            _ => None,
        };
        self.due = self.slot.zip(delay).map(|(slot, delay)| schedule::later(slot, delay));
    }

    /// Stores the present under the slot, unless it is the one that was stored last: in an outage there is
    /// nothing new to say.
    fn store(&mut self, refresh: &Refresh, uploads: &mut Uploads<'_>) {
        let (Some(slot), Some(interval)) = (self.slot, self.interval) else { return };
        let present = refresh.cache.present();
        let as_of = present.as_ref().map(|present| present.readings.as_of());
        match &*present {
            None => warn!(%slot, "there is nothing to store yet"),
            Some(_) if as_of == self.stored_last => {
                warn!(%slot, ?as_of, "nothing is stored, since there are no newer readings");
            }
            Some(present) => {
                match Sealed::of(SnapshotName::at(slot), &present.readings, refresh.poller.catalogue) {
                    Ok(sealed) => uploads.add(sealed, None),
                    Err(error) => warn!(%slot, error = in_words(&error), "nothing is stored"),
                }
                self.stored_last = as_of;
            }
        }
        // After the machine slept, the slots in between have nothing of their own to tell.
        let last_slot = schedule::last_slot(Timestamp::now(), interval);
        self.slot = Some(last_slot.max(schedule::later(slot, interval)));
        self.plan(refresh);
    }
}

/// Makes sure at the start that a server which is to keep snapshots can, and tells what it is like. It is no
/// reason not to start if it cannot: it may come later.
pub(super) async fn check(refresh: &Refresh) {
    if matches!(refresh.store.address, StoreAddress::Folder(_)) {
        return;
    }
    match refresh.snapshots.check().await {
        Ok(check) => info!(
            place = check.place,
            bucket_created = check.bucket_created,
            conditional_writes = check.conditional_writes,
            "the store is there"
        ),
        Err(error) => warn!(error = in_words(&error), "the store is not there yet"),
    }
}
