//! Stores the present: in every slot, and on request.
//!
//! A slot is a multiple of the store interval. The lease holder stores each slot. While the shared cache is
//! unreachable, every replica does, each at a different moment: the store accepts each name only once. Snapshots
//! that the store does not accept wait in the spool.

pub(crate) mod compact;
mod removal;
mod request;
pub(crate) mod retain;
mod uploads;

use std::time::Duration;

use hivebox_archive::{Sealed, SnapshotName};
use hivebox_climate::catalogue::Catalogue;
use hivebox_config::StoreAddress;
use hivebox_present::{Clock, Role};
use hivebox_telemetry::in_words;
use jiff::Timestamp;
use tracing::{info, warn};

use crate::refresh::Refresh;
use crate::schedule;
use request::StoreRequest;
pub(crate) use request::StoreRequests;
pub use request::{StoreError, StoreHandle};
use uploads::{Purpose, Uploads};

/// A replica without a lease delays its slot by up to this share of the interval.
const ALONE_SPREAD: f64 = 0.1;

/// Stores the present in every slot and on request.
pub(crate) struct Storing<'a> {
    refresh: &'a Refresh,
    requests: StoreRequests,
    slots: Slots,
    uploads: Uploads<'a>,
}

impl<'a> Storing<'a> {
    pub(crate) fn new(refresh: &'a Refresh, requests: StoreRequests) -> Self {
        let slots = Slots::new(refresh.store.interval, refresh.clock.now());
        Self { refresh, requests, slots, uploads: Uploads::new(refresh) }
    }

    /// Stores for ever. It may be dropped and run again at any point.
    pub(crate) async fn run(&mut self) {
        let Self { refresh, requests, slots, uploads } = self;
        uploads.start_next();
        let mut changes = refresh.cache.changes();
        loop {
            changes.mark_unchanged();
            slots.follow(refresh, refresh.clock.now());
            tokio::select! {
                Some(request) = requests.next(), if uploads.has_room() => store_now(refresh, uploads, request),
                () = sleep_until(&refresh.clock, slots.due) => slots.store(refresh, uploads),
                () = uploads.pause_ends() => uploads.drain(),
                () = uploads.next() => {}
                // A new role may change whether this replica stores.
                _ = changes.changed() => {}
            }
        }
    }

    /// Ends all uploads when the service stops.
    pub(crate) async fn finish(&mut self) {
        self.requests.close();
        self.uploads.start_next();
        self.uploads.finish().await;
    }
}

/// Stores the present, named for the moment of its readings.
fn store_now(refresh: &Refresh, uploads: &mut Uploads<'_>, request: StoreRequest) {
    let sealed = match &*refresh.cache.present() {
        Some(present) => {
            let name = SnapshotName::at(present.readings.as_of());
            Sealed::of(name, &present.readings, Catalogue::builtin()).map_err(StoreError::from)
        }
        None => Err(StoreError::NothingYet),
    };
    match sealed {
        Ok(sealed) => uploads.add(sealed, Purpose::Request(request)),
        // Without a receiver, the client is gone.
        Err(error) => drop(request.reply.send(Err(error))),
    }
}

/// Sleeps until `moment`; for ever if there is none.
async fn sleep_until(clock: &Clock, moment: Option<Timestamp>) {
    match moment {
        Some(moment) => {
            let now = clock.now();
            clock.sleep(now, schedule::until(moment, now)).await;
        }
        None => std::future::pending().await,
    }
}

/// The slots of this replica.
struct Slots {
    interval: Option<Duration>,
    duty: Duty,
    /// The next slot.
    slot: Timestamp,
    /// When this replica stores it; `None` if another replica does.
    due: Option<Timestamp>,
}

/// Whether a replica stores slots.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Duty {
    /// Not known yet.
    Unsettled,
    /// It stores each slot, delayed at random by up to this share of the interval.
    Stores { spread: f64 },
    /// Another replica stores them.
    Watches,
}

impl Slots {
    fn new(interval: Option<Duration>, now: Timestamp) -> Self {
        let slot = interval.map_or(now, |interval| schedule::next_slot(now, interval));
        Self { interval, duty: Duty::Unsettled, slot, due: None }
    }

