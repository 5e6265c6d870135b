//! Attempts to fetch from openSenseMap.

use opensensemap::{Attempt, FailureKind};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

type Label = [(&'static str, &'static str); 1];

/// Attempts to fetch from openSenseMap.
#[derive(Debug, Clone)]
pub struct UpstreamMetrics {
    attempts: Counter,
    failures: Family<Label, Counter>,
    body_bytes: Counter,
    duration_seconds: Histogram,
}

impl UpstreamMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            attempts: Counter::default(),
            failures: Family::default(),
            body_bytes: Counter::default(),
            duration_seconds: Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0]),
        };
        for kind in FailureKind::ALL {
            drop(metrics.failures.get_or_create(&label(kind)));
        }
        registry.register(
            "upstream_attempts",
            "Attempts to fetch from openSenseMap",
            metrics.attempts.clone(),
        );
        registry.register("upstream_failures", "Attempts that failed, by kind", metrics.failures.clone());
        let help = "Bytes read from openSenseMap, after decompression";
        registry.register("upstream_body_bytes", help, metrics.body_bytes.clone());
        let help = "Time of an attempt, from connecting to the last byte";
        registry.register("upstream_attempt_duration_seconds", help, metrics.duration_seconds.clone());
        metrics
    }

    /// Counts an attempt.
    pub fn observe(&self, attempt: Attempt) {
        self.attempts.inc();
        self.body_bytes.inc_by(attempt.body_bytes);
        self.duration_seconds.observe(attempt.duration.as_secs_f64());
        if let Some(kind) = attempt.failure {
            self.failures.get_or_create(&label(kind)).inc();
        }
    }
}

fn label(kind: FailureKind) -> Label {
    [("kind", kind.slug())]
}
