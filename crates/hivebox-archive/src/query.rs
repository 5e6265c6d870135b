//! Answers about the past, from the files of the history.
//!
//! Questions are answered by reading Parquet directly, as little of it as the footers allow; SQL by `DataFusion`. Both have the same
//! threads, which are of the lowest priority, the same memory, the same queue and the same time.
//!
//! | question | module |
//! |---|---|
//! | Within which limits is an answer found? | `engine`, `gate`, `memory` |
//! | From what is a question answered, and how? | `answer`, `hours`, `readings` |
//! | Which files are in force, and what stands in their footers? | `current`, `files`, `footers` |
//! | Which rows need not be read? | `wanted`, `boxes`, `prune`, `columns` |
//! | How are rows read and chosen? | `read`, `scan` |
//! | What do they come to? | `tally`, `values` |
//! | How is SQL answered? | `sql` |
//! | How is all of this done by many machines? | `cluster` |

mod answer;
mod boxes;
#[cfg(feature = "ballista")]
mod cluster;
mod columns;
mod current;
mod engine;
mod error;
mod files;
mod footers;
mod gate;
mod hours;
mod memory;
mod prune;
mod read;
mod readings;
mod scan;
mod sql;
mod tally;
mod values;
mod wanted;

pub use answer::{Answer, AnswerSource};
#[cfg(feature = "ballista")]
pub use cluster::{Scheduler, SchedulerError};
pub use engine::{Engine, EngineOptions};
pub use error::QueryError;
pub use read::Scanned;
pub use sql::{SqlLimits, SqlRows};

#[cfg(test)]
mod tests;
