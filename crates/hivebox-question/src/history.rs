//! Questions about the past, and the bodies of their answers.

mod ask;
mod body;

use hivebox_archive::history::question::Question;
use hivebox_archive::query::HistoryAnswer;

pub use ask::AskHistory;
pub use body::{BucketRow, HistoryBody, PercentileOfBucket, columns};

use crate::table::Heading;

/// The name of the rows.
pub const NAME: &str = "history";

/// The heading of the table for an answer.
#[must_use]
pub fn heading(question: &Question, answer: &HistoryAnswer) -> Heading {
    Heading { name: NAME, as_of: answer.through.unwrap_or(question.to) }
}
