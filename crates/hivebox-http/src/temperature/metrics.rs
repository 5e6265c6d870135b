//! The metrics of `/temperature`.

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// Answers to `/temperature`, by the state of the cache.
#[derive(Debug, Clone)]
pub(crate) struct AnswerMetrics {
    /// An answer within its time to live.
    pub(crate) fresh: Counter,
    /// An answer past its time to live, served because there is no newer one.
    pub(crate) stale: Counter,
    /// No answer that may be served.
    pub(crate) none: Counter,
}

impl AnswerMetrics {
    /// Registers the counters at zero.
    pub(crate) fn register(registry: &mut Registry) -> Self {
        let answers = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let counter = |state| answers.get_or_create(&[("cache", state)]).clone();
        let metrics = Self { fresh: counter("fresh"), stale: counter("stale"), none: counter("none") };
        registry.register("answers", "Answers to /temperature, by the state of the cache", answers);
        metrics
    }
}
