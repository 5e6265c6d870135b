//! How upstream is asked: one request at a time, with pauses, and with patience.

use std::time::Duration;

use opensensemap::FetchError;
use tokio::time::{Instant, sleep, sleep_until};

/// How upstream is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// The time between the end of an answer and the next request.
    pub pause: Duration,
    /// How often a request that failed (with all attempts that the client makes) is made again.
    pub tries: u32,
    /// How long upstream is left alone after the first failure; twice as long after each further one. What it asks for itself
    /// (`Retry-After`) is kept to if it is longer.
    pub patience: Duration,
    /// If upstream asks to be left alone for longer, the backfill ends, to be begun again later.
    pub longest_wait: Duration,
}

/// How far a backfill has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Days of sensors that have been asked for.
    pub done: u64,
    /// Days of sensors that are to be asked for.
    pub total: u64,
    /// Values that were found.
    pub values: u64,
    /// How long upstream is left alone before it is asked again after a failure.
    pub waiting: Option<Duration>,
}

impl Default for Pacing {
    /// A second between requests, and about half an hour of patience.
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            tries: 6,
            patience: Duration::from_secs(30),
            longest_wait: Duration::from_hours(1),
        }
    }
}

impl Pacing {
    /// How long to wait after so many failures in a row; `None` if it is time to give up.
    fn wait_after(&self, error: &FetchError, failures: u32) -> Option<Duration> {
        let asked_for = error.retry_after();
        let may_pass = error.is_transient() || asked_for.is_some();
        let ours = self.patience.saturating_mul(2_u32.saturating_pow(failures)).min(self.longest_wait);
        let wait = asked_for.map_or(ours, |asked_for| asked_for.max(ours));
        (may_pass && failures < self.tries && wait <= self.longest_wait).then_some(wait)
    }
}

/// Asks, and tells how far it has come.
pub(super) struct Pacer<'a> {
    pacing: Pacing,
    progress: &'a mut dyn FnMut(Progress),
    state: Progress,
    requests: u64,
    not_before: Instant,
}

impl<'a> Pacer<'a> {
    pub(super) fn new(pacing: Pacing, total: u64, progress: &'a mut dyn FnMut(Progress)) -> Self {
        let state = Progress { done: 0, total, values: 0, waiting: None };
        Self { pacing, progress, state, requests: 0, not_before: Instant::now() }
    }

    /// Makes a request when its time has come, and again if it fails in a way that may pass.
    pub(super) async fn ask<T>(
        &mut self,
        request: impl AsyncFn() -> Result<T, FetchError>,
    ) -> Result<T, FetchError> {
        let mut failures = 0;
        loop {
            sleep_until(self.not_before).await;
            let result = request().await;
            self.requests += 1;
            self.not_before = Instant::now() + self.pacing.pause;
            let error = match result {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some(wait) = self.pacing.wait_after(&error, failures) else { return Err(error) };
            failures += 1;
            (self.progress)(Progress { waiting: Some(wait), ..self.state });
            sleep(wait).await;
        }
    }

    /// Takes note of so many more days of sensors that have been asked for, and of the values found in the window so far.
    pub(super) fn advance(&mut self, days: u64, values: u64) {
        self.state.done += days;
        self.state.values += values;
        (self.progress)(self.state);
    }

    /// How many requests were made, not counting those that the client made again by itself.
    pub(super) fn requests(&self) -> u64 {
        self.requests
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(retry_after: u64) -> FetchError {
        FetchError::CircuitOpen { retry_in: Duration::from_secs(retry_after) }
    }

    #[test]
    fn upstream_is_left_alone_for_as_long_as_it_asks() {
        let pacing = Pacing::default();
        let wait =
            |error: &FetchError, failures| pacing.wait_after(error, failures).map(|wait| wait.as_secs());
        assert_eq!(wait(&limited(100), 0), Some(100));
        assert_eq!(wait(&limited(1), 0), Some(30));
        assert_eq!(wait(&limited(1), 3), Some(240));
        assert_eq!(wait(&limited(3_601), 0), None, "longer than anyone waits");
        assert_eq!(wait(&limited(1), 6), None, "too often");
        assert_eq!(wait(&FetchError::BodyTooLarge { limit: 1 }, 0), None, "it will not pass");
    }

    #[tokio::test]
    async fn there_is_a_pause_between_requests_and_a_longer_one_after_each_failure() {
        let milli = Duration::from_millis;
        let pacing = Pacing { pause: milli(5), tries: 3, patience: milli(2), longest_wait: milli(100) };
        let (began, mut waits) = (Instant::now(), Vec::new());
        let mut told = |progress: Progress| waits.push(progress.waiting);
        let mut pacer = Pacer::new(pacing, 1, &mut told);
        for requests in 1..=3 {
            pacer.ask(async || Ok(())).await.unwrap();
            assert_eq!(pacer.requests(), requests);
            assert!(began.elapsed() >= milli(5) * (requests as u32 - 1));
        }
        let failed = pacer.ask(async || Err::<(), _>(limited(0))).await;
        assert!(failed.is_err());
        assert_eq!(pacer.requests(), 7);
        assert!(began.elapsed() >= milli(5) * 6, "pauses count while upstream is left alone, too");
        assert_eq!(waits, [2, 4, 8].map(|wait| Some(milli(wait))));
    }
}
