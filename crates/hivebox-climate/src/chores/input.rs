//! What chores are judged by.

use jiff::Timestamp;

/// One of the things that chores are judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum InputKind {
    /// The air temperature now, in °C.
    AirTemperature,
    /// The wind speed now, in m/s.
    WindSpeed,
    /// The rain now, in mm/h; zero where it is dry.
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
    /// Whether the bees sit in a cluster.
    Clustered,
    /// Whether many bees fly.
    HeavyFlight,
}

impl InputKind {
    /// All of them; `ALL[kind.index()]` is the kind itself.
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

    /// The place in [`InputKind::ALL`].
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

    /// Whether it is told by beekeepers, not measured.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Broodless | Self::Clustered | Self::HeavyFlight)
    }

    pub(super) fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}

/// What sensors near a place say of one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Input {
    /// The value, in the unit of its kind. One that is not finite is as good as missing.
    pub value: f64,
    /// How far the truth may be from it; `None` if that is not known.
    pub uncertainty: Option<f64>,
    /// When the oldest of what it is made of was measured.
    pub oldest: Timestamp,
    /// When the freshest was measured.
    pub freshest: Timestamp,
    /// How many sensors it is made of.
    pub sensors: usize,
    /// How far the nearest of them is from the place.
    pub nearest_metres: f64,
}

impl Input {
    /// What one sensor right at the place says, without doubt.
    #[must_use]
    pub fn exact(value: f64, measured_at: Timestamp) -> Self {
        let (oldest, freshest) = (measured_at, measured_at);
        Self { value, uncertainty: None, oldest, freshest, sensors: 1, nearest_metres: 0.0 }
    }

    /// The value as it is judged and shown, rounded to two decimals: no sentence says that 13 is below 13.
    #[must_use]
    pub fn rounded(&self) -> f64 {
        // Adding zero turns the -0.0 that rounding can give into 0.0.
        (self.value * 100.0).round() / 100.0 + 0.0
    }
}

/// All that is known; what is `None` is not. Kinds and units are as [`InputKind`] has them.
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

/// An input that is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Given {
    /// By sensors.
    Measured(Input),
    /// By a beekeeper.
    Told(bool),
}

impl Inputs {
    /// The input of a kind, if it is known.
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
