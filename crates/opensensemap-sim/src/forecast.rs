//! Two weather services over the same model: Open-Meteo and MET Norway. They share counters and
//! limits.

pub(crate) use limits::{Exceeded, Quotas};
pub use limits::{OpenMeteoLimits, RateLimits};
pub use questions::{AskedCell, ForecastQuestions};

mod limits;
pub(crate) mod met_norway;
pub(crate) mod open_meteo;
mod questions;
