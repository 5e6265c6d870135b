//! Compacts new snapshots into the history, and removes them some time later.

use std::time::Duration;

use hivebox_archive::ArchiveError;
use hivebox_archive::history::{CompactionLimits, History};
use hivebox_telemetry::in_words;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tracing::{info, warn};

use crate::refresh::Refresh;

/// The most readings of one step: about an hour of 15,000 boxes, some 40 MB.
const MAX_ROWS: u64 = 1_000_000;
/// The longest delay of the first compaction. The start itself is reserved for the first answer.
const FIRST_AFTER: Duration = Duration::from_secs(30);
/// How many days back to look for new snapshots: the spool may keep them that long.
const LOOK_BACK_DAYS: i64 = 2;
/// How often to look through all days, and to remove leftovers of failed attempts.
const ALL_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Compacts at intervals, whenever this replica holds the lease.
pub(crate) async fn run(refresh: &Refresh) {
    let Some(interval) = refresh.store.compact_interval else { return };
    let history = History::of(&refresh.snapshots);
    let mut changes = refresh.cache.changes();
    let mut looked_through_at: Option<Timestamp> = None;
    refresh.clock.sleep(refresh.clock.now(), interval.min(FIRST_AFTER)).await;
    loop {
        // The cache lives as long as this does, so waiting cannot fail.
        let _ = changes.wait_for(|()| refresh.is_holder()).await;
        let now = refresh.clock.now();
        let all = looked_through_at.is_none_or(|at| now.duration_since(at) >= ALL_EVERY);
        match sweep(refresh, &history, all, now).await {
            Ok(()) if all => looked_through_at = Some(now),
            Ok(()) => {}
            Err(error) => warn!(error = in_words(&error), "cannot compact snapshots"),
        }
        refresh.clock.sleep(refresh.clock.now(), interval).await;
    }
}

/// Compacts new snapshots step by step, while this replica holds the lease.
async fn sweep(refresh: &Refresh, history: &History, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let since = today.checked_sub(SignedDuration::from_hours(24 * LOOK_BACK_DAYS)).ok();
    let limits = CompactionLimits { max_rows: MAX_ROWS, since: since.filter(|_| !all) };
    while refresh.is_holder() {
        let begun = Instant::now();
        let step = history.compact(&limits, refresh.clock.now()).await;
        refresh.metrics.store.compacted(&step, begun.elapsed(), refresh.clock.now());
        let step = step?;
        for (name, reason) in &step.damaged {
            warn!(%name, reason, "left a damaged snapshot out of the history");
        }
        if step.snapshots > 0 {
            let (snapshots, added) = (step.snapshots, step.change.added);
            info!(snapshots, added, took = ?begun.elapsed(), "compacted snapshots");
        }
        if !step.more {
            return remove(refresh, history, all, now).await;
        }
    }
    Ok(())
}

/// Removes snapshots that were compacted long enough ago and, if `all` is set, leftovers of failed attempts.
async fn remove(refresh: &Refresh, history: &History, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
    if let Some(keep) = refresh.store.compacted_keep {
        let before = now.checked_sub(keep).unwrap_or(Timestamp::MIN);
        let removed = history.remove_taken(before).await?;
        for name in &removed.kept {
            warn!(%name, "kept a snapshot: the history lacks some of its readings");
        }
        (0..removed.snapshots).for_each(|_| refresh.metrics.store.removed());
    }
    if all {
        let orphans = history.clean().await?;
        if orphans > 0 {
            info!(orphans, "removed leftovers of failed compactions");
        }
    }
    Ok(())
}
