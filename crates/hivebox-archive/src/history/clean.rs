//! Removes what the history needs no more: snapshots that it has, and files of attempts that came to nothing.

use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::time::Duration;

use foldhash::fast::FixedState;
use jiff::Timestamp;
use jiff::civil::Date;
use std::hash::BuildHasher;

use super::History;
use super::compact::aside;
use super::day::read_day;
use super::manifest::{FOLDER, FileEntry, Manifest};
use super::utc_day::day_of;
use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::snapshot::Snapshot;

/// What was removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removed {
    /// The snapshots.
    pub snapshots: usize,
    /// Snapshots that were to be removed, and some of whose readings the history does not have. They stay.
    pub kept: Vec<SnapshotName>,
}

/// The readings of some days, by what tells one from all others.
#[derive(Debug, Default)]
pub(super) struct Known {
    days: BTreeMap<Date, Vec<u64>>,
}

impl History {
    /// Removes the files of attempts that did not come to an end; how many there were.
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

    /// Removes what a process that was killed was writing into a folder: `object_store` writes aside to `NAME#1`, and lists no such file.
    async fn clean_staged(&self) -> Result<usize, ArchiveError> {
        let Some(folder) = self.store.local_folder().map(|folder| folder.join(FOLDER)) else { return Ok(0) };
        aside(move || Ok(remove_staged(&folder))).await
    }

    /// Removes the snapshots named for a moment before `before` that the history has: one by one, after its checksum and those of
    /// its days were found to be right, and each of its readings was found in them.
    ///
    /// # Errors
    /// The store failed, or a file of the history is damaged. What was removed so far is in the history.
    pub async fn remove_taken(&self, before: Timestamp) -> Result<Removed, ArchiveError> {
        let manifest = self.manifest().await?;
        let before = SnapshotName::at(before);
        let mut removed = Removed::default();
        let mut known = Known::default();
        for name in self.taken_before(&manifest, before).await? {
            let snapshot = match self.store.get(name).await {
                Ok(snapshot) => snapshot,
                // Somebody was faster, or it is damaged, and then there is nothing that could be compared.
                Err(ArchiveError::NotFound { .. }) => continue,
                Err(ArchiveError::Corrupt { name, .. }) => {
                    removed.kept.push(name);
                    continue;
                }
                Err(error) => return Err(error),
            };
            if self.has_all(&manifest, &snapshot, &mut known).await? {
                self.store.remove(name).await?;
                removed.snapshots += 1;
            } else {
                removed.kept.push(name);
            }
        }
        Ok(removed)
    }

    /// The snapshots in the store that the history has and that are named for a moment before `before`, oldest first.
    pub(super) async fn taken_before(
        &self,
        manifest: &Manifest,
        before: SnapshotName,
    ) -> Result<Vec<SnapshotName>, ArchiveError> {
        let last_day = before.day();
        let mut names = Vec::new();
        for day in self.store.days().await?.into_iter().take_while(|day| *day <= last_day) {
            let of_day = self.store.names(&day, Some(before)).await?;
            names.extend(of_day.into_iter().filter(|&name| manifest.has_taken(name)));
        }
        names.sort_unstable();
        Ok(names)
    }

    /// Whether each reading of a snapshot is in the files of its day.
    pub(super) async fn has_all(
        &self,
        manifest: &Manifest,
        snapshot: &Snapshot,
        known: &mut Known,
    ) -> Result<bool, ArchiveError> {
        let mut wanted: BTreeMap<Date, Vec<u64>> = BTreeMap::new();
        snapshot.keys(|sensor_id, measured_at| {
            wanted.entry(day_of(measured_at)).or_default().push(key(sensor_id, measured_at));
        })?;
        // Snapshots come in the order of time, so that earlier days are needed no more.
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
        aside(move || {
            let mut keys = Vec::with_capacity(rows as usize);
            read_day(&file, |row| keys.push(key(row.sensor_id, row.measured_at)))?;
            if keys.len() as u64 != rows {
                let reason = format!("it has {} rows, and should have {rows}", keys.len());
                return Err(ArchiveError::History { object: path, reason });
            }
            keys.sort_unstable();
            Ok(keys)
        })
        .await
    }
}

/// How long after its last byte a file is that of a process which is no more.
const STAGED_FOR: Duration = Duration::from_hours(1);

/// How many files were removed. What cannot be looked at or removed stays: it takes room and harms nothing else.
fn remove_staged(folder: &std::path::Path) -> usize {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let is_left = |entry: &DirEntry| {
        let is_staged = entry
            .file_name()
            .to_string_lossy()
            .rsplit_once('#')
            .is_some_and(|(name, number)| !name.is_empty() && number.parse::<u32>().is_ok());
        let age = entry.metadata().ok().and_then(|metadata| metadata.modified().ok()?.elapsed().ok());
        is_staged && age.is_some_and(|age| age >= STAGED_FOR)
    };
    let removed = entries.flatten().map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => remove_staged(&entry.path()),
        Ok(_) if is_left(&entry) => usize::from(std::fs::remove_file(entry.path()).is_ok()),
        _ => 0,
    });
    removed.sum()
}

/// A number for a reading. That two of a day have the same happens once in about a million days, of which one must be missing to
/// be missed.
fn key(sensor_id: &str, measured_at: Timestamp) -> u64 {
    FixedState::default().hash_one((sensor_id, measured_at.as_millisecond()))
}
