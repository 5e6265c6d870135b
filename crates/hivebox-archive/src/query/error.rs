//! Why a question has no answer.

use std::fmt::Display;
use std::time::Duration;

use object_store::path::Path;

use crate::error::ArchiveError;
use crate::history::question::QuestionError;

/// Why a question about the history, in whatever language, has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// The queue is full.
    #[error("{running} questions are running and {waiting} are waiting: ask again in a moment")]
    Busy {
        /// How many may run at once.
        running: usize,
        /// How many may wait.
        waiting: usize,
    },
    /// It exceeded the time limit, which includes the time in the queue.
    #[error(
        "no answer within {} s: ask for a shorter time, a smaller area or longer buckets",
        after.as_secs_f64()
    )]
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// It needs more memory than the limit.
    #[error(
        "the answer needs more than the {} MB that all questions about the past may take together: ask for a shorter \
         time, a smaller area or longer buckets, or raise the limit",
        limit_bytes / 1_000_000
    )]
    OutOfMemory {
        /// The limit for all questions together.
        limit_bytes: usize,
    },
    /// The question is invalid.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The SQL is invalid, or failed on some values.
    #[error("{0}")]
    Sql(String),
    /// The SQL is valid, but planning or answering it could take more than there is.
    #[error("{0}")]
    TooComplex(String),
    /// The answer has more rows than the limit.
    #[error("the answer has more than {most} rows: ask for fewer by LIMIT or GROUP BY")]
    TooManyRows {
        /// The limit.
        most: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] ArchiveError),
    /// A file of the history is damaged.
    #[error(
        "the file {path} of the history is damaged: {reason}; restore it from a copy, or ask for a time without it; \
         `hivebox archive verify` checks all files"
    )]
    Damaged {
        /// The file's path in the store.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The cluster for questions cannot be reached.
    #[error("the Ballista scheduler at {scheduler} cannot be reached: {reason}")]
    NoCluster {
        /// Its address.
        scheduler: String,
        /// Why not.
        reason: String,
    },
    /// The cluster accepted the question and failed.
    #[error("the Ballista cluster could not answer: {reason}")]
    ClusterFailed {
        /// What it says.
        reason: String,
    },
    /// The engine is stopping, or a bug in HiveBox ended the work.
    #[error("the work on the question ended early: {0}")]
    Ended(String),
}

impl QueryError {
    /// A damaged file.
    pub(super) fn damaged(path: &Path, reason: &dyn Display) -> Self {
        Self::Damaged { path: path.to_string(), reason: reason.to_string() }
    }

    /// A column of a file whose type or content is wrong.
    pub(super) fn bad_column(path: &Path, column: &str) -> Self {
        Self::damaged(path, &format_args!("the column {column} is malformed"))
    }

    /// A copy of an error that another library returns only by reference. An error of the store that cannot be copied
    /// becomes [`QueryError::Ended`] with the same text.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Busy { running, waiting } => Self::Busy { running: *running, waiting: *waiting },
            Self::TimedOut { after } => Self::TimedOut { after: *after },
            Self::OutOfMemory { limit_bytes } => Self::OutOfMemory { limit_bytes: *limit_bytes },
            Self::Question(error) => Self::Question(error.clone()),
            Self::Sql(text) => Self::Sql(text.clone()),
            Self::TooComplex(text) => Self::TooComplex(text.clone()),
            Self::TooManyRows { most } => Self::TooManyRows { most: *most },
            Self::Store(ArchiveError::Store { action, source }) => {
                Self::Store(ArchiveError::Store { action, source: source.clone() })
            }
            Self::Store(error) => Self::Ended(error.to_string()),
            Self::Damaged { path, reason } => Self::Damaged { path: path.clone(), reason: reason.clone() },
            Self::NoCluster { scheduler, reason } => {
                Self::NoCluster { scheduler: scheduler.clone(), reason: reason.clone() }
            }
            Self::ClusterFailed { reason } => Self::ClusterFailed { reason: reason.clone() },
            Self::Ended(text) => Self::Ended(text.clone()),
        }
    }
}
