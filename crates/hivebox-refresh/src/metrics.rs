//! The metrics of the refresh loop.

mod cache;
mod store;
mod upstream;

use hivebox_present::PresentMetrics;
use prometheus_client::registry::Registry;

pub use cache::CacheMetrics;
pub use store::StoreMetrics;
pub use upstream::UpstreamMetrics;

/// The metrics of the refresh loop. Cheap to clone; clones share their counters.
#[derive(Debug, Clone)]
pub struct RefreshMetrics {
    /// Attempts to fetch from openSenseMap.
    pub upstream: UpstreamMetrics,
    /// The newest present.
    pub present: PresentMetrics,
    /// The shared cache.
    pub cache: CacheMetrics,
    /// Snapshots and their compaction.
    pub store: StoreMetrics,
}

impl RefreshMetrics {
    /// Registers all of them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        Self {
            upstream: UpstreamMetrics::register(registry),
            present: PresentMetrics::register(registry),
            cache: CacheMetrics::register(registry),
            store: StoreMetrics::register(registry),
        }
    }
}
