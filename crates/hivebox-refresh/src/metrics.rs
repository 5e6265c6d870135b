//! The metrics of the refresh loop.

mod cache;
mod forecast;
mod store;
mod upstream;

use std::sync::Arc;

use hivebox_present::{Cache, Clock, PresentMetrics};
use prometheus_client::registry::Registry;

pub use cache::CacheMetrics;
pub use forecast::ForecastMetrics;
pub(crate) use forecast::ODDITIES;
pub use store::StoreMetrics;
pub use upstream::UpstreamMetrics;

/// The metrics of the refresh loop. Cheap to clone; clones share their counters.
#[derive(Debug, Clone)]
pub struct RefreshMetrics {
    /// Attempts to fetch from openSenseMap.
    pub upstream: UpstreamMetrics,
    /// The present.
    pub present: PresentMetrics,
    /// The shared cache.
    pub cache: CacheMetrics,
    /// Snapshots and their compaction.
    pub store: StoreMetrics,
    /// Questions to the weather model.
    pub forecast: ForecastMetrics,
}

impl RefreshMetrics {
    /// Registers all of them, at zero; those of the present are read from `cache`, by the time of `clock`.
    pub fn register(registry: &mut Registry, cache: Arc<Cache>, clock: Clock) -> Self {
        Self {
            upstream: UpstreamMetrics::register(registry),
            present: PresentMetrics::register(registry, cache, clock),
            cache: CacheMetrics::register(registry),
            store: StoreMetrics::register(registry),
            forecast: ForecastMetrics::register(registry),
        }
    }
}
