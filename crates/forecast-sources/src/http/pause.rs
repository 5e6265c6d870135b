//! A circuit breaker: a source that keeps failing is not asked for a while.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// The longest pause.
pub(super) const LONGEST: Duration = Duration::from_hours(24);
/// A pause that began further ahead than this was begun by a clock that has been set back since.
const CLOCKS_DIFFER: Duration = Duration::from_mins(5);

/// Begins after a number of failures in a row. When it is over it lets one attempt through, whose result ends or
/// repeats it.
#[derive(Debug)]
pub(super) struct Pause {
    failures_before: u32,
    length: Duration,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures_in_a_row: u32,
    /// The end of a pause after failures in a row, which a success ends.
    until: Option<Timestamp>,
    /// Until when the source asked to be left alone. A success of another request does not take that back.
    asked_for: Option<AskedFor>,
}

#[derive(Debug, Clone, Copy)]
struct AskedFor {
    since: Timestamp,
    until: Timestamp,
}

impl Pause {
    pub(super) fn new(failures_before: u32, length: Duration) -> Self {
        Self { failures_before, length, state: Mutex::default() }
    }

    /// Admits an attempt, or returns when one is possible.
    pub(super) fn admit(&self, now: Timestamp) -> Result<(), Timestamp> {
        let mut state = self.state();
        // A clock that was set back must not stop the requests for longer than was meant.
        let began = |pause: &AskedFor| pause.since <= later(now, CLOCKS_DIFFER);
        state.asked_for = state.asked_for.filter(|pause| began(pause) && now < pause.until);
        if let Some(AskedFor { until, .. }) = state.asked_for {
            return Err(until);
        }
        match state.until {
            Some(until) if now < until && until <= later(now, self.length) => Err(until),
            Some(_) => {
                // After failures in a row, others wait until this attempt has a result or is lost.
                let is_trial = state.failures_in_a_row >= self.failures_before;
                state.until = is_trial.then(|| later(now, self.length));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Ends the pause after failures in a row.
    pub(super) fn succeeded(&self) {
        let mut state = self.state();
        (state.failures_in_a_row, state.until) = (0, None);
    }

    /// Records a failure, and until when the source must not be asked.
    pub(super) fn failed(&self, now: Timestamp, until: Option<Timestamp>) {
        let mut state = self.state();
        state.failures_in_a_row = state.failures_in_a_row.saturating_add(1);
        let own = (state.failures_in_a_row >= self.failures_before).then(|| later(now, self.length));
        state.until = state.until.max(own);
        let until = until.map(|until| until.min(later(now, LONGEST)));
        if let Some(until) = until.filter(|until| state.asked_for.is_none_or(|it| it.until < *until)) {
            state.asked_for = Some(AskedFor { since: now, until });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // The state is consistent between any two statements, so a panic elsewhere cannot have corrupted it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The moment that much later; the last of all if there is none.
pub(crate) fn later(moment: Timestamp, by: Duration) -> Timestamp {
    moment.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_mins(1);

    fn start() -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn it_begins_after_failures_in_a_row_and_lets_one_attempt_through_later() {
        let (pause, end) = (Pause::new(2, MINUTE), later(start(), MINUTE));
        pause.failed(start(), None);
        assert_eq!(pause.admit(start()), Ok(()));
        pause.failed(start(), None);
        assert_eq!(pause.admit(start()), Err(end));
        assert_eq!(pause.admit(end), Ok(()), "the trial");
        assert_eq!(pause.admit(end), Err(later(end, MINUTE)), "no second trial");
        pause.failed(end, None);
        assert!(pause.admit(end).is_err());
        pause.succeeded();
        assert_eq!(pause.admit(end), Ok(()));
    }

    #[test]
    fn the_source_can_ask_for_one_and_a_clock_that_was_set_back_ends_it() {
        let (pause, hour) = (Pause::new(9, MINUTE), later(start(), MINUTE * 60));
        pause.failed(start(), Some(hour));
        assert_eq!(pause.admit(start()), Err(hour));
        pause.succeeded();
        assert_eq!(pause.admit(start()), Err(hour), "another request that succeeds does not take it back");
        assert_eq!((pause.admit(hour), pause.admit(hour)), (Ok(()), Ok(())), "one failure needs no trial");
        pause.failed(start(), Some(hour));
        assert_eq!(pause.admit("2026-11-30T10:00:00Z".parse().unwrap()), Ok(()));
        pause.failed(start(), Some(Timestamp::MAX));
        assert_eq!(pause.admit(start()), Err(later(start(), LONGEST)));
    }
}
