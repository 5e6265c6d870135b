//! Which chores at a hive the weather allows, now and in the days ahead, and why.
//!
//! `chores.toml` holds all limits, sentences and sources; the code holds none. [`Chores::judge`]
//! explains how a verdict is found, and [`Chores::windows`] when a chore can be done. [`Inputs::merged`] chooses between what a beekeeper says, what
//! sensors measure and what a model forecasts.

mod ahead;
mod block;
mod chore;
mod column;
mod condition;
mod error;
mod format;
mod input;
mod judge;
mod kind;
mod language;
mod limits;
mod list;
mod margin;
mod merge;
mod part;
mod read;
mod rule;
mod sentence;
mod told;
mod values;
mod verdict;
mod window;

pub use ahead::Ahead;
pub use chore::{Chore, ChoreSource};
pub use condition::{Bound, Condition, Range};
pub use error::ChoresError;
pub use input::{Given, Input, Inputs, Origin};
pub use judge::Judgement;
pub use kind::InputKind;
pub use language::Language;
pub use list::Chores;
pub use rule::{Rule, Rules};
pub use told::{SeenWind, Told};
pub use verdict::ChoreVerdict;
pub use window::Window;
