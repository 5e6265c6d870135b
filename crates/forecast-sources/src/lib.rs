//! Clients of weather models: [`OpenMeteo`] and [`MetNorway`], behind the trait [`Source`].
//!
//! Both give hourly forecasts in the same units and with the same meaning, see [`Hour`].

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct ReadMe;

mod decoded;
mod forecast;
mod http;
mod json;
mod met_norway;
mod open_meteo;
mod quantity;
mod source;
mod timeline;

pub use forecast::{Forecast, Hour};
pub use http::{Attempt, FailureKind, FetchError, HttpOptions, Observer, Oddities, SetUpError};
pub use met_norway::{MetNorway, MetNorwayOptions};
pub use open_meteo::{OpenMeteo, OpenMeteoOptions};
pub use source::{Answer, Question, Source, SourceFacts, Spot, Validator};
