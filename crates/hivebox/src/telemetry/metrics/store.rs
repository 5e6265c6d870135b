//! Snapshots.

use std::sync::atomic::AtomicU64;

use hivebox_archive::{ArchiveError, Stored};
use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Snapshots stored, and those that could not be.
#[derive(Debug, Clone)]
pub struct StoreMetrics {
    stores: Counter,
    failures: Counter,
    stored_bytes: Counter,
    last_store_timestamp_seconds: Gauge<f64, AtomicU64>,
}

impl StoreMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            stores: Counter::default(),
            failures: Counter::default(),
            stored_bytes: Counter::default(),
            last_store_timestamp_seconds: Gauge::default(),
        };
        registry.register("stores", "Snapshots stored, or found stored already", metrics.stores.clone());
        registry.register("store_failures", "Snapshots that could not be stored", metrics.failures.clone());
        registry.register("stored_bytes", "Bytes of the snapshots stored", metrics.stored_bytes.clone());
        let help = "When a snapshot was last stored; 0 if never";
        let last = metrics.last_store_timestamp_seconds.clone();
        registry.register("last_store_timestamp_seconds", help, last);
        metrics
    }

    /// Counts a store that ended at `now`.
    pub fn observe(&self, outcome: &Result<Stored, ArchiveError>, now: Timestamp) {
        match outcome {
            Ok(stored) => {
                self.stores.inc();
                self.stored_bytes.inc_by(if stored.created { stored.bytes } else { 0 });
                self.last_store_timestamp_seconds.set(now.as_millisecond() as f64 / 1e3);
            }
            Err(_) => {
                self.failures.inc();
            }
        }
    }
}
