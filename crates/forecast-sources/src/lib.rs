//! Clients of weather models: Open-Meteo and MET Norway, behind the trait [`Source`].
//!
//! Both give hourly forecasts in the same units and with the same meaning, see [`Hour`].

mod forecast;
mod source;

pub use forecast::{Forecast, Hour};
pub use source::{Answer, FetchError, Question, Source, SourceFacts, Spot, Validator};
