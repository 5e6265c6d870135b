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

/// Two-sided quantile of the normal distribution for 95 %.
const NORMAL_95: f64 = 1.96;

impl Ranged {
    /// A normal distribution around a value.
    #[must_use]
    pub fn normal(value: f64, deviation: f64) -> Self {
        Self {
            value,
            low_68: value - deviation,
            high_68: value + deviation,
            low_95: value - NORMAL_95 * deviation,
            high_95: value + NORMAL_95 * deviation,
        }
    }

    fn map(self, change: impl Fn(f64) -> f64) -> Self {
        Self {
            value: change(self.value),
            low_68: change(self.low_68),
            high_68: change(self.high_68),
            low_95: change(self.low_95),
            high_95: change(self.high_95),
        }
    }

    pub(super) fn within(self, least: f64, most: f64) -> Self {
        self.map(|value| value.clamp(least, most))
    }

    pub(super) fn at_least(self, other: Self) -> Self {
        Self {
            value: self.value.max(other.value),
            low_68: self.low_68.max(other.low_68),
            high_68: self.high_68.max(other.high_68),
            low_95: self.low_95.max(other.low_95),
            high_95: self.high_95.max(other.high_95),
        }
    }

    /// What is `share`, from 0 to 1, of the way to another one, end by end.
    #[must_use]
    pub fn towards(self, other: Self, share: f64) -> Self {
        let between = |begin: f64, end: f64| begin + share * (end - begin);
        Self {
            value: between(self.value, other.value),
            low_68: between(self.low_68, other.low_68),
            high_68: between(self.high_68, other.high_68),
            low_95: between(self.low_95, other.low_95),
            high_95: between(self.high_95, other.high_95),
        }
    }
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