    /// Adopts the duty of this replica's current role.
    fn follow(&mut self, refresh: &Refresh, now: Timestamp) {
        let Some(interval) = self.interval else { return };
        let role = refresh.cache.role_status().as_ref().map(|role_status| role_status.role);
        let duty = match role {
            Some(Role::Holder) => Duty::Stores { spread: 0.0 },
            // Without conditional writes two replicas could overwrite each other's slot, so only the holder stores.
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
        // The previous holder may have crashed during the last slot, so this replica stores that slot. If it is in
        // the store already, it stays as it is. For earlier slots the readings are gone.
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

    /// Stores the present for the slot, unless it was stored already: in an outage there are no new readings.
    fn store(&mut self, refresh: &Refresh, uploads: &mut Uploads<'_>) {
        let (slot, Some(interval)) = (self.slot, self.interval) else { return };
        let present = refresh.cache.present();
        let as_of = present.as_ref().map(|present| present.readings.as_of());
        match &*present {
            None => warn!(%slot, "nothing to store yet"),
            // A snapshot of this slot would tell old readings as those of now.
            Some(present) if !present.is_servable(refresh.clock.now()) => {
                warn!(%slot, ?as_of, "nothing stored: the readings are too old");
            }
            Some(_) if as_of == uploads.stored_last() => {
                warn!(%slot, ?as_of, "nothing stored: there are no newer readings");
            }
            Some(present) => {
                match Sealed::of(SnapshotName::at(slot), &present.readings, Catalogue::builtin()) {
                    Ok(sealed) => uploads.add(sealed, Purpose::Slot(present.readings.as_of())),
                    Err(error) => warn!(%slot, error = in_words(&error), "cannot build the snapshot"),
                }
            }
        }
        // If the machine slept, the slots in between are skipped: their readings are gone.
        let last_slot = schedule::last_slot(refresh.clock.now(), interval);
        self.slot = last_slot.max(schedule::later(slot, interval));
        self.plan(interval);
    }
}

/// Checks at the start that a storage server works, and logs its properties. A failure does not prevent the start:
/// the server may come up later.
pub(crate) async fn check(refresh: &Refresh) {
    if matches!(refresh.store.access.address, StoreAddress::Folder(_)) {
        return;
    }
    match refresh.snapshots.check(refresh.clock.now()).await {
        Ok(check) => info!(
            place = check.place,
            bucket_created = check.bucket_created,
            conditional_writes = check.conditional_writes,
            "the store works"
        ),
        Err(error) => warn!(error = in_words(&error), "the store does not work yet"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_mins(5);

    fn at(time: &str) -> Timestamp {
        format!("2026-11-25T{time}Z").parse().unwrap()
    }

    /// The slot after the replica took these duties at these times, from 10:02 on, and whether it stores that slot.
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
    fn the_first_slot_is_the_next_multiple_of_the_interval() {
        assert_eq!(after(&[]), ("10:05".into(), false));
        assert_eq!(after(&[(HOLDS, "10:02:01")]), ("10:05".into(), true));
        assert_eq!(after(&[(Duty::Watches, "10:02:01")]), ("10:05".into(), false));
    }

    #[test]
    fn a_replica_that_takes_over_begins_with_the_last_slot() {
        let watches = (Duty::Watches, "10:02:01");
        assert_eq!(after(&[watches, (HOLDS, "10:06:00")]), ("10:05".into(), true));
        assert_eq!(after(&[watches, (ALONE, "13:01:00")]), ("13:00".into(), true), "and no earlier slot");
        assert_eq!(after(&[watches, (HOLDS, "10:03:00")]), ("10:00".into(), true));
        assert_eq!(after(&[(ALONE, "10:02:01"), (HOLDS, "10:06:00")]), ("10:05".into(), true));
    }

    #[test]
    fn a_clock_that_steps_back_delays_no_slot() {
        assert_eq!(after(&[(HOLDS, "10:02:01"), (HOLDS, "09:01:00")]), ("09:05".into(), true));
    }
}
