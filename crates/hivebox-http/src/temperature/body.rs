//! The body of `/temperature`.

use hivebox_present::TemperatureAnswer;
use serde::Serialize;
use utoipa::ToSchema;

/// The average temperature of all senseBoxes.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct AverageTemperature<'a> {
    /// The mean over all senseBoxes, in °C.
    #[serde(rename = "Average temperature")]
    pub(crate) mean: f64,
    /// A word for the temperature.
    pub(crate) status: &'a str,
}

impl<'a> From<&'a TemperatureAnswer> for AverageTemperature<'a> {
    fn from(answer: &'a TemperatureAnswer) -> Self {
        Self { mean: answer.mean.0, status: &answer.status }
    }
}
