//! Takes snapshots into the history.
//!
//! A step reads some snapshots, merges their readings into the days on which they were measured, writes the files of these days
//! anew, and commits. Until then nothing has changed; afterwards all of it has. Taking a snapshot in twice changes nothing, so a step
//! that was stopped anywhere is simply done again.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use object_store::path::Path;

use super::History;
use super::census::{CensusFiles, merge_census};
use super::day::{DayFiles, merge_day};
use super::gathered::Gathered;
use super::manifest::{Day, FileEntry, Manifest};
use super::objects::Kind;
use crate::error::ArchiveError;
use crate::name::SnapshotName;

/// How often a change is begun again when others were faster.
const ATTEMPTS: usize = 5;
/// For how long a file may be read after another has taken its place: longer than any question may take.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);

/// How much one step takes in. By default all snapshots are looked for, and about 60 MB of readings are taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionLimits {
    /// About how many readings; the snapshot that goes beyond is the last. A reading takes some 30 bytes of memory.
    pub max_rows: u64,
    /// Snapshots of earlier days are not looked for, which spares a request for each day; all if `None`.
    pub since: Option<Date>,
}

impl Default for CompactionLimits {
    fn default() -> Self {
        Self { max_rows: 2_000_000, since: None }
    }
}

/// What a step did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The snapshots that were taken in.
    pub snapshots: usize,
    /// The readings in them, many of which were known.
    pub readings: u64,
    /// What became of the history.
    pub change: Changed,
    /// Snapshots that are damaged, and how that was found. They are left as they are.
    pub damaged: Vec<(SnapshotName, String)>,
    /// Whether there are more to take in.
    pub more: bool,
}

/// What a change did to the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The days whose files were written anew.
    pub days: Vec<Date>,
    /// The number of readings that the history did not have before.
    pub added: u64,
    /// The number of the manifest in force afterwards.
    pub manifest: u64,
}

/// Snapshots that were read.
#[derive(Debug, Default)]
struct Read {
    gathered: Gathered,
    taken: Vec<SnapshotName>,
}

/// The snapshots that are in the store.
#[derive(Debug)]
struct Waiting {
    /// The days that have any, also long known ones.
    days: BTreeSet<Date>,
    /// Those that the history does not have, oldest first.
    names: Vec<SnapshotName>,
}

