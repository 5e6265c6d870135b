//! Questions about the coming hours, and the bodies of their answers.

mod ask;
mod body;
mod origin;

pub use ask::AskForecast;
pub use body::{ForecastBody, HourBody, RangedBody};
pub use origin::{ForecastStateBody, OriginBody};

/// The name of the rows.
pub const NAME: &str = "forecast";
