//! The readings of all senseBoxes at one moment, in columns.

mod box_readings;
mod build;
mod columns;
mod reading;
mod run;
mod wire;

pub use box_readings::BoxReadings;
pub use build::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
pub(crate) use columns::timestamp;
pub use columns::{Readings, SensorKind};
pub use reading::Reading;
pub use wire::WireError;
