//! The files of the history at one moment.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use object_store::path::Path;

use crate::history::manifest::{Day, FileEntry, Manifest};
use crate::history::utc_day::DAY_MILLIS;

/// A file of the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DataFile {
    pub(super) path: Path,
    pub(super) bytes: u64,
    pub(super) rows: u64,
    /// When its first row was measured, in milliseconds; the beginning of time if it has no times.
    pub(super) first_millis: i64,
    /// When its last row was measured, in milliseconds; the end of time if it has no times.
    pub(super) last_millis: i64,
}

/// The files that a manifest names.
#[derive(Debug, Clone, Default)]
pub(super) struct Files {
    /// The number of the manifest.
    pub(super) number: u64,
    /// One a day, in order.
    pub(super) readings: Vec<DataFile>,
    /// One a day, in order.
    pub(super) hourly: Vec<DataFile>,
    pub(super) boxes: Option<DataFile>,
    pub(super) sensors: Option<DataFile>,
    /// When the last of the readings was measured.
    pub(super) through: Option<Timestamp>,
}

impl Files {
    /// Those of a manifest.
    pub(super) fn of(manifest: &Manifest) -> Self {
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
        Self { path, bytes: file.bytes, rows: file.rows, first_millis, last_millis }
    }
}

/// When a day begins; at the edge of time a day that no reading can be of.
fn day_millis(date: Date) -> i64 {
    TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_or(i64::MIN, Timestamp::as_millisecond)
}
