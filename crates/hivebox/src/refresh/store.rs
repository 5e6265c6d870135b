//! Stores the present: on the clock, and when somebody asks.
//!
//! On the clock it is the holder of the lease that stores. While there is no lease to be had, every replica
//! does, at a moment of its own: the store takes each name once, whoever comes first. What the store does
//! not take waits in the spool.

mod retain;
mod spooling;

use std::time::Duration;

use hivebox_archive::{ArchiveError, Sealed, SnapshotName, StoreFault, Stored};
use jiff::Timestamp;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{info, warn};

use super::poll::in_words;
use super::{Refresh, schedule};
use crate::cache::Role;
use crate::config::StoreAddress;
use crate::present::Present;
use retain::Retention;
use spooling::Spooling;

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
/// How long a store may go on after the service was told to stop.
const PATIENCE_AT_STOP: Duration = Duration::from_secs(5);

/// Stores until the service stops. A store that has begun is finished first.
pub(super) async fn run(
    refresh: &Refresh,
    mut stopped: watch::Receiver<bool>,
    mut waiting: mpsc::Receiver<Reply>,
) {
    let mut clock = Clock::new(refresh);
    let mut storing = Storing { refresh, spooling: Spooling::new(refresh), stopped: stopped.clone() };
    let mut retention = Retention::new(refresh.store.retention);
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        clock.follow(refresh);
        tokio::select! {
            // An error means that the other end is gone, which is a stop as well.
            _ = stopped.wait_for(|stop| *stop) => return,
            Some(reply) = waiting.recv() => {
                // Nobody waits any more if the receiver is gone; the snapshot is stored all the same.
                let _ = reply.send(storing.now().await);
            }
            () = sleep_until(clock.due) => clock.store(&mut storing).await,
            () = sleep_until(storing.spooling.due()) => storing.spooling.drain(refresh).await,
            () = sleep_until(retention.due(refresh.is_holder())) => retention.sweep(refresh).await,
            // Another part among the replicas may be one that stores.
            _ = changes.changed() => {}
        }
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
    async fn store(&mut self, storing: &mut Storing<'_>) {
        let refresh = storing.refresh;
        let (Some(slot), Some(interval)) = (self.slot, self.interval) else { return };
        match refresh.cache.present().clone() {
            None => warn!(%slot, "there is nothing to store yet"),
            Some(present) if self.stored_last == Some(present.readings.as_of()) => {
                let as_of = present.readings.as_of();
                warn!(%slot, %as_of, "nothing is stored, since there are no newer readings");
            }
            Some(present) => {
                let outcome = storing.put(&present, SnapshotName::at(slot)).await;
                if matches!(outcome, Ok(_) | Err(StoreError::Waits { .. })) {
                    self.stored_last = Some(present.readings.as_of());
                }
            }
        }
        // A slot that passed while this one was stored is stored late rather than not at all.
        let last_slot = schedule::last_slot(Timestamp::now(), interval);
        self.slot = Some(last_slot.max(schedule::later(slot, interval)));
        self.plan(refresh);
    }
}

/// What storing takes.
struct Storing<'a> {
    refresh: &'a Refresh,
    spooling: Spooling<'a>,
    stopped: watch::Receiver<bool>,
}

impl Storing<'_> {
    /// Stores the present under the moment that it was computed at.
    async fn now(&mut self) -> Result<Stored, StoreError> {
        let present = self.refresh.cache.present().clone().ok_or(StoreError::NothingYet)?;
        self.put(&present, SnapshotName::at(present.readings.as_of())).await
    }

    async fn put(&mut self, present: &Present, name: SnapshotName) -> Result<Stored, StoreError> {
        let sealed = Sealed::of(name, &present.readings, self.refresh.poller.catalogue)?;
        let outcome = tokio::select! {
            outcome = put(self.refresh, &sealed) => outcome,
            () = patience_ends(self.stopped.clone()) => Err(self.cut_off()),
        };
        match outcome {
            Ok(stored) => Ok(stored),
            Err(error) if self.spooling.keep(self.refresh, &sealed) => {
                Err(StoreError::Waits { name, source: error })
            }
            Err(error) => Err(error.into()),
        }
    }

    fn cut_off(&self) -> ArchiveError {
        let address = self.refresh.store.address.to_string();
        ArchiveError::Store { action: "store a snapshot", source: StoreFault::TimedOut { address } }
    }
}

/// When the service stops, a store that takes long is cut off after a while, and waits in the spool. It may
/// have gone well all the same; then the store says so at the next attempt.
async fn patience_ends(mut stopped: watch::Receiver<bool>) {
    // An error means that the other end is gone, which is a stop as well.
    let _ = stopped.wait_for(|stop| *stop).await;
    tokio::time::sleep(PATIENCE_AT_STOP).await;
}

async fn put(refresh: &Refresh, sealed: &Sealed) -> Result<Stored, ArchiveError> {
    let started = Timestamp::now();
    let outcome = refresh.snapshots.put(sealed).await;
    let ended = Timestamp::now();
    refresh.metrics.store.observe(&outcome, ended);
    match &outcome {
        Ok(Stored { object, rows, bytes, created, .. }) => {
            let took_ms = ended.duration_since(started).as_millis() as u64;
            info!(object, rows, bytes, created, took_ms, "snapshot stored");
        }
        Err(error) => {
            let (name, error) = (sealed.name(), in_words(error));
            warn!(%name, error, "the snapshot could not be stored");
        }
    }
    outcome
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
