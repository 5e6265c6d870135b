//! Removes snapshots that are older than they need be.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::super::poll::in_words;
use super::super::{Refresh, schedule};

/// How often old snapshots are looked for.
const INTERVAL: Duration = Duration::from_hours(1);

/// When to look for old snapshots.
pub(super) struct Retention {
    limit: Option<Duration>,
    due: Timestamp,
}

impl Retention {
    pub(super) fn new(limit: Option<Duration>) -> Self {
        Self { limit, due: Timestamp::now() }
    }

    /// When to look next; only the holder of the lease does.
    pub(super) fn due(&self, is_holder: bool) -> Option<Timestamp> {
        (is_holder && self.limit.is_some()).then_some(self.due)
    }

    /// Removes what is too old. What cannot be removed now is found again the next time.
    pub(super) async fn sweep(&mut self, refresh: &Refresh) {
        let now = Timestamp::now();
        self.due = schedule::later(now, INTERVAL);
        let Some(before) = self.limit.and_then(|limit| now.checked_sub(SignedDuration::try_from(limit).ok()?).ok())
        else {
            return;
        };
        let expired = match refresh.snapshots.expired(before).await {
            Ok(expired) => expired,
            Err(error) => {
                warn!(error = in_words(&error), "old snapshots could not be looked for");
                return;
            }
        };
        let mut removed = 0;
        for name in expired.iter().filter_map(|listed| listed.name.parse().ok()) {
            // The lease may have gone to another in the meantime, who then removes the rest.
            if !refresh.is_holder() {
                break;
            }
            if let Err(error) = refresh.snapshots.remove(name).await {
                warn!(%name, error = in_words(&error), "an old snapshot could not be removed");
                break;
            }
            refresh.metrics.store.removed();
            removed += 1;
        }
        if removed > 0 {
            info!(removed, %before, "removed old snapshots");
        }
    }
}
