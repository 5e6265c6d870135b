//! Attempts to fetch from openSenseMap.

use opensensemap::{Attempt, FailureKind, SkipReason};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::upstream::LISTED_AGAIN;

type Label = [(&'static str, &'static str); 1];

/// Attempts to fetch from openSenseMap.
#[derive(Debug, Clone)]
pub struct UpstreamMetrics {
    attempts: Counter,
    failures: Family<Label, Counter>,
    left_out: Family<Label, Counter>,
    body_bytes: Counter,
    duration_seconds: Histogram,
}

impl UpstreamMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            attempts: Counter::default(),
            failures: Family::default(),
            left_out: Family::default(),
            body_bytes: Counter::default(),
            duration_seconds: Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0]),
        };
        for kind in FailureKind::ALL {
            drop(metrics.failures.get_or_create(&label(kind)));
        }
        metrics.left_out(
            SkipReason::ALL.map(SkipReason::slug).into_iter().chain([LISTED_AGAIN]).map(|it| (it, 0)),
        );
        registry.register(
            "upstream_attempts",
            "Attempts to fetch from openSenseMap",
            metrics.attempts.clone(),
        );
        registry.register("upstream_failures", "Attempts that failed, by kind", metrics.failures.clone());
        let help = "Elements of the list of senseBoxes that were left out, by reason";
        registry.register("upstream_left_out", help, metrics.left_out.clone());
        let help = "Bytes read from openSenseMap, after decompression";
        registry.register("upstream_body_bytes", help, metrics.body_bytes.clone());
        let help = "Time of an attempt, from connecting to the last byte";
        registry.register("upstream_attempt_duration_seconds", help, metrics.duration_seconds.clone());
        metrics
    }

    /// Counts what a poll left out, by reason.
    pub(crate) fn left_out(&self, by_reason: impl Iterator<Item = (&'static str, usize)>) {
        for (reason, count) in by_reason {
            self.left_out.get_or_create(&[("reason", reason)]).inc_by(count as u64);
        }
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
