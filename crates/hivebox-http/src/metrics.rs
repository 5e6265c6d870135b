//! The metrics of HTTP.

use hivebox_present::{Supervisor, Task};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

use crate::live::metrics::LiveMetrics;
use crate::observe::metrics::RequestMetrics;
use crate::temperature::metrics::AnswerMetrics;

/// The metrics of HTTP. Cheap to clone; clones share their counters.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    /// Requests by route.
    pub(crate) requests: RequestMetrics,
    /// Requests refused because of the rate limit.
    pub(crate) rate_limited: Counter,
    /// Answers to `/temperature`.
    pub(crate) answers: AnswerMetrics,
    /// Event streams.
    pub(crate) live: LiveMetrics,
    /// The task that sends events to the streams.
    pub(crate) streams: Task,
}

impl HttpMetrics {
    /// Registers all metrics at zero, with series for `routes`.
    pub(crate) fn register(
        registry: &mut Registry,
        supervisor: &Supervisor,
        routes: impl Iterator<Item = &'static str>,
    ) -> Self {
        let rate_limited = Counter::default();
        let help = "Requests refused because the client exceeded its rate limit";
        registry.register("http_rate_limited", help, rate_limited.clone());
        Self {
            requests: RequestMetrics::register(registry, routes),
            rate_limited,
            answers: AnswerMetrics::register(registry),
            live: LiveMetrics::register(registry),
            streams: supervisor.task("streams"),
        }
    }
}
