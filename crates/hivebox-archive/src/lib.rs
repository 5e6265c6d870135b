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
//! | What is on its way to a store? | [`Sealed`] |
//! | Where are the files? | [`SnapshotStore`], [`SnapshotName`] |
//! | How is an S3 server reached? | [`S3Options`] |
//! | What does a store's failure mean? | [`StoreFault`] |
//! | Where do snapshots wait for a store that is down? | [`Spool`] |
//! | How is an answer given out as CSV, Parquet or Arrow? | [`Table`], [`TableWriter`]; one to SQL: `BatchWriter` |

mod encode;
mod error;
mod fault;
pub mod history;
mod name;
#[cfg(feature = "query")]
pub mod query;
mod s3;
pub mod schema;
mod seal;
mod sealed;
mod snapshot;
mod spool;
mod store;
mod table;

#[cfg(feature = "query")]
pub use arrow_array::RecordBatch;
#[cfg(feature = "query")]
pub use arrow_schema::SchemaRef;
pub use error::ArchiveError;
pub use fault::StoreFault;
pub use history::History;
pub use name::{SnapshotName, SnapshotNameError};
pub use s3::S3Options;
pub use sealed::Sealed;
pub use snapshot::{Format, GoodValue, Snapshot};
pub use spool::{Kept, Spool, SpoolStatus};
pub use store::{Listed, SnapshotStore, StoreCheck, Stored};
#[cfg(feature = "query")]
pub use table::{BatchFormat, BatchWriter, texts};
pub use table::{Cell, CellKind, Table, TableColumn, TableError, TableFormat, TableWriter};
