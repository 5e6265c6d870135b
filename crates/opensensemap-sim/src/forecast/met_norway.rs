//! MET Norway's `locationforecast/2.0/compact`: what is asked, and the answer.

pub(crate) use answer::{Edition, compact};
pub(crate) use query::{BadQuestion, MetNorwayQuery, has_contact};

mod answer;
mod query;
