//! The past as one table: readings of all snapshots, each once.
//!
//! | question | module |
//! |---|---|
//! | Which files are the history? | [`manifest`] |
//! | What is in them? | [`layout`], [`hourly`] |
//! | How do snapshots come in? | `compact`, `gathered`, `day`, `census` |
//! | How are files written, read and told apart? | `objects` |
//! | What is removed, and when? | `clean` |
//! | Is it whole? | `verify` |

mod backfill;
mod census;
mod clean;
mod compact;
mod day;
mod gathered;
pub mod hourly;
pub mod layout;
pub mod manifest;
mod objects;
pub mod question;
#[cfg(test)]
mod tests;
mod verify;

use jiff::ToSpan;
use jiff::civil::{Date, date};

pub use census::{BoxRow, CensusFiles, Days, Extent, SensorRow, merge_census, read_boxes, read_sensors};
pub use clean::Removed;
pub use compact::{Changed, Compacted, CompactionLimits, GRACE};
pub use day::{DayFiles, DayRow, merge_day, read_day};
pub use gathered::{Gathered, GatheredReading};
pub use verify::{Fault, Verification};

use crate::error::ArchiveError;
use crate::store::SnapshotStore;
use manifest::Manifest;

/// The history in a store. Cheap to clone.
#[derive(Debug, Clone)]
pub struct History {
    pub(crate) store: SnapshotStore,
}

impl History {
    /// The manifest in force; an empty one if there is no history yet.
    ///
    /// # Errors
    /// The store failed, or the manifest is damaged or of a later version of HiveBox.
    pub async fn manifest(&self) -> Result<Manifest, ArchiveError> {
        Ok(self.newer_manifest(None).await?.unwrap_or_else(Manifest::empty))
    }
}

const EPOCH: Date = date(1970, 1, 1);

/// A day as the number of days since 1970 began, of which there are no more than some millions.
fn epoch_day(date: Date) -> i32 {
    (date.duration_since(EPOCH).as_hours() / 24) as i32
}

/// `None` if it is out of all time.
fn date_of_epoch_day(day: i32) -> Option<Date> {
    EPOCH.checked_add(i64::from(day).days()).ok()
}
