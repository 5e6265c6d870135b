//! The past of HiveBox: snapshots of all current readings, as Parquet files in an object store.
//!
//! A snapshot is one file under `readings/date=YYYY-MM-DD/`, written whole or not at all, never changed,
//! and checked by a checksum that it carries inside. [`schema::COLUMNS`] says what is in it. Any engine
//! that reads Parquet reads it: `select * from 'hivebox-data/readings/*/*.parquet'` in `DuckDB`.
//!
//! | question | module |
//! |---|---|
//! | What is in a file? | [`schema`] |
//! | How are readings written? | `encode` |
//! | Is a file as it was written? | `seal` |
//! | How does it come back? | [`Snapshot`] |
//! | Where are the files? | [`SnapshotStore`], [`SnapshotName`] |

mod encode;
mod error;
mod name;
pub mod schema;
mod seal;
mod snapshot;
mod store;

pub use error::ArchiveError;
pub use name::{SnapshotName, SnapshotNameError};
pub use snapshot::{Format, Snapshot};
pub use store::{Listed, SnapshotStore, Stored};
