//! Snapshots: stored, spooled, compacted and removed.

use std::sync::atomic::AtomicU64;

use std::time::Duration;

use hivebox_archive::history::Compacted;
use hivebox_archive::{ArchiveError, SpoolStatus, Stored};
use jiff::Timestamp;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Snapshots: stored, spooled, compacted and removed.
#[derive(Debug, Clone, Default)]
pub struct StoreMetrics {
    stores: Counter,
    failures: Counter,
    stored_bytes: Counter,
    last_store_timestamp_seconds: Gauge<f64, AtomicU64>,
    waiting: Gauge,
    waiting_bytes: Gauge,
    limit_bytes: Gauge,
    dropped: Counter,
    damaged: Counter,
    removed: Counter,
    removal_paused: Gauge,
    read_failures: Counter,
    compactions: Counter,
    compaction_failures: Counter,
    compacted_snapshots: Counter,
    history_added_readings: Counter,
    last_compaction_timestamp_seconds: Gauge<f64, AtomicU64>,
    compaction_seconds: Gauge<f64, AtomicU64>,
}

impl StoreMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        registry.register("stores", "Snapshots stored, or found stored already", metrics.stores.clone());
        registry.register("store_failures", "Snapshots that could not be stored", metrics.failures.clone());
        registry.register("stored_bytes", "Bytes of the snapshots stored", metrics.stored_bytes.clone());
        let help = "When a snapshot was last stored; 0 if never";
        let last = metrics.last_store_timestamp_seconds.clone();
        registry.register("last_store_timestamp_seconds", help, last);
        let help = "Snapshots on the local disk that wait until the store accepts them";
        registry.register("spool_snapshots", help, metrics.waiting.clone());
        registry.register("spool_bytes", "Bytes of the waiting snapshots", metrics.waiting_bytes.clone());
        let help = "Limit of the spool in bytes; 0 without a spool";
        registry.register("spool_limit_bytes", help, metrics.limit_bytes.clone());
        let help = "Snapshots lost because the spool was full";
        registry.register("spool_dropped_snapshots", help, metrics.dropped.clone());
        let help = "Snapshots lost because they were damaged in the spool";
        registry.register("spool_damaged_snapshots", help, metrics.damaged.clone());
        let help = "Snapshots removed because they were older than the retention time";
        registry.register("removed_snapshots", help, metrics.removed.clone());
        let help =
            "1 while nothing is removed because the clock and the newest stored data are too far apart";
        registry.register("removal_paused", help, metrics.removal_paused.clone());
        let help = "Failures to read stored snapshots for the extremes of the last days";
        registry.register("store_read_failures", help, metrics.read_failures.clone());
        metrics.register_compaction(registry);
        metrics
    }

    fn register_compaction(&self, registry: &mut Registry) {
        let help = "Steps of compaction that added snapshots to the history";
        registry.register("compactions", help, self.compactions.clone());
        let help = "Steps of compaction that failed and changed nothing";
        registry.register("compaction_failures", help, self.compaction_failures.clone());
        let help = "Snapshots compacted into the history";
        registry.register("compacted_snapshots", help, self.compacted_snapshots.clone());
        let help = "Readings that compaction added to the history";
        registry.register("history_added_readings", help, self.history_added_readings.clone());
        let help = "When the history last contained all snapshots; 0 if never";
        let last = self.last_compaction_timestamp_seconds.clone();
        registry.register("last_compaction_timestamp_seconds", help, last);
        let help = "How long the last step of compaction took";
        registry.register("compaction_duration_seconds", help, self.compaction_seconds.clone());
    }

    /// Counts a step of compaction that ended at `now`.
    pub fn compacted(&self, outcome: &Result<Compacted, ArchiveError>, took: Duration, now: Timestamp) {
        self.compaction_seconds.set(took.as_secs_f64());
        match outcome {
            Ok(step) => {
                self.compactions.inc_by(u64::from(step.snapshots > 0));
                self.compacted_snapshots.inc_by(step.snapshots as u64);
                self.history_added_readings.inc_by(step.change.added);
                if !step.more {
                    self.last_compaction_timestamp_seconds.set(now.as_millisecond() as f64 / 1e3);
                }
            }
            Err(_) => {
                self.compaction_failures.inc();
            }
        }
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

    /// Sets the figures of the spool.
    pub fn spool(&self, status: &SpoolStatus) {
        self.waiting.set(status.waiting as i64);
        self.waiting_bytes.set(status.waiting_bytes as i64);
        self.limit_bytes.set(status.limit_bytes as i64);
        // The spool counts since the start, as these counters do.
        self.dropped.inc_by(status.dropped.saturating_sub(self.dropped.get()));
        self.damaged.inc_by(status.damaged.saturating_sub(self.damaged.get()));
    }

    /// Counts a removed snapshot.
    pub fn removed(&self) {
        self.removed.inc();
    }

    /// Sets whether removal is paused because of the clock.
    pub fn set_removal_paused(&self, is_paused: bool) {
        self.removal_paused.set(i64::from(is_paused));
    }

    /// Counts a failure to read a snapshot for the extremes of the last days.
    pub fn read_failed(&self) {
        self.read_failures.inc();
    }
}
