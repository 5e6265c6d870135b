//! Checks a plausible reading against its neighbours and its own past.
//!
//! A [verdict](crate::verdict) looks at one value alone. The checks here compare it with the boxes
//! around, with the sensor's own past, and with other boxes at the same place. `quality.toml` holds
//! the thresholds and their sources; `docs/quality.md` reports how well the checks do.

mod around;
mod assess;
mod check;
mod chip;
mod comparison;
mod duplicate;
mod error;
mod indoor;
mod misplaced;
mod neighbourhood;
mod neighbours;
mod one_place;
mod rules;
mod stuck;
mod table;
#[cfg(test)]
mod test_box;
mod turns;
mod typical;

pub use check::{Check, Level, Outcome};
pub use comparison::Comparison;
pub use error::QualityRulesError;
pub use rules::QualityRules;
pub use table::Quality;
