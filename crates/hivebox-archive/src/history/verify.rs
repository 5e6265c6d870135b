//! Verifies that a history is complete and intact.

use std::hash::{BuildHasher, Hash, Hasher};

use bytes::Bytes;
use foldhash::fast::FixedState;
use hivebox_climate::catalogue::Catalogue;
use serde::Serialize;

use super::clean::ReadingKeys;
use super::collected::CollectedReadings;
use super::compact::in_background;
use super::day::{DayFiles, DayRow, is_current, merge_day, read_day};
use super::hourly;
use super::manifest::{Day, FOLDER, FileEntry, Manifest};
use super::storage::History;
use crate::error::ArchiveError;
use crate::objects::listing::Stray;
use crate::store::{DayOfSnapshots, Days};

/// The result of a verification.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The number of the verified manifest.
    pub manifest: u64,
    /// The number of days that were read.
    pub days: usize,
    /// The number of readings in them.
    pub readings: u64,
    /// The number of readings of snapshots and backfills that were added to them. Readings that the days had before HiveBox
    /// counted this are not among them.
    pub taken_in: u64,
    /// Those of them that have the same box, sensor and time as another.
    pub repeated: u64,
    /// The number of readings that the days had before HiveBox counted what it added.
    pub uncounted: u64,
    /// The number of snapshots that are still stored and whose readings are all in the history.
    pub snapshots: usize,
    /// The number of stored snapshots that are not in the history yet.
    pub waiting: usize,
    /// The number of snapshots that cannot be read. Each is among the faults.
    pub damaged_snapshots: usize,
    /// The files of earlier versions. They have no checksums of their blocks, so only a verification finds damage in them.
    pub unsealed: Vec<String>,
    /// Everything that is wrong.
    pub faults: Vec<DamagedObject>,
    /// Files of abandoned attempts. They are harmless.
    pub orphans: Vec<String>,
    /// What lies beside the snapshots and is none.
    pub strays: Vec<Stray>,
}

/// An object that is damaged or incomplete.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DamagedObject {
    /// Where it is in the store.
    pub object: String,
    /// What is wrong with it.
    pub reason: String,
}

impl History {
    /// Reads all files of the history and all stored snapshots. Checks checksums, numbers of rows and their order, that each
    /// reading occurs once and on its day, that the days have all readings that were added to them, that the hourly sums match
    /// the readings, and that no reading of an ingested snapshot is missing. Calls `each` with the number of days done and of
    /// all days.
    ///
    /// # Errors
    /// The store failed. Damaged and missing objects are not errors; they are in the result.
    pub async fn verify(&self, mut each: impl FnMut(usize, usize)) -> Result<Verification, ArchiveError> {
        let mut found = Verification::default();
        // Without a manifest, the snapshots can still be checked.
        let manifest = match self.manifest().await {
            Err(error) if error.is_of_one_object() => {
                found.note(FOLDER, Err(error))?;
                None
            }
            manifest => Some(manifest?),
        };
        if let Some(manifest) = &manifest {
            self.verify_files(manifest, &mut found, &mut each).await?;
        }
        self.compare(manifest.as_ref(), &mut found).await?;
        Ok(found)
    }

    async fn verify_files(
        &self,
        manifest: &Manifest,
        found: &mut Verification,
        each: &mut impl FnMut(usize, usize),
    ) -> Result<(), ArchiveError> {
        found.manifest = manifest.number;
        let unsealed = manifest.files().filter(|file| file.checksums.is_none());
        found.unsealed = unsealed.map(|file| file.path.clone()).collect();
        for entry in manifest.boxes.iter().chain(&manifest.sensors) {
            found.note(&entry.path, self.fetch(entry).await.map(drop))?;
        }
        for (done, day) in manifest.days.iter().enumerate() {
            each(done, manifest.days.len());
            let checked = self.check(day).await;
            found.days += 1;
            found.readings += day.readings.rows;
            found.note(&day.readings.path, checked)?;
            found.count(day);
        }
        each(manifest.days.len(), manifest.days.len());
        found.orphans = self.orphans(manifest).await?.iter().map(ToString::to_string).collect();
        Ok(())
    }

