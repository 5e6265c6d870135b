//! The present that this process serves from, and how it came by it.

use std::sync::Arc;

use arc_swap::{ArcSwapOption, Guard};
use jiff::Timestamp;
use tokio::sync::watch;

use crate::present::{Freshness, Present};

/// What the refresh loop writes and requests read. Neither waits for the other.
#[derive(Debug)]
pub struct Cache {
    present: ArcSwapOption<Present>,
    last_poll: ArcSwapOption<Poll>,
    polls: watch::Sender<u64>,
}

/// How a poll of upstream went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Poll {
    /// When it ended.
    pub ended_at: Timestamp,
    /// How many things were asked for: boxes by id, or one list of all.
    pub asked: usize,
    /// How many of those could not be had.
    pub failed: usize,
    /// The first failure, in words.
    pub error: Option<String>,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            present: ArcSwapOption::empty(),
            last_poll: ArcSwapOption::empty(),
            polls: watch::Sender::new(0),
        }
    }
}

impl Cache {
    /// The present, if there has been one.
    pub fn present(&self) -> Guard<Option<Arc<Present>>> {
        self.present.load()
    }

    /// How the last poll went, if one has ended.
    pub fn last_poll(&self) -> Guard<Option<Arc<Poll>>> {
        self.last_poll.load()
    }

    /// Takes note of a poll and, if it brought one, of the new present. A present without an answer does
    /// not replace one whose answer may still be served.
    pub fn publish(&self, poll: Poll, present: Option<Present>) {
        let has_answer = present.as_ref().is_some_and(|present| present.answer.is_some());
        if present.is_some() && (has_answer || !self.is_servable(poll.ended_at)) {
            self.present.store(present.map(Arc::new));
        }
        self.last_poll.store(Some(Arc::new(poll)));
        self.polls.send_modify(|polls| *polls += 1);
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

    /// A counter of polls that can be waited on.
    pub fn polls(&self) -> watch::Receiver<u64> {
        self.polls.subscribe()
    }
}
