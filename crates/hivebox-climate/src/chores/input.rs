//! The inputs that chores are judged by.

use jiff::Timestamp;

use super::language::Translated;

/// An input that chores are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum InputKind {
    /// The air temperature now, in °C.
    AirTemperature,
    /// The wind speed now, in m/s.
    WindSpeed,
    /// The rain rate now, in mm/h; zero if dry.
    PrecipitationRate,
    /// The lowest air temperature of the last 24 hours, in °C.
    AirTemperatureMin24h,
    /// The highest air temperature of the last 24 hours, in °C.
    AirTemperatureMax24h,
    /// The mean air temperature of the last 24 hours, in °C.
    AirTemperatureMean24h,
    /// The highest air temperature of the 24 hours before the last 24, in °C.
    AirTemperatureMax24To48h,
    /// The highest air temperature of the 24 hours before those, in °C.
    AirTemperatureMax48To72h,
    /// Whether the colony has no brood.
    Broodless,
    /// Whether the bees are in a winter cluster.
    Clustered,
    /// Whether many bees are flying.
    HeavyFlight,
}

impl InputKind {
    /// All kinds; `ALL[kind.index()]` is `kind`.
    pub const ALL: [Self; 11] = [
        Self::AirTemperature,
        Self::WindSpeed,
        Self::PrecipitationRate,
        Self::AirTemperatureMin24h,
        Self::AirTemperatureMax24h,
        Self::AirTemperatureMean24h,
        Self::AirTemperatureMax24To48h,
        Self::AirTemperatureMax48To72h,
        Self::Broodless,
        Self::Clustered,
        Self::HeavyFlight,
    ];

    /// The index in [`InputKind::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in addresses, JSON and `chores.toml`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AirTemperature => "air_temperature",
            Self::WindSpeed => "wind_speed",
            Self::PrecipitationRate => "precipitation_rate",
            Self::AirTemperatureMin24h => "air_temperature_min_24h",
            Self::AirTemperatureMax24h => "air_temperature_max_24h",
            Self::AirTemperatureMean24h => "air_temperature_mean_24h",
            Self::AirTemperatureMax24To48h => "air_temperature_max_24_to_48h",
            Self::AirTemperatureMax48To72h => "air_temperature_max_48_to_72h",
            Self::Broodless => "broodless",
            Self::Clustered => "clustered",
            Self::HeavyFlight => "heavy_flight",
        }
    }

    /// Whether beekeepers report it, rather than sensors measure it.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Broodless | Self::Clustered | Self::HeavyFlight)
    }

    pub(super) fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

/// A measured input: what sensors near a place say.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// The value in the unit of its kind. A value that is not finite counts as missing.
    pub value: f64,
    /// How far the true value may be from it, in the same unit; `None` if unknown.
    pub uncertainty: Option<f64>,
    /// The time of the oldest reading behind it.
    pub oldest: Timestamp,
    /// The time of the newest reading behind it.
    pub freshest: Timestamp,
    /// The number of sensors behind it.
    pub sensors: usize,
    /// The distance from the place to the nearest of them, in metres.
    pub nearest_metres: f64,
}

impl Input {
    /// An input from one sensor at the place itself, without uncertainty.
    #[must_use]
    pub fn exact(value: f64, measured_at: Timestamp) -> Self {
        let (oldest, freshest) = (measured_at, measured_at);
        Self { value, uncertainty: None, oldest, freshest, sensors: 1, nearest_metres: 0.0 }
    }

    /// The value rounded to two decimals, as judged and shown: no sentence says that 13 is below
    /// 13.
    #[must_use]
    pub fn rounded(&self) -> f64 {
        // Adding zero turns a -0.0 from rounding into 0.0.
        (self.value * 100.0).round() / 100.0 + 0.0
    }
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
    pub broodless: Option<bool>,
    pub clustered: Option<bool>,
    pub heavy_flight: Option<bool>,
}

/// A known input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given {
    /// From sensors.
    Measured(Input),
    /// From a beekeeper.
    Told(bool),
}

impl Inputs {
    /// The input of a kind; `None` if it is unknown.
    #[must_use]
    pub fn get(&self, kind: InputKind) -> Option<Given> {
        let measured = match kind {
            InputKind::AirTemperature => self.air_temperature,
            InputKind::WindSpeed => self.wind_speed,
            InputKind::PrecipitationRate => self.precipitation_rate,
            InputKind::AirTemperatureMin24h => self.air_temperature_min_24h,
            InputKind::AirTemperatureMax24h => self.air_temperature_max_24h,
            InputKind::AirTemperatureMean24h => self.air_temperature_mean_24h,
            InputKind::AirTemperatureMax24To48h => self.air_temperature_max_24_to_48h,
            InputKind::AirTemperatureMax48To72h => self.air_temperature_max_48_to_72h,
            InputKind::Broodless => return self.broodless.map(Given::Told),
            InputKind::Clustered => return self.clustered.map(Given::Told),
            InputKind::HeavyFlight => return self.heavy_flight.map(Given::Told),
        };
        measured.filter(|input| input.value.is_finite()).map(Given::Measured)
    }
}

/// The texts about an input.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InputFacts {
    pub(super) name: Translated<Box<str>>,
    /// Empty if beekeepers report the input.
    pub(super) unit: Box<str>,
    /// Whether its uncertainty is ignored.
    pub(super) is_exact: bool,
    /// The text for a missing input.
    pub(super) missing: Translated<Box<str>>,
}
