//! The present that this process serves from, and how it came by it.
//!
//! [`Cache`] is what requests read. [`shared::Shared`] is what replicas agree by: in memory for one alone,
//! in Redis for many. Only the refresh loop touches the latter, so no request ever waits for it.

use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwapOption, Guard};
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use crate::dependencies::Dependencies;
use crate::present::{Freshness, Present};

/// What the refresh loop writes and requests read. Neither waits for the other.
#[derive(Debug)]
pub struct Cache {
    present: ArcSwapOption<Present>,
    last_poll: ArcSwapOption<Poll>,
    role_status: ArcSwapOption<RoleStatus>,
    dependencies: Dependencies,
    polls: watch::Sender<u64>,
    changes: watch::Sender<()>,
}

/// How a poll of upstream went, here or at the replica that polls for all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Poll {
    /// When it ended.
    pub ended_at: Timestamp,
    /// How many things were asked for: boxes by id, or one list of all.
    pub asked: usize,
    /// How many of those could not be had.
    pub failed: usize,
    /// The first failure, in words.
    pub error: Option<String>,
    /// How many polls in a row have brought no answer, this one included, by whichever replica; zero if
    /// this one did.
    pub failures_in_a_row: u32,
    /// For how long upstream asked not to be asked, from the end of the poll on.
    pub retry_after: Option<Duration>,
}

/// What part a replica has among those that share the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// It holds the lease: it polls, publishes, and stores on the clock.
    Holder,
    /// Another holds the lease: it takes over what that one publishes.
    Follower,
    /// It cannot reach the others: it polls for itself.
    Alone,
}

/// A replica's part, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleStatus {
    /// The part.
    pub role: Role,
    /// Why the others cannot be reached, in words.
    pub error: Option<String>,
}

impl RoleStatus {
    /// The role_status of a replica that can reach the others, or has none.
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
    /// The present, if there has been one.
    pub fn present(&self) -> Guard<Option<Arc<Present>>> {
        self.present.load()
    }

    /// The moment of the present, if there has been one.
    pub fn as_of(&self) -> Option<Timestamp> {
        self.present().as_ref().map(|present| present.readings.as_of())
    }

    /// How the last poll went, if one has ended.
    pub fn last_poll(&self) -> Guard<Option<Arc<Poll>>> {
        self.last_poll.load()
    }

    /// What part this replica has; `None` until it is settled.
    pub fn role_status(&self) -> Guard<Option<Arc<RoleStatus>>> {
        self.role_status.load()
    }

    /// What HiveBox depends on, and since when it cannot be used.
    pub fn dependencies(&self) -> &Dependencies {
        &self.dependencies
    }

    /// Takes note of the role that this replica has from `now` on.
    pub fn set_role_status(&self, role_status: RoleStatus, now: Timestamp) {
        self.dependencies.shared.note(role_status.error.is_none(), now);
        let role = Some(role_status.role);
        let before = self.role_status.swap(Some(Arc::new(role_status)));
        if before.map(|before| before.role) != role {
            self.changes.send_replace(());
        }
    }

    /// Whether a present is better than the one that is here. Of two the newer one is, but one without an
    /// answer is not better than one whose answer may still be served, and any is better than one of the far
    /// future.
    pub fn prefers(&self, present: &Present, now: Timestamp) -> bool {
        let mine = self.as_of().filter(|as_of| *as_of <= now + MAX_CLOCK_LEAD);
        mine < Some(present.readings.as_of()) && (present.answer.is_some() || !self.is_servable(now))
    }

    /// Takes note of a poll, and of the present that is to be served from now on if there is a new one. Only
    /// the refresh loop does this, after it has asked whether this cache [`prefers`](Self::prefers) it.
    pub fn publish(&self, poll: Poll, present: Option<Arc<Present>>) {
        if present.is_some() {
            self.present.store(present);
        }
        self.dependencies.upstream.note(poll.failures_in_a_row == 0, poll.ended_at);
        self.last_poll.store(Some(Arc::new(poll)));
        self.polls.send_modify(|polls| *polls += 1);
        self.changes.send_replace(());
    }

    /// Whether there is an answer that may be served at `now`.
    pub fn is_servable(&self, now: Timestamp) -> bool {
        self.present()
            .as_ref()
            .and_then(|present| present.answer.as_ref())
            .is_some_and(|answer| answer.freshness(now) != Freshness::Expired)
    }

    /// Waits until one poll has ended, well or not. All who wait do so for the same poll.
    pub async fn first_poll(&self) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.polls.subscribe().wait_for(|polls| *polls > 0).await;
    }

    /// Tells of each poll, and of each change of this replica's role.
    pub fn changes(&self) -> watch::Receiver<()> {
        self.changes.subscribe()
    }
}

impl Poll {
    /// One that went well at some time.
    #[must_use]
    pub fn good(ended_at: Timestamp) -> Self {
        Self { ended_at, asked: 1, failed: 0, error: None, failures_in_a_row: 0, retry_after: None }
    }
}

impl Role {
    /// The name in metrics, logs and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Holder => "holder",
            Self::Follower => "follower",
            Self::Alone => "alone",
        }
    }
}
