//! Merges the readings of one UTC day into one file, each reading once.
//!
//! The rows are sorted by phenomenon (unknown ones last), by the sensor's last position of the day along a Z-order curve
//! (unknown ones last), by box, by sensor, and by time, newest first. So the readings of an area or a box are adjacent, and
//! columns that rarely change compress well. Only one phenomenon is in memory at a time, beside the collected readings.

mod existing;
mod ledger;
mod merge;
mod order;
mod write;

use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use jiff::civil::Date;

pub(super) use existing::is_current;
pub use existing::{DayRow, read_day};
pub use write::DayFiles;

use super::collected::CollectedReadings;
use crate::error::ArchiveError;

/// Merges the collected readings of a day into the existing file of the day. There is one row for each box, sensor and
/// time: collected readings replace existing ones, and later collected ones replace earlier ones. The same readings give the same
/// bytes, however often and in whatever parts they are merged. `None` if the day has no readings.
///
/// Verify the checksum of `existing` first: the crates `parquet` and `arrow` may panic on damaged bytes.
///
/// # Errors
/// `existing` was not written by HiveBox, Parquet cannot be written, or a reading would be lost, which is a bug in HiveBox.
pub fn merge_day(
    date: Date,
    existing: Option<&Bytes>,
    collected: &CollectedReadings,
    catalogue: &Catalogue,
) -> Result<Option<DayFiles>, ArchiveError> {
    let mut merge = merge::Merge::new(date, existing, collected)?;
    let mut writer = write::DayWriter::new(date, catalogue)?;
    for phenomenon in merge.phenomena() {
        let rows = merge.rows(phenomenon.as_deref())?;
        writer.begin(phenomenon.as_deref())?;
        for row in rows.iter() {
            writer.push(row, merge.entries())?;
        }
    }
    let files = writer.finish()?;
    merge.ledger().check(date, files.as_ref().map_or(0, |files| files.rows))?;
    Ok(files)
}
