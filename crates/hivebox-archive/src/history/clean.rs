//! Removes what the history no longer needs: snapshots that it contains, replaced files, and files of abandoned attempts.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::time::Duration;

use foldhash::fast::FixedState;
use jiff::Timestamp;
use jiff::civil::Date;
use object_store::path::Path;
use std::hash::BuildHasher;

use super::collected::latest;
use super::compact::{ATTEMPTS, GRACE, in_background};
use super::day::read_day;
use super::manifest::{FOLDER, FileEntry, Manifest};
use super::storage::History;
use super::utc_day::day_of;
use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::objects::listing::is_staged;
use crate::snapshot::Snapshot;

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// The number of snapshots.
    pub snapshots: usize,
    /// Snapshots that were kept, each with the reason.
    pub kept: Vec<(SnapshotName, String)>,
}

/// Hashes that identify the readings of some days, sorted.
#[derive(Debug, Default)]
pub(super) struct ReadingKeys {
    days: BTreeMap<Date, Vec<u64>>,
}

impl History {
    /// Removes the files of abandoned attempts; returns how many.
    ///
    /// # Errors
    /// The store failed.
    pub async fn clean(&self) -> Result<usize, ArchiveError> {
        let orphans = self.orphans(&self.manifest().await?).await?;
        for path in &orphans {
            self.delete(path).await?;
        }
        Ok(orphans.len() + self.clean_staged().await?)
    }

