//! Removes snapshots older than the retention time.

use std::time::Duration;

use hivebox_archive::history::History;
use hivebox_archive::{ArchiveError, SnapshotName};
use hivebox_telemetry::in_words;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::removal::Removal;
use crate::refresh::Refresh;

/// How often to look for old snapshots.
const INTERVAL: Duration = Duration::from_hours(1);

/// Removes old snapshots at intervals, whenever this replica holds the lease.
pub(crate) async fn run(refresh: &Refresh) {
    let Some(limit) = refresh.store.retention else { return };
    let limit = SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
    let history = History::of(&refresh.snapshots);
    let removal = Removal::default();
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        let now = refresh.clock.now();
        let is_done = refresh.is_holder()
            && sweep(refresh, &history, &removal, limit, now).await.unwrap_or_else(|error| {
                warn!(error = in_words(&error), "cannot look for old snapshots");
                true
            });
        // A new role, or a new present with data that agree with the clock, may allow it.
        tokio::select! {
            () = refresh.clock.sleep(now, INTERVAL) => {}
            _ = changes.changed(), if !is_done => {}
        }
    }
}

/// Removes snapshots older than `limit`, if anything may be removed; returns whether it may. The next run finds again those
/// that cannot be removed now.
async fn sweep(
    refresh: &Refresh,
    history: &History,
    removal: &Removal,
    limit: SignedDuration,
    now: Timestamp,
) -> Result<bool, ArchiveError> {
    if !removal.is_allowed(refresh, history, now).await? {
        return Ok(false);
    }
    let (before, expired) = refresh.snapshots.older_than(limit, now).await?;
    let mut removed = 0;
    for name in expired.iter().map(|listed| SnapshotName::at(listed.moment)) {
        // If another replica has got the lease meanwhile, it removes the rest.
        if !refresh.is_holder() {
            break;
        }
        match refresh.snapshots.remove(name).await {
            Ok(()) => {
                refresh.metrics.store.removed();
                removed += 1;
            }
            Err(error) => {
                warn!(%name, error = in_words(&error), "cannot remove an old snapshot");
                if !error.is_of_one_object() {
                    break;
                }
            }
        }
    }
    if removed > 0 {
        info!(removed, %before, "removed old snapshots");
    }
    Ok(true)
}
