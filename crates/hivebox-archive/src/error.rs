//! What can go wrong with the past.

use std::path::PathBuf;

use crate::fault::StoreFault;
use crate::history::hourly::HourlyError;
use crate::name::SnapshotName;

/// Why a snapshot could not be stored, found or read. No text of it has a secret in it.
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
    /// Another process uses the folder.
    #[error("the folder {} is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A store cannot be opened with this setting.
    #[error("{setting} {reason}")]
    Setting {
        /// The variable or the part of the store's URL.
        setting: &'static str,
        /// What is wrong with it, and what is allowed.
        reason: String,
    },
    /// The store cannot be opened or does not answer as it should.
    #[error("the object store failed to {action}")]
    Store {
        /// What was asked of it.
        action: &'static str,
        /// What went wrong.
        source: StoreFault,
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
    /// A file of the history is not as it was written, or not there.
    #[error("the history's {object} is damaged: {reason}; `hivebox archive verify` tells what else is")]
    History {
        /// Where it is in the store.
        object: String,
        /// How that was found.
        reason: String,
    },
    /// Others changed the history each time that this was to be done.
    #[error("others changed the history {attempts} times meanwhile; try again later")]
    Contended {
        /// How often it was tried.
        attempts: usize,
    },
    /// Work that was done aside came to no end: a fault of HiveBox.
    #[error("the work on the history ended early: {reason}")]
    Ended {
        /// What is known of it.
        reason: String,
    },
    /// Readings could not be written as Parquet.
    #[error("the readings could not be written as Parquet")]
    Encode(#[from] parquet::errors::ParquetError),
    /// A file of the history cannot be used.
    #[error("the history's file of {file} cannot be used: {reason}")]
    HistoryFile {
        /// What is in it.
        file: String,
        /// How that was found.
        reason: String,
    },
    /// The hours of a day could not be summed up.
    #[error(transparent)]
    Hours(#[from] HourlyError),
}
