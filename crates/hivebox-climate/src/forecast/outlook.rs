//! The weather of the coming hours at one place, each value with its range.

use jiff::Timestamp;

/// A value with the ranges that hold the true one in 68 and in 95 of 100 cases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ranged {
    /// The most likely value, in the unit of its quantity.
    pub value: f64,
    /// The lower end of the 68 % range.
    pub low_68: f64,
    /// The upper end of the 68 % range.
    pub high_68: f64,
    /// The lower end of the 95 % range.
    pub low_95: f64,
    /// The upper end of the 95 % range.
    pub high_95: f64,
}

/// The weather in one hour. `None` for what the model leaves out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutlookHour {
    /// The whole hour.
    pub at: Timestamp,
    /// The air temperature at that moment, in °C, at the height of the place.
    pub air_temperature: Option<Ranged>,
    /// The relative humidity at that moment, in %.
    pub relative_humidity: Option<Ranged>,
    /// The wind speed at that moment, in m/s.
    pub wind_speed: Option<Ranged>,
    /// The strongest gust in the hour that begins then, in m/s.
    pub wind_gust: Option<Ranged>,
    /// The precipitation in the hour that begins then, in mm.
    pub precipitation: Option<Ranged>,
    /// The probability of precipitation in that hour, in %.
    pub precipitation_probability: Option<f64>,
}

/// The weather of the coming hours at one place.
#[derive(Debug, Clone, PartialEq)]
pub struct Outlook {
    /// Consecutive whole hours. The first is the one that contains the moment of the question.
    pub hours: Vec<OutlookHour>,
}
