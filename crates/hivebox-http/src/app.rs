//! The parts of the service that requests are served from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hivebox_archive::SnapshotStore;
use hivebox_config::{Config, ReadinessRule};
use hivebox_present::{Cache, Clock, Days};
use hivebox_question::past::Past;
use hivebox_refresh::StoreHandle;

/// The parts of the service that requests are served from. Requests read them, and wait for none but the
/// store and the past.
#[derive(Debug)]
pub struct App {
    /// Tells the time.
    pub clock: Clock,
    /// The present.
    pub cache: Arc<Cache>,
    /// How cold and how warm it was on the last days.
    pub days: Arc<Days>,
    /// Asks for a snapshot.
    pub store: StoreHandle,
    /// Snapshots that are stored.
    pub snapshots: SnapshotStore,
    /// The past, as it can be asked.
    pub past: Past,
    settings: Settings,
    draining: AtomicBool,
}

/// The settings that answers depend on.
#[derive(Debug, Clone, Copy)]
struct Settings {
    readiness: ReadinessRule,
    ttl: Duration,
    request_timeout: Duration,
    shared_cache: &'static str,
}

impl App {
    /// An app over the given parts.
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

    /// When `/readyz` says 200.
    pub fn readiness(&self) -> ReadinessRule {
        self.settings.readiness
    }

    /// How long an answer is fresh.
    pub fn ttl(&self) -> Duration {
        self.settings.ttl
    }

    /// How long a request may wait for something.
    pub fn request_timeout(&self) -> Duration {
        self.settings.request_timeout
    }

    /// Where the replicas share the present: `memory` or `redis`.
    pub fn shared_cache(&self) -> &'static str {
        self.settings.shared_cache
    }

    /// Waits for the first poll if none has ended yet, but no longer than a request may. All who wait do so
    /// for the same poll.
    pub async fn first_poll(&self) {
        if self.cache.last_poll().is_none() && self.cache.present().is_none() {
            // If it takes too long, the answer says that there is nothing yet.
            let _ = tokio::time::timeout(self.request_timeout(), self.cache.first_poll()).await;
        }
    }

    /// Announces that this replica wants no more requests.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this replica wants no more requests.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
