//! The shared cache, and the role of this replica.

use hivebox_present::Role;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::lease::{Lease, SharedError};

type Label = [(&'static str, &'static str); 1];

/// The shared cache, and the role of this replica.
#[derive(Debug, Clone)]
pub struct CacheMetrics {
    roles: Family<Label, Gauge>,
    token: Gauge,
    is_reachable: Gauge,
    failures: Family<Label, Counter>,
    published: Counter,
    published_bytes: Gauge,
    fenced: Counter,
    taken_over: Counter,
}

const ROLES: [Role; 3] = [Role::Holder, Role::Follower, Role::Alone];

impl CacheMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            roles: Family::default(),
            token: Gauge::default(),
            is_reachable: Gauge::default(),
            failures: Family::default(),
            published: Counter::default(),
            published_bytes: Gauge::default(),
            fenced: Counter::default(),
            taken_over: Counter::default(),
        };
        for role in ROLES {
            metrics.roles.get_or_create(&[("role", role.slug())]).set(0);
        }
        for kind in SharedError::KINDS {
            drop(metrics.failures.get_or_create(&[("kind", kind)]));
        }
        let help = "1 for the role of this replica: the lease holder polls for all replicas";
        registry.register("replica_role", help, metrics.roles.clone());
        let help =
            "Token of the lease while this replica holds it, else 0; each new holder gets a higher one";
        registry.register("lease_token", help, metrics.token.clone());
        let help = "1 while the shared cache works; always 1 for a cache in memory";
        registry.register("cache_reachable", help, metrics.is_reachable.clone());
        let help = "Uses of the shared cache that failed, by kind";
        registry.register("cache_failures", help, metrics.failures.clone());
        let help = "Polls and presents that this replica published to the others";
        registry.register("cache_publishes", help, metrics.published.clone());
        let help = "Size of the present that this replica last published to the shared cache";
        registry.register("cache_present_bytes", help, metrics.published_bytes.clone());
        let help = "Publishes refused because another replica held the lease by then";
        registry.register("cache_fenced_publishes", help, metrics.fenced.clone());
        let help = "Presents that this replica took over from another replica";
        registry.register("cache_takeovers", help, metrics.taken_over.clone());
        metrics
    }

    /// Sets the role of this replica.
    pub fn set_role(&self, role: Role, lease: Option<Lease>) {
        for other in ROLES {
            self.roles.get_or_create(&[("role", other.slug())]).set((other == role).into());
        }
        self.token.set(lease.map_or(0, |lease| lease.token as i64));
    }

    /// Records that the shared cache works.
    pub fn reached(&self) {
        self.is_reachable.set(1);
    }

    /// Records that the shared cache does not work.
    pub fn lost(&self) {
        self.is_reachable.set(0);
    }

    /// Counts a failed use of the shared cache.
    pub fn failed(&self, kind: &'static str) {
        self.failures.get_or_create(&[("kind", kind)]).inc();
    }

    /// Counts a publish. `bytes` is the size of the present, 0 if only a poll was published.
    pub fn published(&self, bytes: usize) {
        self.published.inc();
        if bytes > 0 {
            self.published_bytes.set(bytes as i64);
        }
    }

    /// Counts a refused publish.
    pub fn fenced(&self) {
        self.fenced.inc();
    }

    /// Counts a present taken over from another replica.
    pub fn taken_over(&self) {
        self.taken_over.inc();
    }
}
