//! What is known of one cell.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use arc_swap::ArcSwapOption;
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

use super::cell_forecast::{CellForecast, Kept, LONGEST_REST, NoForecast, RENEWED_FOR};

/// What is known of one cell.
#[derive(Debug)]
pub(super) struct Slot {
    kept: ArcSwapOption<Kept>,
    /// Why the cell is not fetched, and until when.
    rest: ArcSwapOption<(NoForecast, Timestamp)>,
    asked_millis: AtomicI64,
    /// Whether it is wanted at all, and by somebody who waits.
    is_wanted: AtomicBool,
    is_waited_for: AtomicBool,
    changed: Notify,
}

impl Slot {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            kept: ArcSwapOption::empty(),
            rest: ArcSwapOption::empty(),
            asked_millis: AtomicI64::new(now.as_millisecond()),
            is_wanted: AtomicBool::new(false),
            is_waited_for: AtomicBool::new(false),
            changed: Notify::new(),
        }
    }

    pub(super) fn kept(&self) -> Option<Arc<Kept>> {
        self.kept.load_full()
    }

    pub(super) fn servable(&self, now: Timestamp) -> Option<Arc<CellForecast>> {
        let kept = self.kept.load();
        let forecast = &kept.as_ref()?.forecast;
        forecast.is_servable(now).then(|| Arc::clone(forecast))
    }

    /// Why the cell is not fetched at `now`, if it rests.
    pub(super) fn rests(&self, now: Timestamp) -> Option<NoForecast> {
        let rest = self.rest.load();
        let (reason, until) = **rest.as_ref()?;
        let left = until.duration_since(now);
        (left.is_positive() && left <= LONGEST_REST).then_some(reason)
    }

    pub(super) fn note_asked(&self, now: Timestamp) {
        self.asked_millis.store(now.as_millisecond(), Ordering::Relaxed);
    }

    /// When somebody last asked, in milliseconds since 1970.
    pub(super) fn asked_millis(&self) -> i64 {
        self.asked_millis.load(Ordering::Relaxed)
    }

    /// Whether the forecast should be renewed although nobody asks at this moment.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let idle_millis = now.as_millisecond().saturating_sub(self.asked_millis());
        let is_popular = i128::from(idle_millis) <= RENEWED_FOR.as_millis();
        is_popular
            && self.rests(now).is_none()
            && self.kept.load().as_ref().is_some_and(|kept| now >= kept.renew_at)
    }

    pub(super) fn put(&self, kept: Kept) {
        self.kept.store(Some(Arc::new(kept)));
        self.rest.store(None);
        self.give_up();
    }

    pub(super) fn miss(&self, reason: NoForecast, until: Timestamp) {
        self.rest.store(Some(Arc::new((reason, until))));
        self.give_up();
    }

    /// Notes that the cell is wanted, and whether somebody waits for it. Whether that was not known before.
    pub(super) fn want(&self, waits: bool) -> bool {
        let was_wanted = self.is_wanted.swap(true, Ordering::AcqRel);
        if waits { !self.is_waited_for.swap(true, Ordering::AcqRel) } else { !was_wanted }
    }

    /// Forgets that the cell is wanted, and wakes those who wait for it.
    pub(super) fn give_up(&self) {
        self.unwant();
        self.changed.notify_waiters();
    }

    pub(super) fn unwant(&self) {
        self.is_wanted.store(false, Ordering::Release);
        self.is_waited_for.store(false, Ordering::Release);
    }

    /// Waits for the next [`put`](Self::put) or [`miss`](Self::miss).
    pub(super) fn changed(&self) -> Notified<'_> {
        self.changed.notified()
    }
}
