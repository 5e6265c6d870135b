//! The present that this process serves, the outcome of the last poll, and the role of this replica.
//!
//! Requests read the [`Cache`]. The cache that replicas share lives in crate `hivebox-refresh`: only the refresh
//! loop uses it, so no request ever waits for it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::dependencies::Dependencies;
use crate::present::{Freshness, Present};

/// The cache in memory: the refresh loop writes, requests read, and neither waits for the other.
#[derive(Debug)]
pub struct Cache {
    present: ArcSwapOption<Present>,
    last_poll: ArcSwapOption<Poll>,
    role_status: ArcSwapOption<RoleStatus>,
    dependencies: Dependencies,
    polls: watch::Sender<u64>,
    changes: watch::Sender<()>,
}

/// The outcome of a poll of upstream, by this replica or by the lease holder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// When it ended.
    pub ended_at: Timestamp,
    /// The number of requested boxes, or of requests if all boxes come in one list.
    pub asked: usize,
    /// How many of them failed.
    pub failed: usize,
    /// The first failure, in words that anybody may read: without addresses, and without what upstream sent.
    pub error: Option<String>,
    /// The number of polls in a row without an answer, by any replica and including this one; zero if this one
    /// brought an answer.
    pub failures_in_a_row: u32,
    /// The pause that upstream asked for (`Retry-After`), counted from the end of the poll.
    pub retry_after: Option<Duration>,
    /// How many elements of the list were left out, for each reason that occurred.
    #[serde(default)]
    pub left_out: BTreeMap<String, usize>,
}

/// The role of a replica among those that share a present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It holds the lease: it polls, publishes and stores.
    Holder,
    /// Another replica holds the lease: this one takes over what that one publishes.
    Follower,
    /// The shared cache is unreachable: this replica polls for itself.
    Alone,
}

/// The role of a replica, and the reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleStatus {
    /// The role.
    pub role: Role,
    /// Why the shared cache is unusable, as a sentence; `None` while it works.
    pub error: Option<String>,
}

impl RoleStatus {
    /// A role without an error.
    #[must_use]
    pub const fn of(role: Role) -> Self {
        Self { role, error: None }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            present: ArcSwapOption::empty(),
            last_poll: ArcSwapOption::empty(),
            role_status: ArcSwapOption::empty(),
            dependencies: Dependencies::default(),
            polls: watch::Sender::new(0),
            changes: watch::Sender::new(()),
        }
    }
}

impl Cache {
    /// The present; `None` before the first one.
    pub fn present(&self) -> Guard<Option<Arc<Present>>> {
        self.present.load()
    }

    /// The moment of the present; `None` before the first one.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.present().as_ref().map(|present| present.readings.as_of())
    }

    /// The outcome of the last poll; `None` before the first one has ended.
    pub fn last_poll(&self) -> Guard<Option<Arc<Poll>>> {
        self.last_poll.load()
    }

    /// The role of this replica; `None` before it has one.
    pub fn role_status(&self) -> Guard<Option<Arc<RoleStatus>>> {
        self.role_status.load()
    }

    /// The dependencies of HiveBox, and since when each is down.
    pub fn dependencies(&self) -> &Dependencies {
        &self.dependencies
    }

    /// Sets the role of this replica from `now` on.
    pub fn set_role_status(&self, role_status: RoleStatus, now: Timestamp) {
        self.dependencies.shared.note(role_status.error.is_none(), now);
        let role = Some(role_status.role);
        let before = self.role_status.swap(Some(Arc::new(role_status)));
        if before.map(|before| before.role) != role {
            self.changes.send_replace(());
        }
    }

    /// Whether a present is better than the current one. The newer of two is better, with two exceptions: a present
    /// without an answer does not replace a servable answer, and any present replaces one from the far future.
    pub fn prefers(&self, present: &Present, now: Timestamp) -> bool {
        let mine = self.as_of().filter(|as_of| *as_of <= now + MAX_CLOCK_LEAD);
        mine < Some(present.readings.as_of()) && (present.answer.is_some() || !self.is_servable(now))
    }

    /// Publishes the outcome of a poll and, if there is one, the present to serve from now on. Only the refresh loop
    /// calls this, with a present that this cache [`prefers`](Self::prefers).
    pub fn publish(&self, poll: Poll, present: Option<Arc<Present>>) {
        if present.is_some() {
            self.present.store(present);
        }
        self.dependencies.upstream.note(poll.failures_in_a_row == 0, poll.ended_at);
        self.last_poll.store(Some(Arc::new(poll)));
        self.polls.send_modify(|polls| *polls += 1);
        self.changes.send_replace(());
    }

    /// Whether there is a servable answer at `now`.
    pub fn is_servable(&self, now: Timestamp) -> bool {
        self.present()
            .as_ref()
            .and_then(|present| present.answer.as_ref())
            .is_some_and(|answer| answer.freshness(now) != Freshness::Expired)
    }

    /// Waits until the first poll has ended, with or without success. All requests wait for the same poll.
    pub async fn first_poll(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.polls.subscribe().wait_for(|polls| *polls > 0).await;
    }

    /// Signals each poll, and each change of this replica's role.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

impl Poll {
    /// A successful poll that ended at this time.
    #[must_use]
    pub fn good(ended_at: Timestamp) -> Self {
        Self {
            ended_at,
            asked: 1,
            failed: 0,
            error: None,
            failures_in_a_row: 0,
            retry_after: None,
            left_out: BTreeMap::new(),
        }
    }
}

impl Role {
    /// The spelling in metrics, logs and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Follower => "follower",
            Self::Alone => "alone",
        }
    }
}
