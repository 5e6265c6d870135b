//! Metrics of questions about the past: their outcomes, durations and number.

use std::time::Duration;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// The language of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryKind {
    /// The parameters of `/api/v1/history`.
    History,
    /// SQL.
    Sql,
}

/// The outcome of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryOutcome {
    /// It was answered.
    Answered,
    /// It was rejected: too many questions waited.
    Busy,
    /// It exceeded the time limit.
    TimedOut,
    /// It exceeded the memory limit.
    OutOfMemory,
    /// It is invalid.
    Invalid,
    /// The store or HiveBox failed.
    Failed,
    /// Its client disconnected, or the service stopped.
    Cancelled,
}

impl QueryKind {
    const ALL: [Self; 2] = [Self::History, Self::Sql];

    const fn slug(self) -> &'static str {
        match self {
            Self::History => "history",
            Self::Sql => "sql",
        }
    }
}

impl QueryOutcome {
    const ALL: [Self; 7] = [
        Self::Answered,
        Self::Busy,
        Self::TimedOut,
        Self::OutOfMemory,
        Self::Invalid,
        Self::Failed,
        Self::Cancelled,
    ];

    const fn slug(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::Busy => "busy",
            Self::TimedOut => "timed_out",
            Self::OutOfMemory => "out_of_memory",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// Metrics of questions about the past.
#[derive(Debug, Clone)]
pub struct QueryMetrics {
    queries: Family<[(&'static str, &'static str); 2], Counter>,
    duration_seconds: Family<[(&'static str, &'static str); 1], Histogram>,
    running: Gauge,
    waiting: Gauge,
}

impl Default for QueryMetrics {
    /// All series, at zero.
    fn default() -> Self {
        let metrics = Self {
            queries: Family::default(),
            duration_seconds: Family::new_with_constructor(|| {
                Histogram::new([0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0])
            }),
            running: Gauge::default(),
            waiting: Gauge::default(),
        };
        for kind in QueryKind::ALL {
            drop(metrics.duration_seconds.get_or_create(&[("kind", kind.slug())]));
            for outcome in QueryOutcome::ALL {
                drop(metrics.queries.get_or_create(&labels(kind, outcome)));
            }
        }
        metrics
    }
}

impl QueryMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self::default();
        let help = "Questions about the past, by language and outcome";
        registry.register("queries", help, metrics.queries.clone());
        let help = "Duration of questions about the past, including the time they wait";
        registry.register("query_duration_seconds", help, metrics.duration_seconds.clone());
        let help = "Questions about the past that run now";
        registry.register("queries_running", help, metrics.running.clone());
        let help = "Questions about the past that wait for others to finish";
        registry.register("queries_waiting", help, metrics.waiting.clone());
        metrics
    }

    /// Counts a finished question.
    pub fn observe(&self, kind: QueryKind, outcome: QueryOutcome, took: Duration) {
        self.queries.get_or_create(&labels(kind, outcome)).inc();
        self.duration_seconds.get_or_create(&[("kind", kind.slug())]).observe(took.as_secs_f64());
    }

    /// Sets the number of running and waiting questions.
    pub fn load(&self, running: usize, waiting: usize) {
        self.running.set(running as i64);
        self.waiting.set(waiting as i64);
    }
}

fn labels(kind: QueryKind, outcome: QueryOutcome) -> [(&'static str, &'static str); 2] {
    [("kind", kind.slug()), ("outcome", outcome.slug())]
}
