//! What time it is: the one place that asks the system.
//!
//! Everything that judges by the time takes a moment as an argument. A loop is handed a [`Clock`], so that a
//! test sets the time instead of waiting for it.

use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// Tells the time. Cheap to clone; the clones of a clock that stands still are set together.
#[derive(Debug, Clone)]
pub struct Clock {
    /// What the clock shows, if it stands still; `None` for the system's clock.
    still: Option<Arc<watch::Sender<Timestamp>>>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { still: None }
    }

    /// A clock that shows `now` until it is set.
    #[must_use]
    pub fn still_at(now: Timestamp) -> Self {
        Self { still: Some(Arc::new(watch::Sender::new(now))) }
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.still {
            None => system_now(),
            Some(shown) => *shown.borrow(),
        }
    }

    /// Sets a clock that stands still, and wakes those that sleep by it until then. The system's clock stays
    /// as it is.
    pub fn set(&self, now: Timestamp) {
        if let Some(shown) = &self.still {
            shown.send_replace(now);
        }
    }

    /// Sets a clock that stands still forward.
    pub fn advance(&self, by: SignedDuration) {
        if let Some(shown) = &self.still {
            shown.send_modify(|now| *now = now.checked_add(by).unwrap_or(Timestamp::MAX));
        }
    }

    /// Sleeps for `time` from the moment `from`, at which this clock was read. A clock that was set forward in between
    /// loses no wake-up. A clock that is set back does not sleep for longer: only the way forward counts.
    pub async fn sleep(&self, from: Timestamp, time: Duration) {
        let Some(shown) = &self.still else {
            return tokio::time::sleep(time).await;
        };
        let mut shown = shown.subscribe();
        let wakes_at = SignedDuration::try_from(time).ok().and_then(|time| from.checked_add(time).ok());
        let mut wakes_at = wakes_at.unwrap_or(Timestamp::MAX);
        let mut seen = from;
        let is_over = |now: &Timestamp| {
            if *now < seen {
                wakes_at = wakes_at.checked_sub(seen.duration_since(*now)).unwrap_or(Timestamp::MIN);
            }
            seen = *now;
            *now >= wakes_at
        };
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = shown.wait_for(is_over).await;
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place")]
fn system_now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2024-10-14T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_clock_that_stands_still_is_set_with_its_clones() {
        let clock = Clock::still_at(noon());
        let clone = clock.clone();
        clock.advance(SignedDuration::from_hours(1));
        assert_eq!(clone.now(), noon() + SignedDuration::from_hours(1));
        clone.set(noon());
        assert_eq!(clock.now(), noon());
    }

    #[tokio::test]
    async fn a_sleep_ends_when_its_clock_is_set_far_enough() {
        let clock = Clock::still_at(noon());
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(noon(), Duration::from_hours(1)).await }
        });
        tokio::task::yield_now().await;
        clock.advance(SignedDuration::from_mins(59));
        tokio::task::yield_now().await;
        assert!(!sleeping.is_finished());
        clock.advance(SignedDuration::from_mins(1));
        sleeping.await.unwrap();
    }

    #[tokio::test]
    async fn a_clock_that_is_set_back_does_not_prolong_a_sleep() {
        let clock = Clock::still_at(noon());
        let sleeping = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep(noon(), Duration::from_hours(1)).await }
        });
        for (set_to, is_over) in [
            (noon() + SignedDuration::from_mins(20), false),
            (Timestamp::UNIX_EPOCH, false),
            (Timestamp::UNIX_EPOCH + SignedDuration::from_mins(39), false),
            (Timestamp::UNIX_EPOCH + SignedDuration::from_mins(40), true),
        ] {
            clock.set(set_to);
            tokio::task::yield_now().await;
            tokio::task::yield_now().await;
            assert_eq!(sleeping.is_finished(), is_over, "{set_to}");
        }
        sleeping.await.unwrap();
    }

    #[test]
    fn the_system_clock_cannot_be_set() {
        let clock = Clock::system();
        clock.set(Timestamp::UNIX_EPOCH);
        assert!(clock.now() > noon());
    }
}
