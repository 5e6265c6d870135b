//! A circuit breaker that spares an API which keeps failing.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// Opens after a number of failures in a row. After a while it lets one attempt through, whose
/// result closes or reopens it.
#[derive(Debug)]
pub(super) struct Circuit {
    failures_to_open: u32,
    open_for: Duration,
    state: Mutex<CircuitState>,
}

#[derive(Debug, Default)]
struct CircuitState {
    failures_in_a_row: u32,
    open_until: Option<Instant>,
}

impl Circuit {
    pub(super) fn new(failures_to_open: u32, open_for: Duration) -> Self {
        Self { failures_to_open, open_for, state: Mutex::default() }
    }

    /// Admits an attempt, or returns how long to wait.
    pub(super) fn admit(&self, now: Instant) -> Result<(), Duration> {
        let mut state = self.state();
        match state.open_until {
            Some(until) if now < until => Err(until - now),
            Some(_) => {
                // Others wait until this attempt has a result or is lost.
                state.open_until = Some(now + self.open_for);
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Records a success.
    pub(super) fn succeeded(&self) {
        *self.state() = CircuitState::default();
    }

    /// Records a failure, and how long the API asked to wait.
    pub(super) fn failed(&self, now: Instant, retry_after: Option<Duration>) {
        let mut state = self.state();
        state.failures_in_a_row = state.failures_in_a_row.saturating_add(1);
        let is_open = state.failures_in_a_row >= self.failures_to_open;
        let wait = is_open.then_some(self.open_for).max(retry_after);
        if let Some(wait) = wait {
            // A wait beyond the range of the clock is `None`, which is the least, and so changes nothing.
            state.open_until = state.open_until.max(now.checked_add(wait));
        }
    }

    fn state(&self) -> MutexGuard<'_, CircuitState> {
        // The state is consistent between any two statements, so a panic elsewhere cannot have
        // corrupted it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPEN_FOR: Duration = Duration::from_secs(30);
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn it_opens_after_failures_in_a_row_and_lets_one_attempt_through_later() {
        let (circuit, start) = (Circuit::new(2, OPEN_FOR), Instant::now());
        circuit.failed(start, None);
        assert_eq!(circuit.admit(start), Ok(()));
        circuit.failed(start, None);
        assert_eq!(circuit.admit(start + SECOND), Err(SECOND * 29));
        assert_eq!(circuit.admit(start + OPEN_FOR), Ok(()), "the trial");
        assert_eq!(circuit.admit(start + OPEN_FOR), Err(OPEN_FOR), "no second trial");
        circuit.failed(start + OPEN_FOR, None);
        assert!(circuit.admit(start + OPEN_FOR + SECOND).is_err());
        circuit.succeeded();
        assert_eq!(circuit.admit(start + OPEN_FOR + SECOND), Ok(()));
    }

    #[test]
    fn a_success_between_failures_keeps_it_closed() {
        let (circuit, start) = (Circuit::new(2, OPEN_FOR), Instant::now());
        for _ in 0..10 {
            circuit.failed(start, None);
            circuit.succeeded();
        }
        assert_eq!(circuit.admit(start), Ok(()));
    }

    #[test]
    fn the_api_itself_can_ask_for_a_pause() {
        let (circuit, start) = (Circuit::new(9, OPEN_FOR), Instant::now());
        circuit.failed(start, Some(SECOND * 120));
        assert_eq!(circuit.admit(start), Err(SECOND * 120));
        circuit.failed(start, Some(Duration::MAX));
        assert_eq!(circuit.admit(start), Err(SECOND * 120), "a wait beyond the range of the clock");
    }
}
