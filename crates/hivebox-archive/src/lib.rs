//! The archive of HiveBox: snapshots of all current readings, and the history that compaction makes of them, as Parquet
//! files in an object store.
//!
//! A snapshot is one file under `readings/date=YYYY-MM-DD/`. It is written whole or not at all, never changes, and contains
//! its own checksum. [`schema::COLUMNS`] describes it. Any engine that reads Parquet can read it:
//! `select * from 'hivebox-data/readings/*/*.parquet'` in `DuckDB`.
//!
//! | question | module |
//! |---|---|
//! | Where are objects, and how does HiveBox reach an S3 server? | [`Objects`], [`S3Options`] |
//! | Why did a store fail? | [`StoreFault`] |
//! | What is in a snapshot? | [`schema`] |
//! | How is a snapshot written and verified? | `encode`, `seal`, [`Sealed`] |
//! | How are snapshots stored, listed and removed? | [`SnapshotStore`], [`SnapshotName`] |
//! | How is a snapshot read? | [`Snapshot`] |
//! | Where do snapshots wait while the store is down? | [`Spool`] |
//! | What is the history? | [`history`] |
//! | How are questions about it answered? | [`query`] |
//! | How is an answer written as CSV, Parquet or Arrow? | [`Table`], [`TableWriter`] |

mod encode;
mod error;
mod fault;
pub mod history;
mod name;
mod objects;
pub mod query;
mod s3;
pub mod schema;
mod seal;
mod sealed;
mod snapshot;
mod spool;
mod store;
mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use error::ArchiveError;
pub use fault::StoreFault;
pub use history::History;
pub use name::{SnapshotName, SnapshotNameError};
pub use objects::Objects;
pub use objects::check::StoreCheck;
pub use objects::listing::Stray;
pub use s3::S3Options;
pub use sealed::Sealed;
pub use snapshot::{GoodValue, Snapshot, SnapshotFormat};
pub use spool::{Kept, Spool, SpoolStatus};
pub use store::{Found, Listed, SnapshotStore, Stored};
pub use table::{Cell, CellKind, Table, TableColumn, TableError, TableFormat, TableWriter, file_properties};
