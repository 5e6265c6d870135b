//! Compaction: moves the readings of snapshots into the history.
//!
//! A step reads some snapshots, merges their readings into the days on which they were measured, writes new files for
//! these days, and commits. The commit is atomic: before it nothing has changed. Ingesting a snapshot twice changes
//! nothing, so an interrupted step is simply repeated.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

use super::collected::{CollectedReadings, CollectedRows, latest};
use super::day::{DayFiles, merge_day};
use super::inventory::{InventoryFiles, merge_inventory};
use super::manifest::{Day, FileEntry, Manifest, TakenIn};
use super::storage::{FileKind, History};
use crate::error::ArchiveError;
use crate::name::SnapshotName;
use crate::objects::listing::Stray;
use crate::store::{DayOfSnapshots, Days};

/// How often to try a change again after another process committed first.
pub(super) const ATTEMPTS: usize = 5;
/// How long a replaced file stays readable: longer than any question may take.
pub const GRACE: SignedDuration = SignedDuration::from_mins(15);

/// How much one step ingests. The default looks for snapshots of all days and ingests about 60 MB of readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompactionLimits {
    /// About how many readings: the snapshot that exceeds the limit is the last. A reading takes some 30 bytes of memory.
    pub max_rows: u64,
    /// The first day to look for snapshots, which saves a request for each earlier day; all days if `None`.
    pub since: Option<Date>,
}

impl Default for CompactionLimits {
    fn default() -> Self {
        Self { max_rows: 2_000_000, since: None }
    }
}

/// The result of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compacted {
    /// The number of ingested snapshots.
    pub snapshots: usize,
    /// The number of readings in them. Many of these were already in the history.
    pub readings: u64,
    /// The number of readings that stay in their snapshots alone, because they claim to be from the future.
    pub from_future: u64,
    /// The day that an earlier version wrote and that was written anew, because there was nothing else to do.
    pub renewed: Option<Date>,
    /// How the history changed.
    pub change: Changed,
    /// Snapshots that cannot be read, each with the reason. They stay as they are.
    pub damaged: Vec<(SnapshotName, String)>,
    /// What lies beside the snapshots and is none.
    pub strays: Vec<Stray>,
    /// Whether more snapshots are waiting.
    pub more: bool,
}

/// How a commit changed the history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changed {
    /// The days with new files.
    pub days: Vec<Date>,
    /// The number of readings that are new to the history.
    pub added: u64,
    /// The number of the manifest in force afterwards.
    pub manifest: u64,
}

/// Readings to add to the history.
#[derive(Debug, Default)]
struct NewReadings {
    collected: CollectedReadings,
    /// The snapshots that they came from.
    taken: Vec<SnapshotName>,
    /// A day to write anew, even if it gets no readings.
    renewed: Option<Date>,
}

/// The snapshots in the store.
#[derive(Debug)]
struct StoredSnapshots {
    /// All days that have any snapshot.
    days: BTreeSet<Date>,
    /// The snapshots that the history lacks, oldest first.
    new: Vec<SnapshotName>,
    /// What lies beside them and is none.
    strays: Vec<Stray>,
}

