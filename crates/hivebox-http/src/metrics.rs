//! What HTTP counts.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use crate::live::metrics::LiveMetrics;
use crate::observe::metrics::RequestMetrics;
use crate::temperature::AnswerMetrics;

/// What HTTP counts. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    /// Requests by route.
    pub(crate) requests: RequestMetrics,
    /// Requests refused because their client sent too many.
    pub(crate) rate_limited: Counter,
    /// Answers to `/temperature`.
    pub(crate) answers: AnswerMetrics,
    /// Streams of events.
    pub(crate) live: LiveMetrics,
}

impl HttpMetrics {
    /// Registers all of them, at zero, with series for these routes.
    pub(crate) fn register(registry: &mut Registry, routes: impl Iterator<Item = &'static str>) -> Self {
        let rate_limited = Counter::default();
        let help = "Requests refused because their client has asked too often";
        registry.register("http_rate_limited", help, rate_limited.clone());
        Self {
            requests: RequestMetrics::register(registry, routes),
            rate_limited,
            answers: AnswerMetrics::register(registry),
            live: LiveMetrics::register(registry),
        }
    }
}
