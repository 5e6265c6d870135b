//! Why a question is invalid.

use jiff::Timestamp;
use thiserror::Error;

/// The most buckets of an answer.
pub(super) const MAX_BUCKETS: usize = 10_000;
/// The most phenomena of a question.
pub(super) const MAX_PHENOMENA: usize = 16;
/// The most percentiles of a question.
pub(super) const MAX_PERCENTILES: usize = 16;

/// Why a question is invalid.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum QuestionError {
    /// There is no phenomenon, or there are too many.
    #[error("ask for 1 to {most} phenomena, not {0}", most = MAX_PHENOMENA)]
    Phenomena(usize),
    /// There are too many percentiles.
    #[error("ask for at most {most} percentiles, not {0}", most = MAX_PERCENTILES)]
    Percentiles(usize),
    /// The end is not after the beginning.
    #[error("the end, {to}, must be after the beginning, {from}")]
    Backwards {
        /// The beginning.
        from: Timestamp,
        /// The end.
        to: Timestamp,
    },
    /// The length of buckets is zero, shorter than a minute or not in whole seconds.
    #[error("a bucket must be whole seconds and at least a minute, or at least one day, week or month")]
    Every,
    /// There would be too many buckets.
    #[error("more than {} buckets: ask for longer buckets or a shorter time", MAX_BUCKETS)]
    TooManyBuckets,
    /// Grouptags have not been resolved to ids.
    #[error("the history has no grouptags such as '{0}': select boxes by their ids")]
    Grouptag(String),
}
