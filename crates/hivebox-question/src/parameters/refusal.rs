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
    /// The parameters are right, but what they ask for together is not: a clause that says why.
    Contradiction(String),
}
