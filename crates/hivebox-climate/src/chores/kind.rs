//! The kinds of inputs that chores are judged by.

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
    /// The lowest air temperature of the next 24 hours, in °C.
    AirTemperatureMinNext24h,
    /// The highest air temperature of the next 24 hours, in °C.
    AirTemperatureMaxNext24h,
    /// The highest air temperature of the next 72 hours, in °C.
    AirTemperatureMaxNext72h,
    /// The mean air temperature of the next 24 hours, in °C.
    AirTemperatureMeanNext24h,
    /// Whether the colony has no brood.
    Broodless,
    /// Whether the bees are in a winter cluster.
    Clustered,
    /// Whether many bees are flying.
    HeavyFlight,
}

impl InputKind {
    /// All kinds; `ALL[kind.index()]` is `kind`.
    pub const ALL: [Self; 15] = [
        Self::AirTemperature,
        Self::WindSpeed,
        Self::PrecipitationRate,
        Self::AirTemperatureMin24h,
        Self::AirTemperatureMax24h,
        Self::AirTemperatureMean24h,
        Self::AirTemperatureMax24To48h,
        Self::AirTemperatureMax48To72h,
        Self::AirTemperatureMinNext24h,
        Self::AirTemperatureMaxNext24h,
        Self::AirTemperatureMaxNext72h,
        Self::AirTemperatureMeanNext24h,
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
            Self::AirTemperatureMinNext24h => "air_temperature_min_next_24h",
            Self::AirTemperatureMaxNext24h => "air_temperature_max_next_24h",
            Self::AirTemperatureMaxNext72h => "air_temperature_max_next_72h",
            Self::AirTemperatureMeanNext24h => "air_temperature_mean_next_24h",
            Self::Broodless => "broodless",
            Self::Clustered => "clustered",
            Self::HeavyFlight => "heavy_flight",
        }
    }

    /// Whether only beekeepers know it, and no sensor or model.
    #[must_use]
    pub const fn is_told(self) -> bool {
        matches!(self, Self::Broodless | Self::Clustered | Self::HeavyFlight)
    }

    /// Whether it is weather that a beekeeper at the hive can see too, as `Told::rain` and
    /// `Told::wind` say.
    #[must_use]
    pub const fn can_be_seen(self) -> bool {
        matches!(self, Self::WindSpeed | Self::PrecipitationRate)
    }

    /// Whether only a forecast knows it.
    #[must_use]
    pub const fn looks_ahead(self) -> bool {
        matches!(
            self,
            Self::AirTemperatureMinNext24h
                | Self::AirTemperatureMaxNext24h
                | Self::AirTemperatureMaxNext72h
                | Self::AirTemperatureMeanNext24h
        )
    }

    pub(super) fn by_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }
}
