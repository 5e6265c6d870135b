//! The parts of the refresh loop, and its state.

use std::cell::Cell;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use hivebox_archive::{SnapshotStore, Spool};
use hivebox_config::StoreConfig;
use hivebox_present::{Cache, Clock, Days, Forecasts, Role, RoleStatus, Supervisor};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio::time::Instant;
use tracing::{info, warn};

use crate::forecast::ForecastParts;
use crate::lease::Lease;
use crate::metrics::RefreshMetrics;
use crate::poller::Poller;
use crate::shared::Shared;

/// The parts of the refresh loop.
#[derive(Debug)]
pub struct RefreshParts {
    /// The clock of the service.
    pub clock: Clock,
    /// Polls upstream.
    pub poller: Poller,
    /// Receives each new present.
    pub cache: Arc<Cache>,
    /// The temperature extremes of the last days.
    pub days: Arc<Days>,
    /// The forecasts in memory.
    pub forecasts: Arc<Forecasts>,
    /// What fetches forecasts; `None` without a source.
    pub forecast: Option<ForecastParts>,
    /// The cache that replicas share.
    pub shared: Shared,
    /// The lifetime of the lease.
    pub lease_ttl: Duration,
    /// The store of the snapshots.
    pub snapshots: SnapshotStore,
    /// The local spool for snapshots that the store did not accept; `None` for a store in a folder.
    pub spool: Option<Spool>,
    /// The time limit for a shutdown.
    pub grace: Duration,
    /// The settings of the store.
    pub store: StoreConfig,
    /// The metrics of the loop.
    pub metrics: RefreshMetrics,
    /// Restarts the tasks of the loop that panic.
    pub supervisor: Supervisor,
}

/// The refresh loop: its parts, and its state among the replicas.
#[derive(Debug)]
pub struct Refresh {
    parts: RefreshParts,
    /// The lease, while this replica holds it.
    lease: Cell<Option<Lease>>,
    /// When the lease holder, while that is another replica, last published something useful.
    holder_useful_at: Cell<Timestamp>,
    /// Until when this replica leaves the lease to the others, because its own polls failed.
    abstains_until: Cell<Option<Instant>>,
    /// Whether the last look found a shared present that this version cannot read.
    saw_damage: Cell<bool>,
    /// Requests an immediate look at the shared cache.
    look_requested: Notify,
}

impl Deref for Refresh {
    type Target = RefreshParts;

    fn deref(&self) -> &RefreshParts {
        &self.parts
    }
}

impl Refresh {
    /// Assembles the loop. [`start`](Self::start) starts it.
    #[must_use]
    pub fn new(parts: RefreshParts) -> Self {
        let holder_useful_at = Cell::new(parts.clock.now());
        Self {
            parts,
            lease: Cell::default(),
            holder_useful_at,
            abstains_until: Cell::default(),
            saw_damage: Cell::default(),
            look_requested: Notify::default(),
        }
    }

    /// Takes out what fetches forecasts, for its task.
    pub(crate) fn take_forecast(&mut self) -> Option<ForecastParts> {
        self.parts.forecast.take()
    }

    /// The lease, while this replica holds it.
    pub(crate) fn lease(&self) -> Option<Lease> {
        self.lease.get()
    }

    /// When the lease holder last published something useful; before that, when this replica became a follower.
    pub(crate) fn holder_useful_at(&self) -> Timestamp {
        self.holder_useful_at.get()
    }

    /// Records that the lease holder published something useful at `now`.
    pub(crate) fn note_holder_useful(&self, now: Timestamp) {
        self.holder_useful_at.set(now);
    }

    /// Whether this replica may take a free lease.
    pub(crate) fn may_take_lease(&self) -> bool {
        self.abstains_until.get().is_none_or(|until| until <= Instant::now())
    }

    /// Leaves the lease to the other replicas for `time`.
    pub(crate) fn abstain(&self, time: Duration) {
        self.abstains_until.set(Some(Instant::now() + time));
    }

    /// Requests an immediate look at the shared cache.
    pub(crate) fn request_look(&self) {
        self.look_requested.notify_one();
    }

    /// Waits for such a request.
    pub(crate) async fn look_requested(&self) {
        self.look_requested.notified().await;
    }

    /// Whether this replica holds the lease.
    pub(crate) fn is_holder(&self) -> bool {
        self.cache.role_status().as_ref().is_some_and(|role_status| role_status.role == Role::Holder)
    }

    /// Sets the role of this replica, and logs each change.
    pub(crate) fn take_role(&self, role_status: RoleStatus, lease: Option<Lease>) {
        let role = role_status.role;
        let before = self.cache.role_status().as_ref().map(|role_status| role_status.role);
        let now = self.clock.now();
        if role == Role::Follower && before != Some(role) {
            self.note_holder_useful(now);
        }
        self.lease.set(lease);
        self.metrics.cache.set_role(role, lease);
        self.cache.set_role_status(role_status, now);
        if before != Some(role) {
            let token = lease.map(|lease| lease.token);
            info!(role = role.slug(), token, "role changed");
        }
    }

    /// Records whether the shared present is damaged. Logs each change to damaged once, not at each look.
    pub(crate) fn report_damage(&self, is_damaged: bool) {
        if is_damaged && !self.saw_damage.get() {
            warn!("this version cannot read the shared present");
            self.metrics.cache.failed("garbage");
        }
        self.saw_damage.set(is_damaged);
    }
}
