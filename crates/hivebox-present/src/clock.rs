//! What time it is: the one place that asks the system.
//!
//! Everything that judges by the time takes a moment as an argument. What runs by itself is handed a
//! [`Clock`], so that a test can set the time instead of waiting for it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Tells the time. Cheap to clone; clones of a clock that can be set are set together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    /// How far this clock is ahead of the system's; `None` if it is the system's.
    lead: Option<Arc<watch::Sender<SignedDuration>>>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { lead: None }
    }

    /// A clock that shows `now` and goes on from there as the system's does, until it is set.
    #[must_use]
    pub fn showing(now: Timestamp) -> Self {
        let clock = Self { lead: Some(Arc::new(watch::Sender::new(SignedDuration::ZERO))) };
        clock.set(now);
        clock
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let system = system_now();
        match &self.lead {
            None => system,
            Some(lead) => system.checked_add(*lead.borrow()).unwrap_or(system),
        }
    }

    /// Makes the clock and all its clones show `now`, and wakes those that sleep until a moment that has
    /// passed by then. The system's clock stays as it is.
    pub fn set(&self, now: Timestamp) {
        if let Some(lead) = &self.lead {
            lead.send_replace(now.duration_since(system_now()));
        }
    }

    /// Sleeps until this clock shows a time so much later.
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

    /// Sets the clock forward.
    pub fn advance(&self, by: SignedDuration) {
        if let Ok(later) = self.now().checked_add(by) {
            self.set(later);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_set_goes_on_from_there_with_its_clones() {
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
    async fn whoever_sleeps_by_a_clock_wakes_when_it_is_set() {
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
