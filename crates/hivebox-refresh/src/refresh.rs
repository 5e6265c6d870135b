//! What the refresh loop works with, and what it knows.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use hivebox_archive::{SnapshotStore, Spool};
use hivebox_config::StoreConfig;
use hivebox_present::{Cache, Clock, Days, Role, RoleStatus};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::lease::Lease;
use crate::metrics::RefreshMetrics;
use crate::poller::Poller;
use crate::shared::Shared;

/// The parts that the refresh loop is made of.
#[derive(Debug)]
pub struct RefreshParts {
    /// Tells the time.
    pub clock: Clock,
    /// Asks upstream.
    pub poller: Poller,
    /// Where the present goes.
    pub cache: Arc<Cache>,
    /// How cold and how warm it was on the last days.
    pub days: Arc<Days>,
    /// What the replicas share.
    pub shared: Shared,
    /// How long the lease lasts.
    pub lease_ttl: Duration,
    /// Where snapshots go.
    pub snapshots: SnapshotStore,
    /// Where snapshots wait until the store takes them.
    pub spool: Option<Spool>,
    /// How long the service may take to stop.
    pub grace: Duration,
    /// When snapshots are stored.
    pub store: StoreConfig,
    /// What is counted.
    pub metrics: RefreshMetrics,
}

/// The refresh loop: its parts, and what it knows of the other replicas.
#[derive(Debug)]
pub struct Refresh {
    pub(crate) clock: Clock,
    pub(crate) poller: Poller,
    pub(crate) cache: Arc<Cache>,
    pub(crate) days: Arc<Days>,
    pub(crate) shared: Shared,
    pub(crate) lease_ttl: Duration,
    pub(crate) snapshots: SnapshotStore,
    pub(crate) spool: Option<Spool>,
    pub(crate) grace: Duration,
    pub(crate) store: StoreConfig,
    pub(crate) metrics: RefreshMetrics,
    /// The lease, while this replica holds it.
    lease: Cell<Option<Lease>>,
    /// When the holder of the lease last was of use, while that is another replica.
    holder_useful_at: Cell<Timestamp>,
    /// Until when this replica leaves the lease to others, because its own polls failed.
    abstains_until: Cell<Option<Instant>>,
    /// Whether the shared present could not be read at the last look.
    saw_damage: Cell<bool>,
    /// Wakes the loop to look at the shared cache at once.
    look_requested: Notify,
}

impl Refresh {
    /// A loop over these parts. [`start`](Self::start) starts it.
    #[must_use]
    pub fn new(parts: RefreshParts) -> Self {
        let RefreshParts {
            clock,
            poller,
            cache,
            days,
            shared,
            lease_ttl,
            snapshots,
            spool,
            grace,
            store,
            metrics,
        } = parts;
        let holder_useful_at = Cell::new(clock.now());
        Self {
            clock,
            poller,
            cache,
            days,
            shared,
            lease_ttl,
            snapshots,
            spool,
            grace,
            store,
            metrics,
            lease: Cell::default(),
            holder_useful_at,
            abstains_until: Cell::default(),
            saw_damage: Cell::default(),
            look_requested: Notify::default(),
        }
    }

    /// The lease, while this replica holds it.
    pub(crate) fn lease(&self) -> Option<Lease> {
        self.lease.get()
    }

    /// When the holder of the lease last was of use; before that, when this replica began to wait for it.
    pub(crate) fn holder_useful_at(&self) -> Timestamp {
        self.holder_useful_at.get()
    }

    /// Notes that the holder of the lease was of use at `now`.
    pub(crate) fn note_holder_useful(&self, now: Timestamp) {
        self.holder_useful_at.set(now);
    }

    /// Whether this replica may take the lease if it is free.
    pub(crate) fn may_take_lease(&self) -> bool {
        self.abstains_until.get().is_none_or(|until| until <= Instant::now())
    }

    /// Leaves the lease to other replicas for so long.
    pub(crate) fn abstain(&self, time: Duration) {
        self.abstains_until.set(Some(Instant::now() + time));
    }

    /// Asks for a look at the shared cache at once.
    pub(crate) fn request_look(&self) {
        self.look_requested.notify_one();
    }

    /// Waits until somebody asks for a look at the shared cache.
    pub(crate) async fn look_requested(&self) {
        self.look_requested.notified().await;
    }

    /// Whether this replica holds the lease.
    pub(crate) fn is_holder(&self) -> bool {
        self.cache.role_status().as_ref().is_some_and(|role_status| role_status.role == Role::Holder)
    }

    /// Takes up a role among the replicas.
    pub(crate) fn take_role(&self, role_status: RoleStatus, lease: Option<Lease>) {
        let role = role_status.role;
        let before = self.cache.role_status().as_ref().map(|role_status| role_status.role);
        let now = self.clock.now();
        if role == Role::Follower && before != Some(role) {
            self.note_holder_useful(now);
        }
        self.lease.set(lease);
        self.metrics.cache.plays(role, lease);
        self.cache.set_role_status(role_status, now);
        if before != Some(role) {
            let token = lease.map(|lease| lease.token);
            info!(role = role.slug(), token, "took a role among the replicas");
        }
    }

    /// Notes whether the shared present can be read by this version. It is logged once, not at each look.
    pub(crate) fn report_damage(&self, is_damaged: bool) {
        if is_damaged && !self.saw_damage.get() {
            warn!("this version cannot read the shared present");
            self.metrics.cache.failed("garbage");
        }
        self.saw_damage.set(is_damaged);
    }
}
