//! What a source says about one place.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::source::Validator;

/// The hourly forecast of one source for one place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Forecast {
    /// Latitude of the model's grid cell in degrees.
    pub latitude_degrees: f64,
    /// Longitude of the model's grid cell in degrees.
    pub longitude_degrees: f64,
    /// The height above sea level that temperatures are for, in metres.
    pub height_metres: Option<f64>,
    /// When the source updated it, if it says so.
    pub updated_at: Option<Timestamp>,
    /// Until when the source must not be asked again.
    pub expires_at: Timestamp,
    /// What to send with the next question for the same place.
    pub validator: Option<Validator>,
    /// One entry for each whole hour, in order and without gaps. Some hours may be past.
    pub hours: Vec<Hour>,
}

/// The weather at one whole hour; `None` for what the source leaves out.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Hour {
    /// The hour.
    pub at: Timestamp,
    /// The air temperature 2 m above ground at that moment, in °C.
    pub air_temperature_celsius: Option<f64>,
    /// The relative humidity 2 m above ground at that moment, in %.
    pub relative_humidity_percent: Option<f64>,
    /// The wind speed 10 m above ground at that moment, in m/s.
    pub wind_speed_metres_per_second: Option<f64>,
    /// The strongest gust in the hour that begins then, in m/s.
    pub wind_gust_metres_per_second: Option<f64>,
    /// The precipitation in the hour that begins then, in mm.
    pub precipitation_millimetres: Option<f64>,
    /// The probability of precipitation in that hour, in %.
    pub precipitation_probability_percent: Option<f64>,
}

impl Hour {
    /// An hour without values.
    #[must_use]
    pub const fn empty(at: Timestamp) -> Self {
        Self {
            at,
            air_temperature_celsius: None,
            relative_humidity_percent: None,
            wind_speed_metres_per_second: None,
            wind_gust_metres_per_second: None,
            precipitation_millimetres: None,
            precipitation_probability_percent: None,
        }
    }
}
