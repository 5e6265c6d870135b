//! The history: the readings of all snapshots as one table, each reading once.
//!
//! | question | module |
//! |---|---|
//! | Which files make up the history? | [`manifest`] |
//! | What is in them? | [`layout`], [`hourly`] |
//! | How do snapshots become history? | `compact`, `collected`, `day`, `inventory` |
//! | How is a read of a part of a file checked? | `blocks` |
//! | How are files written, read and named? | `storage` |
//! | What is removed, and when? | `clean` |
//! | Is the history complete and intact? | `verify` |
//! | What can be asked? | [`question`] |
//! | What did a backfill already fetch? | `backfill` |
//! | When does a day begin? | `utc_day` |

mod backfill;
pub(crate) mod blocks;
mod clean;
mod collected;
mod compact;
mod day;
pub mod hourly;
mod inventory;
pub mod layout;
pub mod manifest;
pub mod question;
mod storage;
#[cfg(test)]
mod tests;
pub(crate) mod utc_day;
mod verify;

pub use blocks::BlockChecksums;
pub use clean::Removed;
pub use collected::{CollectedReading, CollectedReadings};
pub use compact::{Changed, Compacted, CompactionLimits, GRACE};
pub use day::{DayFiles, DayRow, merge_day, read_day};
pub use inventory::{
    BoxRow, DayRange, Extent, InventoryFiles, SensorRow, merge_inventory, read_boxes, read_sensors,
};
pub use manifest::{CLOCK_BOUND, is_near};
pub use storage::History;
pub use verify::{DamagedObject, Verification};
