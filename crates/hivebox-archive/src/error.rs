//! Why the archive fails.

use std::path::PathBuf;

use crate::fault::StoreFault;
use crate::history::hourly::HourlyError;
use crate::name::SnapshotName;

/// Why the archive could not store, find or read something. Contains no secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The folder cannot be used.
    #[error("the folder {} cannot be written to: {source}", folder.display())]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// Another process uses the folder.
    #[error("the folder {} is in use by another process", folder.display())]
    InUse {
        /// The folder.
        folder: PathBuf,
    },
    /// A setting of the store is invalid.
    #[error("{setting} {reason}")]
    Setting {
        /// The variable or the part of the store's URL.
        setting: &'static str,
        /// What is wrong, and what is allowed.
        reason: String,
    },
    /// The store failed.
    #[error("the object store failed to {action}")]
    Store {
        /// What it was asked to do.
        action: &'static str,
        /// What went wrong.
        source: StoreFault,
    },
    /// The snapshot does not exist.
    #[error("there is no snapshot {name}")]
    NotFound {
        /// Its name.
        name: SnapshotName,
    },
    /// A stored snapshot differs from what was written.
    #[error("the snapshot {name} is damaged: {reason}")]
    Corrupt {
        /// Its name.
        name: SnapshotName,
        /// What is wrong with it.
        reason: String,
    },
    /// A later version of HiveBox wrote an object.
    #[error(
        "{object} was written by a newer HiveBox (schema {schema}); this one reads {reads}: update HiveBox, or restore a \
         backup from before"
    )]
    Newer {
        /// Where it is in the store.
        object: String,
        /// The schema of the object.
        schema: u32,
        /// The newest schema that this version reads.
        reads: u32,
    },
    /// A file of the history is missing or differs from what was written.
    #[error("the history's {object} is damaged: {reason}; `hivebox archive verify` checks the rest")]
    History {
        /// Where it is in the store.
        object: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Other processes committed first in all attempts.
    #[error("other processes changed the history first in all of {attempts} attempts; try again later")]
    Contended {
        /// The number of attempts.
        attempts: usize,
    },
    /// The new file of a day would not have each reading once.
    #[error(
        "the readings of {date} were not merged, because their file would have {rows} readings instead of {expected}; \
         nothing has changed; please report this bug in HiveBox"
    )]
    Miscounted {
        /// The day.
        date: jiff::civil::Date,
        /// The number of readings in the new file.
        rows: u64,
        /// The number of readings that it must have.
        expected: u64,
    },
    /// Work on another thread ended early, which is a bug in HiveBox.
    #[error("the work on the history ended early: {reason}")]
    Ended {
        /// What is known about it.
        reason: String,
    },
    /// Readings could not be written as Parquet.
    #[error("the readings could not be written as Parquet")]
    Encode(#[from] parquet::errors::ParquetError),
    /// A file of the history was not written by this version of HiveBox.
    #[error("the history's file of {file} cannot be used: {reason}")]
    HistoryFile {
        /// What it contains.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The hourly sums of a day failed.
    #[error(transparent)]
    Hours(#[from] HourlyError),
}

impl ArchiveError {
    /// What is wrong, without the name of the snapshot or of the file of the history that is.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Corrupt { reason, .. } | Self::History { reason, .. } => reason.clone(),
            Self::Newer { schema, reads, .. } => {
                format!("it was written by a newer HiveBox (schema {schema}); this one reads {reads}")
            }
            Self::Store { source, .. } => source.to_string(),
            other => other.to_string(),
        }
    }

    /// Whether one object is at fault, so that work on the others can go on.
    #[must_use]
    pub fn is_of_one_object(&self) -> bool {
        match self {
            Self::Corrupt { .. }
            | Self::Newer { .. }
            | Self::History { .. }
            | Self::HistoryFile { .. }
            | Self::Hours(_) => true,
            Self::Store { source, .. } => !source.is_of_whole_store(),
            _ => false,
        }
    }
}
