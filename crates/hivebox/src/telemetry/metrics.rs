//! Prometheus metrics. Made once, handed down; every series is there from the start, at zero.

mod cache;
mod exposition;
pub mod http;
mod live;
mod present;
mod process;
mod query;
mod store;
mod upstream;

use std::fmt;

pub use cache::CacheMetrics;
pub use exposition::Exposition;
pub use http::{AnswerMetrics, HttpMetrics, RouteMetrics};
pub use live::{LiveMetrics, StreamEnd};
pub use present::PresentMetrics;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;
pub use query::{QueryKind, QueryMetrics, QueryOutcome};
pub use store::StoreMetrics;
pub use upstream::UpstreamMetrics;

use hivebox_climate::catalogue::Catalogue;

/// All metrics.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Requests.
    pub http: HttpMetrics,
    /// What `/temperature` answered.
    pub answers: AnswerMetrics,
    /// Streams of events.
    pub live: LiveMetrics,
    /// Attempts to fetch from openSenseMap.
    pub upstream: UpstreamMetrics,
    /// What the readings come to.
    pub present: PresentMetrics,
    /// What the replicas share.
    pub cache: CacheMetrics,
    /// Snapshots.
    pub store: StoreMetrics,
    /// Questions about the past.
    pub query: QueryMetrics,
}

impl Metrics {
    /// All metrics, at zero.
    #[must_use]
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut registry = Registry::with_prefix("hivebox");
        let build =
            Info::new([("version", env!("CARGO_PKG_VERSION")), ("rustc", env!("HIVEBOX_RUSTC_VERSION"))]);
        registry.register("build", "Version of HiveBox", build);
        let metrics = Self {
            http: HttpMetrics::register(&mut registry),
            answers: AnswerMetrics::register(&mut registry),
            live: LiveMetrics::register(&mut registry),
            upstream: UpstreamMetrics::register(&mut registry),
            present: PresentMetrics::register(&mut registry, catalogue),
            cache: CacheMetrics::register(&mut registry),
            store: StoreMetrics::register(&mut registry),
            query: QueryMetrics::register(&mut registry),
            registry: Registry::default(),
        };
        Self { registry, ..metrics }
    }

    /// All metrics as text.
    ///
    /// # Errors
    /// A metric cannot be written, which would be a fault in it.
    pub fn render(&self, exposition: Exposition) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(32 << 10);
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry)?;
        let mut of_process = Registry::default();
        of_process.register_collector(Box::new(process::ProcessMetrics));
        prometheus_client::encoding::text::encode(&mut text, &of_process)?;
        Ok(exposition.of(text))
    }
}
