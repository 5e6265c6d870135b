//! Stores the present: on the clock, and when somebody asks.
//!
//! On the clock it is the holder of the lease that stores. While there is no lease to be had, every replica
//! does, at a moment of its own: the store takes each name once, whoever comes first. What the store does
//! not take waits in the spool.

pub(crate) mod compact;
mod request;
pub(crate) mod retain;
mod uploads;

use std::time::Duration;

use hivebox_archive::{Sealed, SnapshotName};
use hivebox_config::StoreAddress;
use hivebox_present::{Clock, Role};
use hivebox_telemetry::in_words;
use jiff::Timestamp;
use tokio::sync::watch;
use tracing::{info, warn};

use crate::refresh::Refresh;
use crate::schedule;
use request::Request;
pub(crate) use request::StoreRequests;
pub use request::{StoreError, StoreHandle};
use uploads::{For, Uploads};

/// The largest share of the interval by which a replica without a lease stores later than its slot.
const ALONE_SPREAD: f64 = 0.1;

/// Stores until the service stops. A store that has begun is finished first.
pub(crate) async fn run(refresh: &Refresh, mut stopped: watch::Receiver<bool>, mut requests: StoreRequests) {
    let mut slots = Slots::new(refresh.store.interval, refresh.clock.now());
    let mut uploads = Uploads::new(refresh);
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        slots.follow(refresh, refresh.clock.now());
        tokio::select! {
            // An error means that the other end is gone, which is a stop as well.
            _ = stopped.wait_for(|stop| *stop) => return uploads.finish().await,
            Some(request) = requests.next(), if uploads.has_room() => store_now(refresh, &mut uploads, request),
            () = sleep_until(&refresh.clock, slots.due) => slots.store(refresh, &mut uploads),
            () = uploads.pause_ends() => uploads.drain(),
            () = uploads.next() => {}
            // Another part among the replicas may be one that stores.
            _ = changes.changed() => {}
        }
    }
}

/// Stores the present under the moment that it was computed at.
fn store_now(refresh: &Refresh, uploads: &mut Uploads<'_>, request: Request) {
    let sealed = match &*refresh.cache.present() {
        Some(present) => {
            let name = SnapshotName::at(present.readings.as_of());
            Sealed::of(name, &present.readings, refresh.poller.catalogue).map_err(StoreError::from)
        }
        None => Err(StoreError::NothingYet),
    };
    match sealed {
        Ok(sealed) => uploads.add(sealed, For::Request(request)),
        // Nobody waits any more if the receiver is gone.
        Err(error) => drop(request.reply.send(Err(error))),
    }
}

/// Sleeps until the moment; for ever if there is none.
async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => clock.sleep(schedule::until(moment, clock.now())).await,
        None => std::future::pending().await,
    }
}

/// The slots of the clock by which snapshots are stored.
struct Slots {
    interval: Option<Duration>,
    duty: Duty,
    /// The slot to be stored next.
    slot: Timestamp,
    /// When it is to be stored by this replica; `None` if it is not.
    due: Option<Timestamp>,
}

/// What a replica has to do with slots.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Duty {
    /// It is not known yet.
    Unsettled,
    /// It stores each, later by a share of the interval up to this.
    Stores { spread: f64 },
    /// Another does.
    Watches,
}

impl Slots {
    fn new(interval: Option<Duration>, now: Timestamp) -> Self {
        let slot = interval.map_or(now, |interval| schedule::next_slot(now, interval));
        Self { interval, duty: Duty::Unsettled, slot, due: None }
    }

    /// Takes up the duty that goes with the role of this replica.
    fn follow(&mut self, refresh: &Refresh, now: Timestamp) {
        let Some(interval) = self.interval else { return };
        let role = refresh.cache.standing().as_ref().map(|standing| standing.role);
        let duty = match role {
            Some(Role::Holder) => Duty::Stores { spread: 0.0 },
            // Without conditional writes two replicas could write the same slot at once: the lease decides.
            Some(Role::Alone) if refresh.snapshots.conditional_writes() != Some(false) => {
                Duty::Stores { spread: ALONE_SPREAD }
            }
            Some(_) => Duty::Watches,
            None => Duty::Unsettled,
        };
        self.take(duty, interval, now);
    }

