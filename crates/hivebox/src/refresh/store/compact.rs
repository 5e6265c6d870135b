//! Takes new snapshots into the history, and removes them once they have been there for long enough.

use std::time::Duration;

use hivebox_archive::ArchiveError;
use hivebox_archive::history::{CompactionLimits, History};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tracing::{info, warn};

use super::super::Refresh;
use crate::words::in_words;

/// Most readings of one step: about an hour of 15,000 boxes, in some 40 MB.
const MAX_ROWS: u64 = 1_000_000;
/// The first time is not put off for longer, and not at the start, which is for the first answer.
const FIRST_AFTER: Duration = Duration::from_secs(30);
/// How many days back new snapshots are looked for: as many as the spool may have kept them.
const LOOK_BACK_DAYS: i64 = 2;
/// How often all days are looked through, and what attempts have left behind is cleared up.
const ALL_EVERY: SignedDuration = SignedDuration::from_hours(24);

/// Compacts now and then, whenever this replica holds the lease.
pub(in super::super) async fn run(refresh: &Refresh) {
    let Some(interval) = refresh.store.compact_interval else { return };
    let history = History::of(&refresh.snapshots);
    let mut changes = refresh.cache.changes();
    let mut looked_through_at: Option<Timestamp> = None;
    tokio::time::sleep(interval.min(FIRST_AFTER)).await;
    loop {
        // The cache lives as long as this does, so waiting cannot fail.
        let _ = changes.wait_for(|()| refresh.is_holder()).await;
        let now = Timestamp::now();
        let all = looked_through_at.is_none_or(|at| now.duration_since(at) >= ALL_EVERY);
        match sweep(refresh, &history, all, now).await {
            Ok(()) if all => looked_through_at = Some(now),
            Ok(()) => {}
            Err(error) => warn!(error = in_words(&error), "snapshots could not be taken into the history"),
        }
        tokio::time::sleep(interval).await;
    }
}

/// Takes in what is new, step by step, while this replica holds the lease.
async fn sweep(refresh: &Refresh, history: &History, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
    let today = TimeZone::UTC.to_datetime(now).date();
    let since = today.checked_sub(SignedDuration::from_hours(24 * LOOK_BACK_DAYS)).ok();
    let limits = CompactionLimits { max_rows: MAX_ROWS, since: since.filter(|_| !all) };
    while refresh.is_holder() {
        let begun = Instant::now();
        let step = history.compact(&limits, Timestamp::now()).await;
        refresh.metrics.store.compacted(&step, begun.elapsed(), Timestamp::now());
        let step = step?;
        for (name, reason) in &step.damaged {
            warn!(%name, reason, "a damaged snapshot stays out of the history");
        }
        if step.snapshots > 0 {
            let (snapshots, added) = (step.snapshots, step.change.added);
            info!(snapshots, added, took = ?begun.elapsed(), "took snapshots into the history");
        }
        if !step.more {
            return remove(refresh, history, all, now).await;
        }
    }
    Ok(())
}

/// Removes what is in the history for long enough, and now and then what attempts have left behind.
async fn remove(refresh: &Refresh, history: &History, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
    if let Some(keep) = refresh.store.compacted_keep {
        let before = now.checked_sub(keep).unwrap_or(Timestamp::MIN);
        let removed = history.remove_taken(before).await?;
        for name in &removed.kept {
            warn!(%name, "a snapshot stays: the history does not have all of its readings");
        }
        (0..removed.snapshots).for_each(|_| refresh.metrics.store.removed());
    }
    if all {
        let orphans = history.clean().await?;
        if orphans > 0 {
            info!(orphans, "removed files of attempts that came to nothing");
        }
    }
    Ok(())
}
