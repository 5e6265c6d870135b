//! What requests are served from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use hivebox_archive::SnapshotStore;

use crate::cache::Cache;
use crate::config::{Config, ReadinessRule};
use crate::days::Days;
use crate::history::Past;
use crate::http::{Live, Maps, RateLimit, Rendered};
use crate::refresh::StoreHandle;
use crate::telemetry::metrics::Metrics;

/// What requests are served from. All of it is read, none of it waited for, but for stores and snapshots.
#[derive(Debug)]
pub struct App {
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
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// When `/readyz` says 200.
    pub readiness: ReadinessRule,
    /// How long an answer is fresh.
    pub ttl: Duration,
    /// How long a request may wait for something.
    pub request_timeout: Duration,
    /// Where the replicas share the present, as settings name it.
    pub shared_cache: &'static str,
    /// `/temperature` as it was last answered.
    pub rendered: Rendered,
    /// `/api/v1/map` as it was last answered.
    pub maps: Maps,
    /// Streams of events.
    pub live: Live,
    /// How often each client may ask; `None` means no limit.
    pub rate_limit: Option<Arc<RateLimit>>,
    draining: AtomicBool,
}

impl App {
    /// An app that serves from the given parts.
    pub fn new(
        config: &Config,
        cache: Arc<Cache>,
        days: Arc<Days>,
        store: StoreHandle,
        snapshots: SnapshotStore,
        metrics: Arc<Metrics>,
        past: Past,
    ) -> Self {
        let rate_limit = RateLimit::new(&config.http, metrics.http.rate_limited.clone());
        Self {
            cache,
            days,
            store,
            snapshots,
            past,
            metrics,
            readiness: config.readiness,
            ttl: config.answer.ttl,
            request_timeout: config.http.request_timeout,
            shared_cache: config.cache.address.slug(),
            rendered: Rendered::default(),
            maps: Maps::default(),
            live: Live::new(&config.http),
            rate_limit: rate_limit.map(Arc::new),
            draining: AtomicBool::new(false),
        }
    }

    /// Says from now on that this replica wants no more requests.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether this replica wants no more requests.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }
}