impl History {
    /// Takes in snapshots that were not yet, oldest first, within limits.
    ///
    /// # Errors
    /// The store failed, or a file of the history is damaged; nothing has changed then, or only the answer got lost, and doing it again
    /// tells.
    pub async fn compact(
        &self,
        limits: &CompactionLimits,
        now: Timestamp,
    ) -> Result<Compacted, ArchiveError> {
        for _ in 0..ATTEMPTS {
            let waiting = self.waiting(&self.manifest().await?, limits.since).await?;
            let mut done = Compacted::default();
            let read = self.read_snapshots(&waiting.names, limits.max_rows, &mut done).await?;
            if read.taken.is_empty() {
                return Ok(done);
            }
            done.snapshots = read.taken.len();
            if let Some(change) = self.change(read, Some(&waiting.days), now).await? {
                return Ok(Compacted { change, ..done });
            }
        }
        Err(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    async fn read_snapshots(
        &self,
        names: &[SnapshotName],
        max_rows: u64,
        done: &mut Compacted,
    ) -> Result<Read, ArchiveError> {
        let mut read = Read::default();
        for &name in names {
            if read.gathered.len() >= max_rows {
                done.more = true;
                break;
            }
            match self.store.get(name).await {
                Ok(snapshot) => {
                    let mut gathered = std::mem::take(&mut read.gathered);
                    let added = aside(move || {
                        let rows = gathered.add_snapshot(&snapshot)?;
                        Ok((gathered, rows))
                    });
                    let (gathered, rows) = added.await?;
                    read.gathered = gathered;
                    read.taken.push(name);
                    done.readings += rows;
                }
                Err(ArchiveError::Corrupt { name, reason }) => done.damaged.push((name, reason)),
                // Retention was faster.
                Err(ArchiveError::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(read)
    }

    /// Takes in readings from elsewhere. Those that are known stay as they are given here.
    ///
    /// # Errors
    /// The store failed, or a file of the history is damaged; nothing has changed then.
    pub async fn merge(&self, gathered: Gathered, now: Timestamp) -> Result<Changed, ArchiveError> {
        let read = Read { gathered, taken: Vec::new() };
        let changed = self.change(read, None, now).await?;
        changed.ok_or(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    async fn waiting(&self, manifest: &Manifest, since: Option<Date>) -> Result<Waiting, ArchiveError> {
        let mut waiting = Waiting { days: BTreeSet::new(), names: Vec::new() };
        for day in self.store.days().await? {
            let Ok(date) = day.parse::<Date>() else { continue };
            waiting.days.insert(date);
            if since.is_some_and(|since| date < since) {
                continue;
            }
            let names = self.store.names(&day, None).await?;
            waiting.names.extend(names.into_iter().filter(|&name| !manifest.has_taken(name)));
        }
        waiting.names.sort_unstable();
        Ok(waiting)
    }

    /// Makes what was read part of the history. `None` if another has taken one of these snapshots in meanwhile: it may have taken
    /// in later ones too, whose readings would be put behind by what was read here.
    async fn change(
        &self,
        read: Read,
        days_of_snapshots: Option<&BTreeSet<Date>>,
        now: Timestamp,
    ) -> Result<Option<Changed>, ArchiveError> {
        let Read { gathered, taken } = read;
        let gathered = Arc::new(gathered);
        let days = gathered.dates();
        for _ in 0..ATTEMPTS {
            let before = self.manifest().await?;
            if taken.iter().any(|&name| before.has_taken(name)) {
                return Ok(None);
            }
            let mut next = before.next(now);
            for &date in &days {
                if let Some(day) = self.merge_day(&before, date, &gathered, next.number).await? {
                    next.set_day(day);
                }
            }
            (next.boxes, next.sensors) = self.merge_census(&before, &gathered, next.number).await?;
            if let Some(there) = days_of_snapshots {
                next.forget_taken(|date| !there.contains(&date));
            }
            next.take(&taken);
            next.retire(&before);
            let over = next.forget(GRACE);
            if self.commit(&next).await? {
                for path in over {
                    // No manifest names it: what cannot be removed now is found by `clean`.
                    let _ = self.delete(&Path::from(path)).await;
                }
                let added = next.rows().saturating_sub(before.rows());
                return Ok(Some(Changed { days, added, manifest: next.number }));
            }
        }
        Err(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    async fn merge_day(
        &self,
        before: &Manifest,
        date: Date,
        gathered: &Arc<Gathered>,
        number: u64,
    ) -> Result<Option<Day>, ArchiveError> {
        let known = before.day(date);
        let existing = self.fetch_known(known.map(|day| &day.readings)).await?;
        let gathered = Arc::clone(gathered);
        let merged =
            aside(move || merge_day(date, existing.as_ref(), &gathered, Catalogue::builtin())).await?;
        let Some(DayFiles { readings, rows, first_at, last_at, hourly, hourly_rows }) = merged else {
            return Ok(None);
        };
        let (kind, known_readings) = (Kind::Readings(date), known.map(|day| &day.readings));
        let readings = self.write(kind, number, known_readings, &readings, rows).await?;
        let (kind, known_hourly) = (Kind::Hourly(date), known.map(|day| &day.hourly));
        let hourly = self.write(kind, number, known_hourly, &hourly, hourly_rows).await?;
        Ok(Some(Day { date, readings, first_at, last_at, hourly }))
    }

    async fn merge_census(
        &self,
        before: &Manifest,
        gathered: &Arc<Gathered>,
        number: u64,
    ) -> Result<(Option<FileEntry>, Option<FileEntry>), ArchiveError> {
        let (known_boxes, known_sensors) = (before.boxes.as_ref(), before.sensors.as_ref());
        let boxes = self.fetch_known(known_boxes).await?;
        let sensors = self.fetch_known(known_sensors).await?;
        let gathered = Arc::clone(gathered);
        let merged = aside(move || merge_census(boxes.as_ref(), sensors.as_ref(), &gathered)).await?;
        let CensusFiles { boxes, boxes_rows, sensors, sensors_rows } = merged;
        let boxes = self.write(Kind::Boxes, number, known_boxes, &boxes, boxes_rows).await?;
        let sensors = self.write(Kind::Sensors, number, known_sensors, &sensors, sensors_rows).await?;
        Ok((Some(boxes), Some(sensors)))
    }

    async fn fetch_known(&self, entry: Option<&FileEntry>) -> Result<Option<Bytes>, ArchiveError> {
        match entry {
            Some(entry) => self.fetch(entry).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Does work that takes long on a thread where nobody waits for it.
pub(super) async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(ArchiveError::Ended { reason: error.to_string() }))
}
