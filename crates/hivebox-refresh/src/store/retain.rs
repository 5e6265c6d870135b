//! Removes snapshots that are older than they need be.

use std::time::Duration;

use hivebox_archive::{ArchiveError, SnapshotName};
use hivebox_telemetry::in_words;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use crate::refresh::Refresh;

/// How often old snapshots are looked for.
const INTERVAL: Duration = Duration::from_hours(1);

/// Looks for old snapshots now and then, whenever this replica holds the lease.
pub(crate) async fn run(refresh: &Refresh) {
    let Some(limit) = refresh.store.retention else { return };
    let mut changes = refresh.cache.changes();
    loop {
        // The cache lives as long as this does, so waiting cannot fail.
        let _ = changes.wait_for(|()| refresh.is_holder()).await;
        sweep(refresh, limit).await;
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Removes what is too old. What cannot be removed now is found again the next time.
async fn sweep(refresh: &Refresh, limit: Duration) {
    let limit = SignedDuration::try_from(limit).unwrap_or(SignedDuration::MAX);
    let found = async {
        let newest = refresh.snapshots.list(None, 1).await?;
        // A clock that has jumped ahead makes nothing old: what is newest in the store is from before that.
        let now = newest.first().map_or(refresh.clock.now(), |newest| newest.moment.min(refresh.clock.now()));
        let before = now.checked_sub(limit).unwrap_or(Timestamp::MIN);
        Ok::<_, ArchiveError>((before, refresh.snapshots.expired(before).await?))
    };
    let (before, expired) = match found.await {
        Ok(found) => found,
        Err(error) => {
            warn!(error = in_words(&error), "old snapshots could not be looked for");
            return;
        }
    };
    let mut removed = 0;
    for name in expired.iter().map(|listed| SnapshotName::at(listed.moment)) {
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