    /// Removes replaced files that no question reads any more, as a change of the history does. Returns how many, and when the
    /// next ones may go; `None` if there are none. Commits a manifest without them first, so that nobody looks for them.
    ///
    /// # Errors
    /// The store failed. Nothing has changed, or [`clean`](Self::clean) finds what was not removed.
    pub async fn remove_replaced(&self, now: Timestamp) -> Result<(usize, Option<Timestamp>), ArchiveError> {
        for _ in 0..ATTEMPTS {
            let before = self.manifest().await?;
            let mut next = before.next(now);
            let is_same = next.obsolete == before.obsolete;
            let over = next.forget(GRACE);
            if is_same && over.is_empty() {
                return Ok((0, before.next_removal(GRACE)));
            }
            if self.commit(&next).await? {
                return Ok((self.delete_replaced(over).await, next.next_removal(GRACE)));
            }
        }
        Err(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    /// Removes files that no manifest lists any more; returns how many. [`clean`](Self::clean) finds those that cannot be
    /// removed now.
    pub(super) async fn delete_replaced(&self, paths: Vec<String>) -> usize {
        let mut removed = 0;
        for path in paths {
            removed += usize::from(self.delete(&Path::from(path)).await.is_ok());
        }
        removed
    }

    /// Removes temporary files of killed processes from a folder. `object_store` writes to `NAME#1` first, and does not
    /// list such files.
    async fn clean_staged(&self) -> Result<usize, ArchiveError> {
        let folder = self.objects().local_folder().map(|folder| folder.join(FOLDER));
        let Some(folder) = folder else { return Ok(0) };
        in_background(move || Ok(remove_staged(&folder))).await
    }

    /// Removes snapshots named for a moment before `before` that the history contains. Before it removes one, it verifies
    /// the checksums of the snapshot and of its days, and finds each reading of the snapshot in them.
    ///
    /// # Errors
    /// The store failed. All removed snapshots are in the history.
    pub async fn remove_taken(&self, before: Timestamp) -> Result<Removed, ArchiveError> {
        let manifest = self.manifest().await?;
        let before = SnapshotName::at(before);
        let mut removed = Removed::default();
        let mut known = ReadingKeys::default();
        for name in self.taken_before(&manifest, before).await? {
            let snapshot = match self.snapshots().get(name).await {
                Ok(snapshot) => snapshot,
                // Another process removed it first.
                Err(ArchiveError::NotFound { .. }) => continue,
                // What cannot be read cannot be compared.
                Err(error) if error.is_of_one_object() => {
                    removed.kept.push((name, error.reason()));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let gone = match self.has_all(&manifest, &snapshot, &mut known).await {
                Ok(true) => self.snapshots().remove(name).await,
                Ok(false) => {
                    removed.kept.push((name, "the history lacks some of its readings".into()));
                    continue;
                }
                Err(error) => Err(error),
            };
            match gone {
                Ok(()) => removed.snapshots += 1,
                // A damaged day proves nothing.
                Err(error) if error.is_of_one_object() => removed.kept.push((name, error.reason())),
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }

    /// The stored snapshots that the history contains and that are named for a moment before `before`, oldest first.
    async fn taken_before(
        &self,
        manifest: &Manifest,
        before: SnapshotName,
    ) -> Result<Vec<SnapshotName>, ArchiveError> {
        let found = self.snapshots().before(before).await?;
        Ok(found.into_iter().map(|(name, _)| name).filter(|&name| manifest.has_taken(name)).collect())
    }

    /// Whether the files of the days contain every reading of a snapshot.
    pub(super) async fn has_all(
        &self,
        manifest: &Manifest,
        snapshot: &Snapshot,
        known: &mut ReadingKeys,
    ) -> Result<bool, ArchiveError> {
        let mut wanted: BTreeMap<Date, Vec<u64>> = BTreeMap::new();
        // Readings from the future are not in the history.
        let latest = latest(snapshot.name().moment());
        snapshot.keys(|box_id, sensor_id, measured_at| {
            if measured_at <= latest {
                wanted.entry(day_of(measured_at)).or_default().push(key(box_id, sensor_id, measured_at));
            }
        })?;
        // Snapshots come in order of time, so earlier days are no longer needed.
        if let Some(&first) = wanted.keys().next() {
            known.days.retain(|date, _| *date >= first);
        }
        for (date, keys) in &wanted {
            if !known.days.contains_key(date) {
                let Some(day) = manifest.day(*date) else { return Ok(false) };
                known.days.insert(*date, self.keys_of(&day.readings).await?);
            }
            let there = &known.days[date];
            if !keys.iter().all(|key| there.binary_search(key).is_ok()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    async fn keys_of(&self, entry: &FileEntry) -> Result<Vec<u64>, ArchiveError> {
        let file = self.fetch(entry).await?;
        let (path, rows) = (entry.path.clone(), entry.rows);
        in_background(move || {
            let mut keys = Vec::with_capacity(rows as usize);
            read_day(&file, |row| keys.push(key(row.box_id, row.sensor_id, row.measured_at)))?;
            if keys.len() as u64 != rows {
                let reason = format!("it has {} rows instead of {rows}", keys.len());
                return Err(ArchiveError::History { object: path, reason });
            }
            keys.sort_unstable();
            Ok(keys)
        })
        .await
    }
}

/// A temporary file that is older than this belongs to a process that no longer runs.
const STAGED_FOR: Duration = Duration::from_hours(1);

/// Removes temporary files; returns how many. Those that it cannot read or remove stay: they only take space.
fn remove_staged(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let is_left = |entry: &DirEntry| {
        let age = entry.metadata().ok().and_then(|metadata| metadata.modified().ok()?.elapsed().ok());
        is_staged(&entry.file_name()) && age.is_some_and(|age| age >= STAGED_FOR)
    };
    let removed = entries.flatten().map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => remove_staged(&entry.path()),
        Ok(_) if is_left(&entry) => usize::from(std::fs::remove_file(entry.path()).is_ok()),
        _ => 0,
    });
    removed.sum()
}

/// A hash that identifies a reading. Two readings of a day collide once in about a million days, and only if one of these
/// two is also missing does a snapshot's removal lose it.
fn key(box_id: &str, sensor_id: &str, measured_at: Timestamp) -> u64 {
    FixedState::default().hash_one((box_id, sensor_id, measured_at.as_millisecond()))
}
