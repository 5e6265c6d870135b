//! The parts of the service that handlers use.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hivebox_archive::SnapshotStore;
use hivebox_config::{Config, ReadinessRule};
use hivebox_present::{Cache, Clock, Days};
use hivebox_question::past::Past;
use hivebox_refresh::StoreHandle;

/// The parts of the service that handlers use. Handlers only read them; they never wait, except for the store, the
/// archive and the first poll.
#[derive(Debug)]
pub struct App {
    /// The service's clock.
    pub clock: Clock,
    /// The present.
    pub cache: Arc<Cache>,
    /// The extreme temperatures of the last days.
    pub days: Arc<Days>,
    /// Requests snapshots.
    pub store: StoreHandle,
    /// The stored snapshots.
    pub snapshots: SnapshotStore,
    /// Answers questions about the past.
    pub past: Past,
    settings: Settings,
    draining: AtomicBool,
}

/// The settings that responses depend on.
#[derive(Debug, Clone, Copy)]
struct Settings {
    readiness: ReadinessRule,
    ttl: Duration,
    request_timeout: Duration,
    shared_cache: &'static str,
}

impl App {
    /// An app with these parts, configured by `config`.
    pub fn new(
        config: &Config,
        clock: Clock,
        cache: Arc<Cache>,
        days: Arc<Days>,
        store: StoreHandle,
        snapshots: SnapshotStore,
        past: Past,
    ) -> Self {
        let settings = Settings {
            readiness: config.readiness,
            ttl: config.answer.ttl,
            request_timeout: config.http.request_timeout,
            shared_cache: config.cache.address.slug(),
        };
        Self { clock, cache, days, store, snapshots, past, settings, draining: AtomicBool::new(false) }
    }

    /// The rule of `/readyz`.
    pub fn readiness(&self) -> ReadinessRule {
        self.settings.readiness
    }

    /// How long an answer is fresh.
    pub fn ttl(&self) -> Duration {
        self.settings.ttl
    }

    /// How long a request may wait for the first poll or the store.
    pub fn request_timeout(&self) -> Duration {
        self.settings.request_timeout
    }

    /// Where replicas share the present: `memory` or `redis`.
    pub fn shared_cache(&self) -> &'static str {
        self.settings.shared_cache
    }

    /// Waits for the end of the first poll, but at most for the time limit of requests. All requests wait for the
    /// same poll. Callers check afterwards whether there is a present.
    pub async fn wait_for_first_poll(&self) {
        // The timeout is no error: the caller's response says that nothing has been polled yet.
        drop(tokio::time::timeout(self.request_timeout(), self.cache.first_poll()).await);
    }

    /// Whether there is nothing to serve because the first poll has not ended.
    pub(crate) fn is_before_first_poll(&self) -> bool {
        self.cache.last_poll().is_none() && self.cache.present().is_none()
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