    async fn check(&self, day: &Day) -> Result<(), ArchiveError> {
        let readings = self.fetch(&day.readings).await?;
        let hours = self.fetch(&day.hourly).await?;
        let day = day.clone();
        in_background(move || check(&day, &readings, hours)).await
    }

    /// Reads all snapshots that are still stored, and looks for the readings of those that the history contains.
    async fn compare(
        &self,
        manifest: Option<&Manifest>,
        found: &mut Verification,
    ) -> Result<(), ArchiveError> {
        let mut known = ReadingKeys::default();
        let Days { days, strays } = self.snapshots().days().await?;
        found.strays = strays;
        for day in days {
            let DayOfSnapshots { names, strays } = self.snapshots().day(&day, None).await?;
            found.strays.extend(strays);
            for (name, _) in names {
                let snapshot = match self.snapshots().get(name).await {
                    Ok(snapshot) => snapshot,
                    // Another process removed it meanwhile.
                    Err(ArchiveError::NotFound { .. }) => continue,
                    Err(error) => {
                        found.note(&name.object_path(), Err(error))?;
                        found.damaged_snapshots += 1;
                        continue;
                    }
                };
                found.waiting += usize::from(manifest.is_none_or(|manifest| manifest.lacks(name)));
                let Some(manifest) = manifest.filter(|manifest| manifest.has_taken(name)) else { continue };
                match self.has_all(manifest, &snapshot, &mut known).await {
                    Ok(true) => found.snapshots += 1,
                    Ok(false) => {
                        found.add(name.object_path(), "the history lacks some of its readings".into());
                    }
                    Err(error) => found.note(&name.object_path(), Err(error))?,
                }
            }
        }
        Ok(())
    }
}

impl Verification {
    /// Compares the readings of a day with those that were added to it.
    fn count(&mut self, day: &Day) {
        let rows = day.readings.rows;
        let taken_in = day.counted();
        self.taken_in += taken_in.readings;
        self.repeated += taken_in.repeated;
        self.uncounted += taken_in.earlier;
        let expected = taken_in.expected();
        if rows != expected {
            let reason = format!("it has {rows} readings, but {expected} different ones were added to it");
            self.add(day.readings.path.clone(), reason);
        }
    }

    /// Adds a fault of one object to the result: the one that the error names, or else `object`. Passes faults of the whole
    /// store on.
    fn note(&mut self, object: &str, outcome: Result<(), ArchiveError>) -> Result<(), ArchiveError> {
        let error = match outcome {
            Ok(()) => return Ok(()),
            Err(error) if error.is_of_one_object() => error,
            Err(error) => return Err(error),
        };
        let reason = error.reason();
        let object = match error {
            ArchiveError::History { object, .. } | ArchiveError::Newer { object, .. } => object,
            _ => object.to_owned(),
        };
        self.add(object, reason);
        Ok(())
    }

    fn add(&mut self, object: String, reason: String) {
        let fault = DamagedObject { object, reason };
        if !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }
}

/// Checks that the files of a day are what compaction would write for its readings.
fn check(day: &Day, readings: &Bytes, hours: Bytes) -> Result<(), ArchiveError> {
    let wrong =
        |entry: &FileEntry, reason: String| Err(ArchiveError::History { object: entry.path.clone(), reason });
    let anew = match merge_day(day.date, Some(readings), &CollectedReadings::default(), Catalogue::builtin())
    {
        Ok(Some(anew)) => anew,
        Ok(None) => return wrong(&day.readings, "it has no readings".into()),
        Err(error) => return wrong(&day.readings, error.to_string()),
    };
    let DayFiles { rows, first_at, last_at, .. } = anew;
    if (rows, first_at, last_at) != (day.readings.rows, day.first_at, day.last_at) {
        let reason = format!(
            "it has {rows} readings from {first_at} to {last_at} instead of {} from {} to {}",
            day.readings.rows, day.first_at, day.last_at
        );
        return wrong(&day.readings, reason);
    }
    // Another version of the `parquet` crate may encode the same rows in other bytes.
    if anew.readings != *readings {
        let is_ordered = is_current(readings)?;
        if digest(&anew.readings, is_ordered)? != digest(readings, is_ordered)? {
            return wrong(&day.readings, "its rows are out of order, or some occur twice".into());
        }
    }
    if anew.hourly == hours {
        return Ok(());
    }
    match rows_of(hours) {
        Ok(told) if are_same(&told, &rows_of(anew.hourly)?) => Ok(()),
        Ok(_) => wrong(&day.hourly, "its sums do not match the day's readings".into()),
        Err(error) => wrong(&day.hourly, error.to_string()),
    }
}