    fn take(&mut self, duty: Duty, interval: Duration, now: Timestamp) {
        let has_stepped_back = self.slot > schedule::next_slot(now, interval);
        if has_stepped_back {
            self.slot = schedule::next_slot(now, interval);
        }
        if duty == self.duty && !has_stepped_back {
            return;
        }
        // Whoever stored before may have been lost in the middle of the last slot. If it was not, the store has
        // that slot already, and keeps it. Slots before that have nothing of their own to tell any more.
        if self.duty == Duty::Watches {
            self.slot = schedule::last_slot(now, interval);
        }
        self.duty = duty;
        self.plan(interval);
    }

    fn plan(&mut self, interval: Duration) {
        self.due = match self.duty {
            Duty::Stores { spread } => {
                Some(schedule::later(self.slot, interval.mul_f64(spread * fastrand::f64())))
            }
            Duty::Watches | Duty::Unsettled => None,
        };
    }

    /// Stores the present under the slot, unless it is the one that was stored last: in an outage there is
    /// nothing new to say.
    fn store(&mut self, refresh: &Refresh, uploads: &mut Uploads<'_>) {
        let (slot, Some(interval)) = (self.slot, self.interval) else { return };
        let present = refresh.cache.present();
        let as_of = present.as_ref().map(|present| present.readings.as_of());
        match &*present {
            None => warn!(%slot, "there is nothing to store yet"),
            Some(_) if as_of == uploads.stored_last() => {
                warn!(%slot, ?as_of, "nothing is stored, since there are no newer readings");
            }
            Some(present) => {
                match Sealed::of(SnapshotName::at(slot), &present.readings, refresh.poller.catalogue) {
                    Ok(sealed) => uploads.add(sealed, For::Slot(present.readings.as_of())),
                    Err(error) => warn!(%slot, error = in_words(&error), "nothing is stored"),
                }
            }
        }
        // After the machine slept, the slots in between have nothing of their own to tell.
        let last_slot = schedule::last_slot(refresh.clock.now(), interval);
        self.slot = last_slot.max(schedule::later(slot, interval));
        self.plan(interval);
    }
}

/// Makes sure at the start that a server which is to keep snapshots can, and tells what it is like. It is no
/// reason not to start if it cannot: it may come later.
pub(crate) async fn check(refresh: &Refresh) {
    if matches!(refresh.store.access.address, StoreAddress::Folder(_)) {
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

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(5);

    fn at(time: &str) -> Timestamp {
        format!("2026-11-25T{time}Z").parse().unwrap()
    }

    /// The slot after duties were taken at times, from 10:02 on, and whether the replica stores it.
    fn after(duties: &[(Duty, &str)]) -> (String, bool) {
        let mut slots = Slots::new(Some(INTERVAL), at("10:02:00"));
        for (duty, time) in duties {
            slots.take(*duty, INTERVAL, at(time));
        }
        (slots.slot.strftime("%H:%M").to_string(), slots.due.is_some())
    }

    const HOLDS: Duty = Duty::Stores { spread: 0.0 };
    const ALONE: Duty = Duty::Stores { spread: ALONE_SPREAD };

    #[test]
    fn the_first_slot_is_the_one_that_comes() {
        assert_eq!(after(&[]), ("10:05".into(), false));
        assert_eq!(after(&[(HOLDS, "10:02:01")]), ("10:05".into(), true));
        assert_eq!(after(&[(Duty::Watches, "10:02:01")]), ("10:05".into(), false));
    }

    #[test]
    fn who_stores_after_another_did_begins_with_the_last_slot() {
        let watches = (Duty::Watches, "10:02:01");
        assert_eq!(after(&[watches, (HOLDS, "10:06:00")]), ("10:05".into(), true));
        assert_eq!(after(&[watches, (ALONE, "13:01:00")]), ("13:00".into(), true), "and with none before it");
        assert_eq!(after(&[watches, (HOLDS, "10:03:00")]), ("10:00".into(), true));
        assert_eq!(after(&[(ALONE, "10:02:01"), (HOLDS, "10:06:00")]), ("10:05".into(), true));
    }

    #[test]
    fn a_clock_that_steps_back_makes_no_slot_wait() {
        assert_eq!(after(&[(HOLDS, "10:02:01"), (HOLDS, "09:01:00")]), ("09:05".into(), true));
    }
}
