//! The rate of requests to upstream: one at a time, with pauses and retries.

use std::time::Duration;

use opensensemap::{FetchError, ListingError};
use tokio::time::{Instant, sleep, sleep_until};

/// The rate of requests to upstream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pacing {
    /// The pause between an answer and the next request.
    pub pause: Duration,
    /// How often to retry a failed request, beyond the attempts of the client itself.
    pub retries: u32,
    /// How often to ask again for one file of the archive that arrives damaged.
    pub file_retries: u32,
    /// The wait before a damaged file is asked for again. It doubles with each further time.
    pub file_wait: Duration,
    /// The wait after the first failure. It doubles with each further one. A longer `Retry-After` of upstream wins.
    pub first_wait: Duration,
    /// If upstream asks for a longer wait, the backfill ends, and can be resumed later.
    pub longest_wait: Duration,
}

/// The progress of a backfill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Finished sensor days: one sensor on one day each.
    pub done: u64,
    /// All sensor days.
    pub total: u64,
    /// The number of values found.
    pub values: u64,
    /// The number of files that are damaged, and so missing.
    pub files_missing: u64,
    /// The wait before the next attempt after a failure.
    pub waiting: Option<Duration>,
}

/// How long to try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Patience {
    /// For about half an hour: upstream may be down.
    Long,
    /// The same, but only a few times if the answer itself is damaged: a file that is stays so.
    File,
    /// A few times whatever happens.
    Short,
}

impl Default for Pacing {
    /// A second between requests, and retries for about half an hour.
    fn default() -> Self {
        Self {
            pause: Duration::from_secs(1),
            retries: 6,
            file_retries: 2,
            file_wait: Duration::from_secs(5),
            first_wait: Duration::from_secs(30),
            longest_wait: Duration::from_hours(1),
        }
    }
}

impl Pacing {
    /// The wait after this many failures in a row; `None` to give up.
    fn wait_after(&self, error: &FetchError, failures: u32, patience: Patience) -> Option<Duration> {
        let asked_for = error.retry_after();
        let is_short = match patience {
            // A page that is no list does not become one by waiting.
            Patience::Long => {
                matches!(
                    error,
                    FetchError::Listing(ListingError::NotFolders { .. } | ListingError::TagTooLong)
                )
            }
            Patience::File => is_damage(error),
            Patience::Short => true,
        };
        let may_pass = error.is_transient() || asked_for.is_some() || is_short;
        let (first, retries) =
            if is_short { (self.file_wait, self.file_retries) } else { (self.first_wait, self.retries) };
        let ours = first.saturating_mul(2_u32.saturating_pow(failures)).min(self.longest_wait);
        let wait = asked_for.map_or(ours, |asked_for| asked_for.max(ours));
        (may_pass && failures < retries && wait <= self.longest_wait).then_some(wait)
    }
}

/// Whether a failure surely concerns one file, rather than the server: its contents are damaged or too large. A status
/// says nothing about the contents.
pub(super) fn is_damage(error: &FetchError) -> bool {
    matches!(error, FetchError::Rows(_) | FetchError::BodyTooLarge { .. })
}

/// Whether the server refuses this client (401, 403 or 451), and so will refuse other files, too.
pub(super) fn is_refusal(error: &FetchError) -> bool {
    matches!(error, FetchError::Status { status, .. } if matches!(status.as_u16(), 401 | 403 | 451))
}

/// Sends requests at a limited rate, and reports the progress.
pub(super) struct Pacer<'a> {
    pacing: Pacing,
    progress: &'a mut dyn FnMut(Progress),
    state: Progress,
    requests: u64,
    not_before: Instant,
}

impl<'a> Pacer<'a> {
    pub(super) fn new(pacing: Pacing, total: u64, progress: &'a mut dyn FnMut(Progress)) -> Self {
        let state = Progress { done: 0, total, values: 0, files_missing: 0, waiting: None };
        Self { pacing, progress, state, requests: 0, not_before: Instant::now() }
    }

    /// Sends a request after the pause. Retries transient failures.
    pub(super) async fn ask<T>(
        &mut self,
        patience: Patience,
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
            let Some(wait) = self.pacing.wait_after(&error, failures, patience) else { return Err(error) };
            failures += 1;
            (self.progress)(Progress { waiting: Some(wait), ..self.state });
            sleep(wait).await;
        }
    }

    /// Reports further finished sensor days, and the values found in them.
    pub(super) fn advance(&mut self, days: u64, values: u64) {
        self.state.done += days;
        self.state.values += values;
        (self.progress)(self.state);
    }

    /// Reports a file that is missing.
    pub(super) fn miss(&mut self) {
        self.state.files_missing += 1;
        self.advance(1, 0);
    }

    /// The number of requests, without the retries of the client itself.
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
    fn the_wait_is_at_least_as_long_as_upstream_asks() {
        let pacing = Pacing::default();
        let wait = |error: &FetchError, failures| {
            pacing.wait_after(error, failures, Patience::Long).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(&limited(100), 0), Some(100));
        assert_eq!(wait(&limited(1), 0), Some(30));
        assert_eq!(wait(&limited(1), 3), Some(240));
        assert_eq!(wait(&limited(3_601), 0), None, "longer than the longest wait");
        assert_eq!(wait(&limited(1), 6), None, "too many failures");
        assert_eq!(wait(&FetchError::BodyTooLarge { limit: 1 }, 0), None, "not transient");
    }

    #[test]
    fn a_damaged_file_is_asked_for_a_few_times_only() {
        let damaged = FetchError::BodyTooLarge { limit: 1 };
        let waits = |error: &FetchError, patience| {
            let wait = |failures| Pacing::default().wait_after(error, failures, patience);
            (0..10).map_while(wait).map(|wait| wait.as_secs()).collect::<Vec<_>>()
        };
        assert_eq!(waits(&damaged, Patience::File), [5, 10]);
        assert_eq!(waits(&limited(1), Patience::File).len(), 6, "upstream may be down");
        assert_eq!(waits(&limited(7), Patience::Short), [7, 10]);
    }

    #[tokio::test]
    async fn requests_have_a_pause_between_them_and_failures_a_growing_one() {
        let milli = Duration::from_millis;
        let pacing = Pacing {
            pause: milli(5),
            retries: 3,
            first_wait: milli(2),
            longest_wait: milli(100),
            ..Pacing::default()
        };
        let (began, mut waits) = (Instant::now(), Vec::new());
        let mut report = |progress: Progress| waits.push(progress.waiting);
        let mut pacer = Pacer::new(pacing, 1, &mut report);
        for requests in 1..=3 {
            pacer.ask(Patience::Long, async || Ok(())).await.unwrap();
            assert_eq!(pacer.requests(), requests);
            assert!(began.elapsed() >= milli(5) * (requests as u32 - 1));
        }
        let failed = pacer.ask(Patience::Long, async || Err::<(), _>(limited(0))).await;
        assert!(failed.is_err());
        assert_eq!(pacer.requests(), 7);
        assert!(began.elapsed() >= milli(5) * 6, "the pause between requests applies to retries, too");
        assert_eq!(waits, [2, 4, 8].map(|wait| Some(milli(wait))));
    }
}
