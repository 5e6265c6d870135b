//! Faults to simulate, and their bounds.

pub(crate) mod answer;
pub(crate) mod body;
mod definition;
mod forecast;
mod header;
mod rule;

pub(crate) use answer::Api;
pub use definition::{Fault, InvalidFault, MAX_BOMB_BYTES, MAX_DELAY_MILLIS};
pub use forecast::ForecastFault;
pub use header::FAULT_HEADER;
pub(crate) use header::faults_of_header;
pub(crate) use rule::Plan;
pub use rule::{FaultRule, Faults};
