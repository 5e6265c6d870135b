//! Open-Meteo's forecasts: what is asked, and the answer place by place.

pub(crate) use answer::OpenMeteoBody;
pub(crate) use query::OpenMeteoQuery;

mod answer;
mod query;
mod variable;
