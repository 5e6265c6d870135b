//! Proves a history whole.

use std::hash::{BuildHasher, Hash, Hasher};

use bytes::Bytes;
use foldhash::fast::FixedState;
use hivebox_climate::catalogue::Catalogue;
use serde::Serialize;

use super::clean::Known;
use super::compact::aside;
use super::day::{DayFiles, DayRow, merge_day, read_day};
use super::gathered::Gathered;
use super::manifest::{Day, FileEntry, Manifest};
use super::{History, hourly};
use crate::error::ArchiveError;

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The number of the manifest that was looked at.
    pub manifest: u64,
    /// The days that were read.
    pub days: usize,
    /// Their readings.
    pub readings: u64,
    /// The snapshots that were taken in and are still there, each of whose readings was looked for.
    pub snapshots: usize,
    /// All that is wrong.
    pub faults: Vec<Fault>,
    /// Files of attempts that came to nothing: no fault.
    pub orphans: Vec<String>,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// Where in the store.
    pub object: String,
    /// What.
    pub reason: String,
}

impl History {
    /// Reads all files of the history and the snapshots that it has taken in, and compares them: checksums, numbers of rows, their order,
    /// that each reading stands once and on its day, that the hours are what the readings come to, and that no reading of a
    /// snapshot is missing. Tells `each` how many days are done, of how many.
    ///
    /// # Errors
    /// The store failed. What is damaged or missing is no error, but in the answer.
    pub async fn verify(&self, mut each: impl FnMut(usize, usize)) -> Result<Verification, ArchiveError> {
        let manifest = self.manifest().await?;
        let mut found = Verification { manifest: manifest.number, ..Verification::default() };
        for entry in manifest.boxes.iter().chain(&manifest.sensors) {
            found.note(self.fetch(entry).await.map(drop))?;
        }
        for (done, day) in manifest.days.iter().enumerate() {
            each(done, manifest.days.len());
            let checked = self.check(day).await;
            found.days += 1;
            found.readings += day.readings.rows;
            found.note(checked)?;
        }
        each(manifest.days.len(), manifest.days.len());
        self.compare(&manifest, &mut found).await?;
        found.orphans = self.orphans(&manifest).await?.iter().map(ToString::to_string).collect();
        Ok(found)
    }

    async fn check(&self, day: &Day) -> Result<(), ArchiveError> {
        let readings = self.fetch(&day.readings).await?;
        let hours = self.fetch(&day.hourly).await?;
        let day = day.clone();
        aside(move || check(&day, &readings, hours)).await
    }

    /// Looks for the readings of all snapshots that are still there.
    async fn compare(&self, manifest: &Manifest, found: &mut Verification) -> Result<(), ArchiveError> {
        let mut known = Known::default();
        let end = crate::SnapshotName::at(jiff::Timestamp::MAX);
        for name in self.taken_before(manifest, end).await? {
            let compared = match self.store.get(name).await {
                Ok(snapshot) => self.has_all(manifest, &snapshot, &mut known).await,
                Err(error) => Err(error),
            };
            match compared {
                Ok(true) => found.snapshots += 1,
                Ok(false) => found.faults.push(Fault {
                    object: name.object_path(),
                    reason: "the history does not have all of its readings".into(),
                }),
                // It was removed meanwhile.
                Err(ArchiveError::NotFound { .. }) => {}
                Err(error) => found.note(Err(error))?,
            }
        }
        Ok(())
    }
}

impl Verification {
    /// Notes what is damaged; whatever else failed goes on failing.
    fn note(&mut self, outcome: Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        let fault = match outcome {
            Ok(()) => return Ok(()),
            Err(ArchiveError::History { object, reason }) => Fault { object, reason },
            Err(ArchiveError::Corrupt { name, reason }) => Fault { object: name.object_path(), reason },
            Err(error) => return Err(error),
        };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
        Ok(())
    }
}

/// Whether the files of a day are as compaction would write them of the readings in them.
fn check(day: &Day, readings: &Bytes, hours: Bytes) -> Result<(), ArchiveError> {
    let wrong =
        |entry: &FileEntry, reason: String| Err(ArchiveError::History { object: entry.path.clone(), reason });
    let anew = match merge_day(day.date, Some(readings), &Gathered::default(), Catalogue::builtin()) {
        Ok(Some(anew)) => anew,
        Ok(None) => return wrong(&day.readings, "it has no readings".into()),
        Err(error) => return wrong(&day.readings, error.to_string()),
    };
    let DayFiles { rows, first_at, last_at, .. } = anew;
    if (rows, first_at, last_at) != (day.readings.rows, day.first_at, day.last_at) {
        let reason = format!(
            "it has {rows} readings from {first_at} to {last_at}; they should be {} from {} to {}",
            day.readings.rows, day.first_at, day.last_at
        );
        return wrong(&day.readings, reason);
    }
    // A later version of Parquet's crate may write the same rows in other bytes.
    if anew.readings != *readings && digest(&anew.readings)? != digest(readings)? {
        return wrong(&day.readings, "its rows are not in order, or some stand there twice".into());
    }
    if anew.hourly == hours {
        return Ok(());
    }
    match rows_of(hours) {
        Ok(told) if told == rows_of(anew.hourly)? => Ok(()),
        Ok(_) => wrong(&day.hourly, "its hours are not what the day's readings come to".into()),
        Err(error) => wrong(&day.hourly, error.to_string()),
    }
}

fn rows_of(hours: Bytes) -> Result<Vec<hourly::HourlyRow>, ArchiveError> {
    let mut rows = Vec::new();
    hourly::read(hours, |row| rows.push(row))?;
    Ok(rows)
}

/// A number for all rows in their order.
fn digest(file: &Bytes) -> Result<u64, ArchiveError> {
    let mut hasher = FixedState::default().build_hasher();
    read_day(file, |row| hash(row, &mut hasher))?;
    Ok(hasher.finish())
}

fn hash(row: &DayRow<'_>, hasher: &mut impl Hasher) {
    let place = row.place.map(|place| {
        let position = place.position();
        (position.latitude_degrees().to_bits(), position.longitude_degrees().to_bits())
    });
    (row.phenomenon, row.box_id, row.sensor_id, row.measured_at, row.hundredths).hash(hasher);
    (row.raw_value.map(f64::to_bits), row.verdict, row.exposure, row.model, place).hash(hasher);
}
