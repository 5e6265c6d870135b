//! The clock of the service. Only this module asks the system for the time.
//!
//! A function that depends on the time takes a moment as an argument. A background task gets a [`Clock`], so a
//! test can set the time instead of waiting.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Tells the time. Cheap to clone; setting a clock sets all its clones.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// How far this clock is ahead of the system clock; `None` if it is the system clock.
    lead: Option<Arc<watch::Sender<SignedDuration>>>,
}

impl Clock {
    /// The system clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { lead: None }
    }

    /// A clock that starts at `now`, runs as fast as the system clock, and can be set.
    #[must_use]
    pub fn showing(now: Timestamp) -> Self {
        let clock = Self { lead: Some(Arc::new(watch::Sender::new(SignedDuration::ZERO))) };
        clock.set(now);
        clock
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let system = system_now();
        match &self.lead {
            None => system,
            Some(lead) => system.checked_add(*lead.borrow()).unwrap_or(system),
        }
    }

    /// Sets the clock and all its clones to `now`, and wakes tasks that sleep until an earlier moment. Does nothing
    /// to the system clock.
    pub fn set(&self, now: Timestamp) {
        if let Some(lead) = &self.lead {
            lead.send_replace(now.duration_since(system_now()));
        }
    }

    /// Sleeps until this clock has advanced by `time`.
    pub async fn sleep(&self, time: Duration) {
        let Some(lead) = &self.lead else {
            return tokio::time::sleep(time).await;
        };
        let mut sets = lead.subscribe();
        let asleep_since = self.now();
        loop {
            // A clock that was set back counts as one that has not moved.
            let slept = Duration::try_from(self.now().duration_since(asleep_since)).unwrap_or(Duration::ZERO);
            let left = time.saturating_sub(slept);
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left) => {}
                // The sender lives as long as `self`, so waiting cannot fail.
                _ = sets.changed() => {}
            }
        }
    }

    /// Sets the clock forward by `by`. Does nothing to the system clock.
    pub fn advance(&self, by: SignedDuration) {
        if let Ok(later) = self.now().checked_add(by) {
            self.set(later);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "only this function asks the system for the time")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_clock_runs_on_together_with_its_clones() {
        let noon: Timestamp = "2024-10-14T12:00:00Z".parse().unwrap();
        let clock = Clock::showing(noon);
        let clone = clock.clone();
        assert!(clock.now() >= noon);
        clock.advance(SignedDuration::from_hours(1));
        assert!(clone.now() >= noon + SignedDuration::from_hours(1));
        clone.set(noon);
        assert!(clock.now() < noon + SignedDuration::from_hours(1));
    }

    #[tokio::test]
    async fn setting_a_clock_wakes_tasks_that_sleep_by_it() {
        let clock = Clock::showing("2024-10-14T12:00:00Z".parse().unwrap());
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(Duration::from_hours(1)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(SignedDuration::from_hours(2));
        sleeping.await.unwrap();
    }

    #[test]
    fn the_system_clock_cannot_be_set() {
        let clock = Clock::system();
        clock.set(Timestamp::UNIX_EPOCH);
        assert!(clock.now() > "2020-01-01T00:00:00Z".parse().unwrap());
    }
}
