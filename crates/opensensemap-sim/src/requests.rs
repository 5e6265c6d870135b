//! Counts requests, so a test can tell how often a client called.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// Requests by route, such as `/boxes` and `/boxes/{id}`. The simulator's own routes under `/_sim/`
/// do not count.
#[derive(Debug, Default)]
pub struct Requests {
    by_route: Mutex<BTreeMap<String, u64>>,
}

impl Requests {
    /// The number of requests to a route, including failed ones.
    pub fn count(&self, route: &str) -> u64 {
        self.with(|routes| routes.get(route).copied().unwrap_or_default())
    }

    /// The number of requests to all routes.
    pub fn total(&self) -> u64 {
        self.with(|routes| routes.values().sum())
    }

    /// The number of requests to each route that was requested.
    pub fn by_route(&self) -> BTreeMap<String, u64> {
        self.with(|routes| routes.clone())
    }

    /// Sets all counts to zero.
    pub fn clear(&self) {
        self.with(BTreeMap::clear);
    }

    pub(crate) fn add(&self, route: &str) {
        self.with(|routes| *routes.entry(route.to_owned()).or_default() += 1);
    }

    /// No panic can leave a count half-written, so a poisoned lock can be used.
    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<String, u64>) -> T) -> T {
        work(&mut self.by_route.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
