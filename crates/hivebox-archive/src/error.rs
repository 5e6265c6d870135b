//! What can go wrong with the past.

use std::path::PathBuf;

use crate::name::SnapshotName;

/// Why a snapshot could not be stored, found or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The folder cannot be used as a store.
    #[error("the folder {} cannot be written to: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The store cannot be opened or does not answer as it should.
    #[error("the object store failed to {action}")]
    Store {
        /// What was asked of it.
        action: &'static str,
        /// What it says.
        source: object_store::Error,
    },
    /// There is no such snapshot.
    #[error("there is no snapshot {name}")]
    NotFound {
        /// Its name.
        name: SnapshotName,
    },
    /// A stored file is not as it was written.
    #[error("the snapshot {name} is damaged: {reason}")]
    Corrupt {
        /// Its name.
        name: SnapshotName,
        /// How that was found.
        reason: String,
    },
    /// Readings could not be written as Parquet.
    #[error("the readings could not be written as Parquet")]
    Encode(#[from] parquet::errors::ParquetError),
}
