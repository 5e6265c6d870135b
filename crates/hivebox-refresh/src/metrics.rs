//! What the refresh loop counts.

mod cache;
mod store;
mod upstream;

use hivebox_present::PresentMetrics;
use prometheus_client::registry::Registry;

pub use cache::CacheMetrics;
pub use store::StoreMetrics;
pub use upstream::UpstreamMetrics;

/// What the refresh loop counts. Cheap to clone; clones count together.
#[derive(Debug, Clone)]
pub struct RefreshMetrics {
    /// Attempts to fetch from openSenseMap.
    pub upstream: UpstreamMetrics,
    /// What the readings come to.
    pub present: PresentMetrics,
    /// What the replicas share.
    pub cache: CacheMetrics,
    /// Snapshots, and the history made of them.
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
