//! Which chores at a hive the weather allows, and why.
//!
//! `chores.toml` holds all limits, sentences and sources; the code holds none. [`Chores::judge`]
//! explains how a verdict is found.

mod chore;
mod condition;
mod error;
mod format;
mod input;
mod judge;
mod language;
mod list;
mod read;
mod rule;
mod sentence;
mod verdict;

pub use chore::{Chore, ChoreSource};
pub use condition::{Bound, Condition, Range};
pub use error::ChoresError;
pub use input::{Given, Input, InputKind, Inputs};
pub use judge::Judgement;
pub use language::Language;
pub use list::Chores;
pub use rule::Rule;
pub use verdict::ChoreVerdict;