fn rows_of(hours: Bytes) -> Result<Vec<hourly::HourlyRow>, ArchiveError> {
    let mut rows = Vec::new();
    hourly::read(hours, |row| rows.push(row))?;
    Ok(rows)
}

/// Whether the hourly sums are the same. Those of earlier versions may have sketches of another resolution, which count as many
/// readings.
fn are_same(told: &[hourly::HourlyRow], anew: &[hourly::HourlyRow]) -> bool {
    let is_same = |(told, anew): (&hourly::HourlyRow, &hourly::HourlyRow)| {
        let (sketch, new_sketch) = (&told.sums.values, &anew.sums.values);
        if sketch.resolution() == new_sketch.resolution() {
            return told == anew;
        }
        let mut alike = told.clone();
        alike.sums.values = new_sketch.clone();
        alike == *anew && sketch.count() == new_sketch.count()
    };
    told.len() == anew.len() && told.iter().zip(anew).all(is_same)
}

/// A hash of all rows, in their order if `is_ordered`: earlier versions sorted the sensors of some boxes otherwise.
fn digest(file: &Bytes, is_ordered: bool) -> Result<u64, ArchiveError> {
    let mut digest = 0_u64;
    read_day(file, |row| {
        let mut hasher = FixedState::with_seed(if is_ordered { digest } else { 0 }).build_hasher();
        hash(row, &mut hasher);
        digest = if is_ordered { hasher.finish() } else { digest.wrapping_add(hasher.finish()) };
    })?;
    Ok(digest)
}

fn hash(row: &DayRow<'_>, hasher: &mut impl Hasher) {
    let place = row.place.map(|place| {
        let position = place.position();
        (position.latitude_degrees().to_bits(), position.longitude_degrees().to_bits())
    });
    (row.phenomenon, row.box_id, row.sensor_id, row.measured_at, row.hundredths).hash(hasher);
    (row.raw_value.map(f64::to_bits), row.verdict, row.exposure, row.model, place).hash(hasher);
}

#[cfg(test)]
mod tests {
    use hivebox_climate::histogram::Histogram;
    use hivebox_climate::place::Exposure;
    use hivebox_climate::quantity::Canonical;

    use super::*;

    fn light(sketched_as: &str, sum_hundredths: i64) -> hourly::HourlyRow {
        let catalogue = Catalogue::builtin();
        let resolution = catalogue.phenomenon(catalogue.by_slug(sketched_as).unwrap()).sketch_resolution();
        let mut values = Histogram::new(resolution);
        values.add(Canonical(120.0));
        hourly::HourlyRow {
            hour: jiff::Timestamp::UNIX_EPOCH,
            phenomenon: "illuminance".into(),
            exposure: Exposure::Outdoor,
            area: hourly::HourlyArea::Planet,
            sums: hourly::HourlySums {
                sum_hundredths,
                min_hundredths: 12_000,
                max_hundredths: 12_000,
                values,
            },
        }
    }

    #[test]
    fn hourly_sums_with_the_sketches_of_an_earlier_version_are_no_fault() {
        let anew = [light("illuminance", 12_000)];
        assert!(are_same(&[light("air_temperature", 12_000)], &anew), "only its sketch is coarser");
        assert!(!are_same(&[light("air_temperature", 12_001)], &anew));
        assert!(!are_same(&[], &anew));
    }
}
