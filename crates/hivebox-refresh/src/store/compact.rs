//! Compacts new snapshots into the history, and removes them and replaced files some time later.

use std::time::Duration;

use hivebox_archive::history::{CompactionLimits, History};
use hivebox_archive::{ArchiveError, Stray};
use hivebox_telemetry::in_words;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{info, warn};

use super::removal::Removal;
use crate::refresh::Refresh;
use crate::schedule;

/// The most readings of one step: about an hour of 15,000 boxes, some 40 MB.
const MAX_ROWS: u64 = 1_000_000;
/// The longest delay of the first compaction. The start itself is reserved for the first answer.
const FIRST_AFTER: Duration = Duration::from_secs(30);
/// How many days back to look for new snapshots: the spool may keep them that long.
const LOOK_BACK_DAYS: i64 = 2;
/// How often to look through all days, and to remove leftovers of failed attempts.
const ALL_EVERY: SignedDuration = SignedDuration::from_hours(24);
/// The shortest time between two looks for replaced files.
const SHORTEST_REST: Duration = Duration::from_secs(1);

/// Compacts at intervals, whenever this replica holds the lease.
pub(crate) async fn run(refresh: &Refresh) {
    let Some(interval) = refresh.store.compact_interval else { return };
    let history = History::of(&refresh.snapshots);
    let keeper = Keeper { refresh, history, removal: Removal::default() };
    let mut changes = refresh.cache.changes();
    let mut looked_through_at: Option<Timestamp> = None;
    refresh.clock.sleep(refresh.clock.now(), interval.min(FIRST_AFTER)).await;
    loop {
        // The cache lives as long as this does, so waiting cannot fail.
        let _ = changes.wait_for(|()| refresh.is_holder()).await;
        let now = refresh.clock.now();
        let all = looked_through_at.is_none_or(|at| now.duration_since(at).abs() >= ALL_EVERY);
        match keeper.sweep(all, now).await {
            Ok(()) if all => looked_through_at = Some(now),
            Ok(()) => {}
            Err(error) => warn!(error = in_words(&error), "cannot compact snapshots"),
        }
        keeper.rest(interval, &mut changes).await;
    }
}

/// Compacts, and removes what that leaves behind.
struct Keeper<'a> {
    refresh: &'a Refresh,
    history: History,
    removal: Removal,
}

impl Keeper<'_> {
    /// Compacts new snapshots step by step, while this replica holds the lease.
    async fn sweep(&self, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
        let Self { refresh, history, .. } = self;
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
            for Stray { object, reason } in step.strays.iter().filter(|_| all && !step.more) {
                warn!(object, reason, "skipped what is no snapshot; move it out of the store");
            }
            if step.snapshots > 0 {
                let (snapshots, added) = (step.snapshots, step.change.added);
                info!(snapshots, added, took = ?begun.elapsed(), "compacted snapshots");
            }
            if !step.more {
                return self.remove(all, now).await;
            }
        }
        Ok(())
    }

    /// Removes snapshots that were compacted long enough ago and, if `all` is set, leftovers of failed attempts.
    async fn remove(&self, all: bool, now: Timestamp) -> Result<(), ArchiveError> {
        let Self { refresh, history, removal } = self;
        if !removal.is_allowed(refresh, history, now).await? {
            return Ok(());
        }
        if let Some(keep) = refresh.store.compacted_keep {
            let before = now.checked_sub(keep).unwrap_or(Timestamp::MIN);
            let removed = history.remove_taken(before).await?;
            for (name, reason) in &removed.kept {
                warn!(%name, reason, "kept a snapshot that is due to go");
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

    /// Rests until the next compaction. Meanwhile it removes replaced files as soon as no question reads them any more,
    /// whether anything is new or not. While nothing may be removed, it looks at each new present, whose data may agree with
    /// the clock.
    async fn rest(&self, interval: Duration, changes: &mut watch::Receiver<()>) {
        let clock = &self.refresh.clock;
        let mut left = interval;
        while !left.is_zero() {
            changes.mark_unchanged();
            let now = clock.now();
            let next = self.remove_replaced(now).await.unwrap_or_else(|error| {
                warn!(error = in_words(&error), "cannot remove replaced files");
                None
            });
            let pause = next.map_or(left, |next| schedule::until(next, now).max(SHORTEST_REST).min(left));
            tokio::select! {
                () = clock.sleep(now, pause) => left -= pause,
                _ = changes.changed(), if self.removal.is_paused() => {
                    let passed = clock.now().duration_since(now);
                    left = left.saturating_sub(Duration::try_from(passed).unwrap_or_default());
                }
            }
        }
    }

    /// Removes replaced files whose time is over. Returns when the next ones may go; `None` if there are none, or nothing may
    /// be removed now.
    async fn remove_replaced(&self, now: Timestamp) -> Result<Option<Timestamp>, ArchiveError> {
        let Self { refresh, history, removal } = self;
        if !refresh.is_holder() || !removal.is_allowed(refresh, history, now).await? {
            return Ok(None);
        }
        let (removed, next) = history.remove_replaced(now).await?;
        if removed > 0 {
            info!(removed, "removed replaced files of the history");
        }
        Ok(next)
    }
}
