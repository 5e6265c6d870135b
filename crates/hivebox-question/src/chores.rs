//! The question which chores the weather at a place allows, and the bodies of its answers.

mod ask;
mod body;

pub use ask::AskChores;
pub use body::{ChoreBody, ChoresBody, InputBody, WindowBody};

/// The name of the rows.
pub const NAME: &str = "chores";
