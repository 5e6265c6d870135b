//! Keeps requests apart in time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Gives turns that are at least `spacing` apart.
#[derive(Debug)]
pub(super) struct Pace {
    spacing: Duration,
    next: Mutex<Option<Instant>>,
}

impl Pace {
    pub(super) fn new(spacing: Duration) -> Self {
        Self { spacing, next: Mutex::default() }
    }

    /// Waits for the next turn.
    pub(super) async fn turn(&self) {
        if self.spacing.is_zero() {
            return;
        }
        let now = Instant::now();
        let turn = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = Some(turn + self.spacing.mul_f64(1.0 + fastrand::f64() / 2.0));
            turn
        };
        sleep_until(turn).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn turns_are_apart() {
        let (pace, start) = (Pace::new(Duration::from_millis(100)), Instant::now());
        for _ in 0..11 {
            pace.turn().await;
        }
        let elapsed = start.elapsed();
        assert!((Duration::from_secs(1)..Duration::from_millis(1550)).contains(&elapsed), "{elapsed:?}");
    }
}
