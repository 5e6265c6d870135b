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
//! | When does a day begin? | `utc_day` |

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
pub(crate) mod utc_day;
mod verify;

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
