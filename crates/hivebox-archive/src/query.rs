//! Answers questions from the files of the history.
//!
//! It reads Parquet directly, and as little of it as the footers allow. Other query languages, such as the SQL of
//! `hivebox-sql`, run within the same limits and read the same files.
//!
//! | question | module |
//! |---|---|
//! | Who puts all of this together? | `engine` |
//! | Within which limits does a question run? | `executor`, `gate`, `memory` |
//! | Which files are in force, and how are they read and checked? | `current`, `files`, `reader`, `fetch`, `footers` |
//! | What answers a question? | `answer`, `hours`, `sums`, `local` |
//! | Which rows can be skipped? | `filter`, `extents`, `prune`, `columns` |
//! | How are rows read and picked? | `rows`, `scan` |
//! | How are values summed up? | `tally`, `values` |

mod answer;
mod columns;
mod current;
mod engine;
mod error;
mod executor;
mod extents;
mod fetch;
mod files;
mod filter;
mod footers;
mod gate;
mod hours;
mod local;
mod memory;
mod prune;
mod reader;
mod rows;
mod scan;
mod sums;
mod tally;
mod values;

pub use answer::{AnswerSource, HistoryAnswer};
pub use current::CurrentHistory;
pub use engine::Engine;
pub use error::QueryError;
pub use executor::{AbortOnDrop, EngineOptions, Executor};
pub use files::{DataFile, Files};
pub use filter::{ReadingFilter, Rect};
pub use gate::Admitted;
pub use local::LocalScan;
pub use memory::{Memory, MemoryShare};
pub use reader::FileReader;
pub use rows::Scanned;
pub use sums::{ReadingSums, SumReadings};
#[cfg(any(test, feature = "testing"))]
pub use tally::bucket_index;

#[cfg(test)]
mod tests;
