//! The parts of the service that handlers use.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hivebox_archive::SnapshotStore;
use hivebox_climate::place::Position;
use hivebox_config::{Config, ReadinessRule, Tiles};
use hivebox_present::{Cache, Clock, Days, Forecasts, NoForecast};
use hivebox_question::at_place::{PATIENCE, PlaceForecast};
use hivebox_question::past::Past;
use hivebox_refresh::StoreHandle;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// The parts of the service that handlers use. Handlers only read them; they never wait, except for the store, the
/// archive and the first poll.
#[derive(Debug)]
pub struct App {
    parts: AppParts,
    settings: Settings,
    began: Instant,
    draining: AtomicBool,
}

/// What an [`App`] is made of.
#[derive(Debug)]
pub struct AppParts {
    /// The service's clock.
    pub clock: Clock,
    /// The present.
    pub cache: Arc<Cache>,
    /// The extreme temperatures of the last days.
    pub days: Arc<Days>,
    /// The forecasts of the weather model.
    pub forecasts: Arc<Forecasts>,
    /// Requests snapshots.
    pub store: StoreHandle,
    /// The stored snapshots.
    pub snapshots: SnapshotStore,
    /// Answers questions about the past.
    pub past: Past,
}

impl Deref for App {
    type Target = AppParts;

    fn deref(&self) -> &AppParts {
        &self.parts
    }
}

/// How long a replica may leave requests to others while it gets its first present. The first response of
/// openSenseMap after a quiet period can take 11 s.
const LONGEST_START: Duration = Duration::from_secs(15);

/// The settings that responses depend on.
#[derive(Debug)]
struct Settings {
    readiness: ReadinessRule,
    ttl: Duration,
    max_reading_age: SignedDuration,
    request_timeout: Duration,
    shared_cache: &'static str,
    tiles: Option<Tiles>,
}

impl App {
    /// An app with these parts, configured by `config`.
    pub fn new(config: &Config, parts: AppParts) -> Self {
        let settings = Settings {
            readiness: config.readiness,
            ttl: config.answer.ttl,
            max_reading_age: config.answer.rules.max_age,
            request_timeout: config.http.request_timeout,
            shared_cache: config.cache.address.slug(),
            tiles: config.tiles.tiles.clone(),
        };
        let (began, draining) = (Instant::now(), AtomicBool::new(false));
        Self { parts, settings, began, draining }
    }

    /// The rule of `/readyz`.
    pub fn readiness(&self) -> ReadinessRule {
        self.settings.readiness
    }

    /// How long an answer is fresh.
    pub fn ttl(&self) -> Duration {
        self.settings.ttl
    }

    /// How old a reading may be.
    pub(crate) fn max_reading_age(&self) -> SignedDuration {
        self.settings.max_reading_age
    }

    /// How long a request may wait for the first poll or the store.
    pub fn request_timeout(&self) -> Duration {
        self.settings.request_timeout
    }

    /// Where replicas share the present: `memory` or `redis`.
    pub fn shared_cache(&self) -> &'static str {
        self.settings.shared_cache
    }

    /// The operator's tiles for the map of the dashboard.
    pub(crate) fn tiles(&self) -> Option<&Tiles> {
        self.settings.tiles.as_ref()
    }

    /// Waits for the end of the first poll, but at most for the time limit of requests. All requests wait for the
    /// same poll. Callers check afterwards whether there is a present.
    pub async fn wait_for_first_poll(&self) {
        // The timeout is no error: the caller's response says that nothing has been polled yet.
        drop(tokio::time::timeout(self.request_timeout(), self.cache.first_poll()).await);
    }

    /// The forecast for a place, as of `now`. Requests wait for it only a part of the time that they may take.
    pub(crate) async fn forecast(
        &self,
        position: Position,
        now: Timestamp,
    ) -> Result<PlaceForecast, NoForecast> {
        let patience = PATIENCE.min(self.request_timeout() / 2);
        PlaceForecast::find(&self.forecasts, position, now, patience).await
    }

    /// Whether there is nothing to serve because the first poll has not ended.
    pub(crate) fn is_before_first_poll(&self) -> bool {
        self.cache.last_poll().is_none() && self.cache.present().is_none()
    }

    /// Whether the start is over: the first attempt to get a present has ended, well or badly, or has taken too long.
    /// Requests have the same answer then whether they wait or not.
    pub(crate) fn has_started(&self) -> bool {
        has_started(self.cache.last_poll().is_some(), self.began.elapsed())
    }

    /// Announces that this replica accepts no more requests.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this replica accepts no more requests.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}

fn has_started(has_polled: bool, runs_for: Duration) -> bool {
    has_polled || runs_for >= LONGEST_START
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_ends_with_the_first_attempt_and_is_bounded_in_time() {
        assert!(!has_started(false, Duration::from_secs(14)));
        assert!(has_started(false, Duration::from_secs(15)));
        assert!(has_started(true, Duration::ZERO));
    }
}
