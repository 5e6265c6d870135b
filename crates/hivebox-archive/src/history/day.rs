//! The readings of a UTC day in one file, each once.
//!
//! They are sorted by phenomenon (those without one last), by where their sensor stood last (along a Z-order curve, those of no place last), by
//! box, by sensor and by time, the newest first. So what one asks for stands together, be it an area or a box, and what hardly changes from row to row takes
//! little room. One phenomenon is in memory at a time, beside what was gathered.

mod existing;
mod merge;
mod order;
mod write;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;
use jiff::civil::Date;

pub use existing::{DayRow, read_day};

use super::gathered::Gathered;
use crate::error::ArchiveError;

/// The files of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFiles {
    /// The readings, as [`HistoryTable::Readings`](super::layout::HistoryTable::Readings) has them.
    pub readings: Bytes,
    /// How many there are, at least one.
    pub rows: u64,
    /// When the first was measured.
    pub first_at: Timestamp,
    /// When the last was measured.
    pub last_at: Timestamp,
    /// What they come to hour by hour, as [`hourly`](super::hourly) has it.
    pub hourly: Bytes,
    /// How many rows of hours there are.
    pub hourly_rows: u64,
}

/// Puts what was gathered of a day together with the file of readings that the day already has. There is one row for each sensor and
/// moment: what was gathered counts more than what was there, and what was gathered later more than what came before. The same
/// readings give the same bytes, however often and in whatever parts they are merged. `None` if there is no reading of the day.
///
/// The checksum of `existing` must have been found to be right: of damaged bytes the crates `parquet` and `arrow` may panic.
///
/// # Errors
/// `existing` is not as this version of HiveBox writes it, or Parquet cannot be written.
pub fn merge_day(
    date: Date,
    existing: Option<&Bytes>,
    gathered: &Gathered,
    catalogue: &Catalogue,
) -> Result<Option<DayFiles>, ArchiveError> {
    let mut merge = merge::Merge::new(date, existing, gathered)?;
    let mut writer = write::Writer::new(date, catalogue)?;
    for phenomenon in merge.phenomena() {
        let rows = merge.rows(phenomenon.as_deref())?;
        writer.begin(phenomenon.as_deref())?;
        for row in rows.iter() {
            writer.push(row, merge.entries())?;
        }
    }
    writer.finish()
}
