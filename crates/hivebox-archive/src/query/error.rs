//! Why there is no answer.

use std::time::Duration;

use crate::error::ArchiveError;
use crate::history::question::QuestionError;

/// Why a question about the past has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QueryError {
    /// As many questions as may are being answered, and as many as may are waiting.
    #[error("{running} questions are being answered and {waiting} wait: ask again in a moment")]
    Busy {
        /// How many are answered at once.
        running: usize,
        /// How many may wait.
        waiting: usize,
    },
    /// It took too long, the time in the queue included.
    #[error("no answer within {} s: ask for less time, a smaller area or longer buckets", after.as_secs_f64())]
    TimedOut {
        /// The limit.
        after: Duration,
    },
    /// It would take more memory than questions may.
    #[error(
        "the answer needs more than the {} MB that questions about the past may take together: ask for less time, a \
         smaller area or longer buckets, or allow more memory",
        limit_bytes / 1_000_000
    )]
    OutOfMemory {
        /// The limit for all questions together.
        limit_bytes: usize,
    },
    /// The question has no answer.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The SQL has no answer.
    #[error("{0}")]
    Sql(String),
    /// The answer has more rows than answers may have.
    #[error("the answer has more than {most} rows: ask for fewer, by a LIMIT or a GROUP BY")]
    TooManyRows {
        /// The limit.
        most: usize,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] ArchiveError),
    /// A file of the history is not as it should be.
    #[error(
        "the file {path} of the history cannot be read: {reason}; `hivebox archive verify` looks at all of them"
    )]
    Damaged {
        /// The file's path in the store.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The cluster that answers questions is not there.
    #[error("the Ballista scheduler at {scheduler} cannot be reached: {reason}")]
    NoCluster {
        /// Its address.
        scheduler: String,
        /// Why not.
        reason: String,
    },
    /// The cluster took the question, and failed.
    #[error("the Ballista cluster could not answer: {reason}")]
    ClusterFailed {
        /// What it says.
        reason: String,
    },
    /// The engine stops, or a fault of HiveBox ended the work.
    #[error("the work on the question ended early: {0}")]
    Ended(String),
}

impl QueryError {
    /// The same error, which came through other hands and cannot be had back from them.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Busy { running, waiting } => Self::Busy { running: *running, waiting: *waiting },
            Self::TimedOut { after } => Self::TimedOut { after: *after },
            Self::OutOfMemory { limit_bytes } => Self::OutOfMemory { limit_bytes: *limit_bytes },
            Self::Question(error) => Self::Question(error.clone()),
            Self::Sql(text) => Self::Sql(text.clone()),
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
