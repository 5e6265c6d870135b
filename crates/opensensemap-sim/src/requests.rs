//! Counts what was asked, so that a test can say how often a client called.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Requests by route, such as `/boxes` and `/boxes/{id}`. The server's own routes under `/_sim/` do not count.
#[derive(Debug, Default)]
pub struct Requests {
    by_route: Mutex<BTreeMap<String, u64>>,
}

impl Requests {
    /// How often a route was asked, failed requests included.
    pub fn count(&self, route: &str) -> u64 {
        self.with(|routes| routes.get(route).copied().unwrap_or_default())
    }

    /// How often any route was asked.
    pub fn total(&self) -> u64 {
        self.with(|routes| routes.values().sum())
    }

    /// All routes that were asked.
    pub fn by_route(&self) -> BTreeMap<String, u64> {
        self.with(|routes| routes.clone())
    }

    /// Begins to count anew.
    pub fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    pub(crate) fn add(&self, route: &str) {
        self.with(|routes| *routes.entry(route.to_owned()).or_default() += 1);
    }

    /// A panic elsewhere cannot leave a count half written, so a poisoned lock is as good as any.
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, u64>) -> T) -> T {
        work(&mut self.by_route.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
