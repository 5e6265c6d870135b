//! The inputs that chores are judged by, with their ranges and origins.

use jiff::Timestamp;

use super::kind::InputKind;
use super::language::Translated;

/// Weather that chores are judged by: a value, its range, and where it is from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// The most likely value, in the unit of its kind. If it is not finite, the input counts as
    /// missing.
    pub value: f64,
    /// The lower end of the range that holds the true value in 68 of 100 cases. NaN if nothing is
    /// known about it.
    pub low: f64,
    /// The upper end of that range.
    pub high: f64,
    /// Where it is from.
    pub origin: Origin,
}

/// Where an input is from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Origin {
    /// From sensors near the place.
    Measured {
        /// The time of the oldest reading behind it.
        oldest: Timestamp,
        /// The time of the newest reading behind it.
        freshest: Timestamp,
        /// The number of sensors behind it.
        sensors: usize,
        /// The distance from the place to the nearest of them, in metres.
        nearest_metres: f64,
    },
    /// From a weather model, corrected by the sensors around.
    Model {
        /// When the source of the forecast was asked.
        fetched_at: Timestamp,
    },
    /// From the beekeeper, who sees the sky. The value and its range stand for words.
    Told,
}

impl Input {
    /// An input from one sensor at the place itself, without uncertainty.
    #[must_use]
    pub fn exact(value: f64, measured_at: Timestamp) -> Self {
        let (oldest, freshest) = (measured_at, measured_at);
        let origin = Origin::Measured { oldest, freshest, sensors: 1, nearest_metres: 0.0 };
        Self { value, low: value, high: value, origin }
    }

    /// An input whose range is as wide to either side, such as one standard error.
    #[must_use]
    pub fn around(value: f64, uncertainty: f64, origin: Origin) -> Self {
        Self { value, low: value - uncertainty.abs(), high: value + uncertainty.abs(), origin }
    }

    /// Half the width of the range.
    #[must_use]
    pub fn uncertainty(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The value rounded to two decimals, as judged and shown: no sentence says that 13 is below
    /// 13.
    #[must_use]
    pub fn rounded(&self) -> f64 {
        rounded(self.value)
    }

    /// Whether a beekeeper said it.
    #[must_use]
    pub fn is_told(&self) -> bool {
        matches!(self.origin, Origin::Told)
    }
}

/// A value as judged and shown.
pub(super) fn rounded(value: f64) -> f64 {
    // Adding zero turns a -0.0 from rounding into 0.0.
    (value * 100.0).round() / 100.0 + 0.0
}

/// All inputs; `None` for unknown ones. [`InputKind`] documents each and its unit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[expect(missing_docs, reason = "InputKind says what each is")]
pub struct Inputs {
    pub air_temperature: Option<Input>,
    pub wind_speed: Option<Input>,
    pub precipitation_rate: Option<Input>,
    pub air_temperature_min_24h: Option<Input>,
    pub air_temperature_max_24h: Option<Input>,
    pub air_temperature_mean_24h: Option<Input>,
    pub air_temperature_max_24_to_48h: Option<Input>,
    pub air_temperature_max_48_to_72h: Option<Input>,
    pub air_temperature_min_next_24h: Option<Input>,
    pub air_temperature_max_next_24h: Option<Input>,
    pub air_temperature_max_next_72h: Option<Input>,
    pub air_temperature_mean_next_24h: Option<Input>,
    pub broodless: Option<bool>,
    pub clustered: Option<bool>,
    pub heavy_flight: Option<bool>,
}

/// A known input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given {
    /// Weather.
    Weather(Input),
    /// What a beekeeper says about the colony.
    Told(bool),
}

impl Inputs {
    /// The input of a kind; `None` if it is unknown.
    #[must_use]
    pub fn get(&self, kind: InputKind) -> Option<Given> {
        let weather = match kind {
            InputKind::AirTemperature => self.air_temperature,
            InputKind::WindSpeed => self.wind_speed,
            InputKind::PrecipitationRate => self.precipitation_rate,
            InputKind::AirTemperatureMin24h => self.air_temperature_min_24h,
            InputKind::AirTemperatureMax24h => self.air_temperature_max_24h,
            InputKind::AirTemperatureMean24h => self.air_temperature_mean_24h,
            InputKind::AirTemperatureMax24To48h => self.air_temperature_max_24_to_48h,
            InputKind::AirTemperatureMax48To72h => self.air_temperature_max_48_to_72h,
            InputKind::AirTemperatureMinNext24h => self.air_temperature_min_next_24h,
            InputKind::AirTemperatureMaxNext24h => self.air_temperature_max_next_24h,
            InputKind::AirTemperatureMaxNext72h => self.air_temperature_max_next_72h,
            InputKind::AirTemperatureMeanNext24h => self.air_temperature_mean_next_24h,
            InputKind::Broodless => return self.broodless.map(Given::Told),
            InputKind::Clustered => return self.clustered.map(Given::Told),
            InputKind::HeavyFlight => return self.heavy_flight.map(Given::Told),
        };
        weather.filter(|input| input.value.is_finite()).map(Given::Weather)
    }
}

/// The texts about an input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputFacts {
    pub(super) name: Translated<Box<str>>,
    /// Empty if only beekeepers know the input.
    pub(super) unit: Box<str>,
    /// Whether the range of a measured value is ignored.
    pub(super) is_exact: bool,
    /// The text for a missing input.
    pub(super) missing: Translated<Box<str>>,
}