impl History {
    /// Ingests new snapshots, oldest first, within limits. `now` is the time of the commit. If there are none, writes anew one
    /// day of an earlier version: such days have no checksums of blocks, and hourly sums with coarser sketches.
    ///
    /// # Errors
    /// The store failed, or a file of the history is damaged. Either nothing has changed, or only the response to the
    /// commit got lost; calling it again continues in both cases.
    pub async fn compact(
        &self,
        limits: &CompactionLimits,
        now: Timestamp,
    ) -> Result<Compacted, ArchiveError> {
        for _ in 0..ATTEMPTS {
            let manifest = self.manifest().await?;
            let stored = self.stored_snapshots(&manifest, limits.since).await?;
            let mut done = Compacted { strays: stored.strays, ..Compacted::default() };
            let new = self.read_snapshots(&stored.new, limits.max_rows, &mut done).await?;
            if new.taken.is_empty() {
                return self.renew(&manifest, done, now).await;
            }
            done.snapshots = new.taken.len();
            done.from_future = new.collected.from_future();
            if let Some(change) = self.change(new, Some(&stored.days), now).await? {
                return Ok(Compacted { change, ..done });
            }
        }
        Err(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    /// Writes anew the newest day of an earlier version that is not damaged.
    async fn renew(
        &self,
        manifest: &Manifest,
        done: Compacted,
        now: Timestamp,
    ) -> Result<Compacted, ArchiveError> {
        for date in manifest.days.iter().rev().filter(|day| day.is_of_earlier_version()).map(|day| day.date) {
            let new = NewReadings { renewed: Some(date), ..NewReadings::default() };
            match self.change(new, None, now).await {
                Ok(Some(change)) => return Ok(Compacted { change, renewed: Some(date), ..done }),
                Ok(None) => return Ok(done),
                // Verification tells what is damaged. The other days need not wait for that.
                Err(ArchiveError::History { .. } | ArchiveError::HistoryFile { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(done)
    }

    async fn read_snapshots(
        &self,
        names: &[SnapshotName],
        max_rows: u64,
        done: &mut Compacted,
    ) -> Result<NewReadings, ArchiveError> {
        let mut new = NewReadings::default();
        for &name in names {
            if new.collected.len() >= max_rows {
                done.more = true;
                break;
            }
            match self.snapshots().get(name).await {
                Ok(snapshot) => {
                    let mut collected = std::mem::take(&mut new.collected);
                    let added = in_background(move || {
                        let rows = collected.add_snapshot(&snapshot)?;
                        Ok((collected, rows))
                    });
                    let (collected, rows) = added.await?;
                    new.collected = collected;
                    new.taken.push(name);
                    done.readings += rows;
                }
                // Retention removed it first.
                Err(ArchiveError::NotFound { .. }) => {}
                Err(error) if error.is_of_one_object() => done.damaged.push((name, error.reason())),
                Err(error) => return Err(error),
            }
        }
        Ok(new)
    }

    /// Adds readings from elsewhere, such as a backfill. They replace readings of the same box, sensor and time.
    /// Those that claim to be from the future are left out.
    ///
    /// # Errors
    /// The store failed, or a file of the history is damaged; nothing has changed then.
    pub async fn merge(
        &self,
        mut collected: CollectedReadings,
        now: Timestamp,
    ) -> Result<Changed, ArchiveError> {
        collected.leave_out_after(latest(now));
        let new = NewReadings { collected, ..NewReadings::default() };
        let changed = self.change(new, None, now).await?;
        changed.ok_or(ArchiveError::Contended { attempts: ATTEMPTS })
    }

    async fn stored_snapshots(
        &self,
        manifest: &Manifest,
        since: Option<Date>,
    ) -> Result<StoredSnapshots, ArchiveError> {
        let Days { days, strays } = self.snapshots().days().await?;
        let mut stored = StoredSnapshots { days: BTreeSet::new(), new: Vec::new(), strays };
        for day in days {
            let Ok(date) = day.parse::<Date>() else { continue };
            stored.days.insert(date);
            if since.is_some_and(|since| date < since) {
                continue;
            }
            let DayOfSnapshots { names, strays } = self.snapshots().day(&day, None).await?;
            let names = names.into_iter().map(|(name, _)| name);
            stored.new.extend(names.filter(|&name| manifest.lacks(name)));
            stored.strays.extend(strays);
        }
        Ok(stored)
    }

    /// Commits new readings. `None` if another process has ingested one of their snapshots meanwhile: it may also have
    /// ingested later ones, whose readings these must not replace.
    async fn change(
        &self,
        new: NewReadings,
        days_of_snapshots: Option<&BTreeSet<Date>>,
        now: Timestamp,
    ) -> Result<Option<Changed>, ArchiveError> {
        let NewReadings { collected, taken, renewed } = new;
        let collected = Arc::new(collected);
        let mut days = collected.dates();
        days.extend(renewed);
        for _ in 0..ATTEMPTS {
            let before = self.manifest().await?;
            if taken.iter().any(|&name| !before.lacks(name)) {
                return Ok(None);
            }
            let mut next = before.next(now);
            for &date in &days {
                if let Some(day) = self.merge_day(&before, date, &collected, next.number).await? {
                    next.set_day(day);
                }
            }
            (next.boxes, next.sensors) = self.merge_inventory(&before, &collected, next.number).await?;
            if let Some(there) = days_of_snapshots {
                next.forget_taken(|date| !there.contains(&date));
            }
            next.take(&taken);
            next.retire(&before);
            let over = next.forget(GRACE);
            if self.commit(&next).await? {
                self.delete_replaced(over).await;
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
        collected: &Arc<CollectedReadings>,
        number: u64,
    ) -> Result<Option<Day>, ArchiveError> {
        let known = before.day(date);
        let existing = self.fetch_known(known.map(|day| &day.readings)).await?;
        let readings = Arc::clone(collected);
        let merged =
            in_background(move || merge_day(date, existing.as_ref(), &readings, Catalogue::builtin()))
                .await?;
        let Some(DayFiles { readings, rows, first_at, last_at, hourly, hourly_rows }) = merged else {
            return Ok(None);
        };
        let (kind, known_readings) = (FileKind::Readings(date), known.map(|day| &day.readings));
        let readings = self.write(kind, number, known_readings, &readings, rows).await?;
        let (kind, known_hourly) = (FileKind::Hourly(date), known.map(|day| &day.hourly));
        let hourly = self.write(kind, number, known_hourly, &hourly, hourly_rows).await?;
        let taken_in = count(known, collected.day(date).map_or(0, CollectedRows::len), rows);
        Ok(Some(Day { date, readings, first_at, last_at, hourly, taken_in: Some(taken_in) }))
    }

    async fn merge_inventory(
        &self,
        before: &Manifest,
        collected: &Arc<CollectedReadings>,
        number: u64,
    ) -> Result<(Option<FileEntry>, Option<FileEntry>), ArchiveError> {
        let (known_boxes, known_sensors) = (before.boxes.as_ref(), before.sensors.as_ref());
        let boxes = self.fetch_known(known_boxes).await?;
        let sensors = self.fetch_known(known_sensors).await?;
        let collected = Arc::clone(collected);
        let merged =
            in_background(move || merge_inventory(boxes.as_ref(), sensors.as_ref(), &collected)).await?;
        let InventoryFiles { boxes, boxes_rows, sensors, sensors_rows } = merged;
        let boxes = self.write(FileKind::Boxes, number, known_boxes, &boxes, boxes_rows).await?;
        let sensors = self.write(FileKind::Sensors, number, known_sensors, &sensors, sensors_rows).await?;
        Ok((Some(boxes), Some(sensors)))
    }

    async fn fetch_known(&self, entry: Option<&FileEntry>) -> Result<Option<Bytes>, ArchiveError> {
        match entry {
            Some(entry) => self.fetch(entry).await.map(Some),
            None => Ok(None),
        }
    }
}

/// Counts what `added` readings did to a day that now has `rows`.
fn count(known: Option<&Day>, added: u64, rows: u64) -> TakenIn {
    let before = known.map_or(0, |day| day.readings.rows);
    let TakenIn { earlier, readings, repeated } = known.map(Day::counted).unwrap_or_default();
    // A merge that would lose a reading was refused, so readings that did not add a row repeat others.
    let repeated = repeated + (before + added).saturating_sub(rows);
    TakenIn { earlier, readings: readings + added, repeated }
}

/// Runs long work on a thread for blocking work.
pub(super) async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ArchiveError> + Send + 'static,
) -> Result<T, ArchiveError> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(ArchiveError::Ended { reason: error.to_string() }))
}
