//! The files of the history at one moment.

use std::ops::Range;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use object_store::path::Path;

use crate::history::blocks::{self, BlockChecksums};
use crate::history::manifest::{Day, FileEntry, Manifest};
use crate::history::utc_day::DAY_MILLIS;

/// A file of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFile {
    /// Where it is in the store.
    pub path: Path,
    /// Its size.
    pub bytes: u64,
    /// The number of its rows.
    pub rows: u64,
    /// The earliest time of its rows, in milliseconds; `i64::MIN` if its rows have no time.
    pub first_millis: i64,
    /// The latest time of its rows, in milliseconds; `i64::MAX` if its rows have no time.
    pub last_millis: i64,
    /// The checksums of its blocks; `None` if an earlier version wrote it.
    pub checksums: Option<BlockChecksums>,
}

/// The files that a manifest lists.
#[derive(Debug, Clone, Default)]
pub struct Files {
    /// The number of the manifest.
    pub number: u64,
    /// The readings: one file a day, in order.
    pub readings: Vec<DataFile>,
    /// The hourly sums: one file a day, in order.
    pub hourly: Vec<DataFile>,
    /// All boxes.
    pub boxes: Option<DataFile>,
    /// All sensors.
    pub sensors: Option<DataFile>,
    /// When the last reading was measured.
    pub through: Option<Timestamp>,
}

impl Files {
    /// The files that `manifest` lists.
    pub(crate) fn of(manifest: &Manifest) -> Self {
        let readings = |day: &Day| {
            let (first, last) = (day.first_at.as_millisecond(), day.last_at.as_millisecond());
            DataFile::new(&day.readings, first, last)
        };
        let hourly = |day: &Day| {
            let first = day_millis(day.date);
            DataFile::new(&day.hourly, first, first + DAY_MILLIS - 1)
        };
        let whole = |file: &FileEntry| DataFile::new(file, i64::MIN, i64::MAX);
        Self {
            number: manifest.number,
            readings: manifest.days.iter().map(readings).collect(),
            hourly: manifest.days.iter().map(hourly).collect(),
            boxes: manifest.boxes.as_ref().map(whole),
            sensors: manifest.sensors.as_ref().map(whole),
            through: manifest.through(),
        }
    }
}

impl DataFile {
    fn new(file: &FileEntry, first_millis: i64, last_millis: i64) -> Self {
        let path = Path::from(file.path.as_str());
        let checksums = file.checksums.clone();
        Self { path, bytes: file.bytes, rows: file.rows, first_millis, last_millis, checksums }
    }

    /// What must be fetched for some byte ranges, so that it can be checked.
    pub(super) fn spans(&self, ranges: &[Range<u64>]) -> Vec<Range<u64>> {
        match &self.checksums {
            Some(_) => blocks::spans(ranges, self.bytes),
            None => ranges.to_vec(),
        }
    }

    /// Whether some of its rows may lie in the time from `from` up to `to`, in milliseconds.
    #[must_use]
    pub fn overlaps(&self, (from, to): (i64, i64)) -> bool {
        self.first_millis < to && self.last_millis >= from
    }
}

/// When a day begins. The first day that a timestamp cannot hold begins at `i64::MIN`; no reading is that old.
fn day_millis(date: Date) -> i64 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(i64::MIN, Timestamp::as_millisecond)
}
