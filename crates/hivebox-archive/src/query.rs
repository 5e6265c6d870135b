//! Answers about the past.

mod answer;
mod boxes;
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
pub use engine::{Engine, EngineOptions};
pub use error::QueryError;
pub use read::Scanned;
pub use sql::{SqlLimits, SqlRows};

#[cfg(test)]
mod tests;
