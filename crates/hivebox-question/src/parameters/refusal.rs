//! Why a request is refused as it is asked.

use super::wrong::Wrong;
use crate::format::Formats;

/// Why a request is refused as it is asked. HTTP gives it a status, the command line an exit code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Something is wrong with the parameters: all of it, at least one thing.
    Wrong(Vec<Wrong>),
    /// The client accepts none of the formats that there are.
    NotAcceptable(Formats),
    /// Each parameter is right, but they contradict each other. Holds the reason, as a clause.
    Contradiction(String),
}
