//! The variables that Open-Meteo offers, as far as the simulation has them.

use crate::model::ModelWeather;

/// A variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Variable {
    Temperature,
    Humidity,
    Pressure,
    Precipitation,
    Rain,
    PrecipitationProbability,
    WindSpeed,
    WindDirection,
    WindGusts,
}

/// The units of an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) wind: WindUnit,
    pub(crate) fahrenheit: bool,
    pub(crate) inch: bool,
    pub(crate) unix_time: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum WindUnit {
    #[default]
    KilometresPerHour,
    MetresPerSecond,
    MilesPerHour,
    Knots,
}

impl Variable {
    const ALL: [Self; 9] = [
        Self::Temperature,
        Self::Humidity,
        Self::Pressure,
        Self::Precipitation,
        Self::Rain,
        Self::PrecipitationProbability,
        Self::WindSpeed,
        Self::WindDirection,
        Self::WindGusts,
    ];

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|variable| variable.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Temperature => "temperature_2m",
            Self::Humidity => "relative_humidity_2m",
            Self::Pressure => "pressure_msl",
            Self::Precipitation => "precipitation",
            Self::Rain => "rain",
            Self::PrecipitationProbability => "precipitation_probability",
            Self::WindSpeed => "wind_speed_10m",
            Self::WindDirection => "wind_direction_10m",
            Self::WindGusts => "wind_gusts_10m",
        }
    }

    pub(super) fn unit(self, units: Units) -> &'static str {
        match self {
            Self::Temperature if units.fahrenheit => "°F",
            Self::Temperature => "°C",
            Self::Humidity | Self::PrecipitationProbability => "%",
            Self::Pressure => "hPa",
            Self::Precipitation | Self::Rain if units.inch => "inch",
            Self::Precipitation | Self::Rain => "mm",
            Self::WindDirection => "°",
            Self::WindSpeed | Self::WindGusts => match units.wind {
                WindUnit::KilometresPerHour => "km/h",
                WindUnit::MetresPerSecond => "m/s",
                WindUnit::MilesPerHour => "mp/h",
                WindUnit::Knots => "kn",
            },
        }
    }

    /// The unit that it does not have.
    pub(super) fn wrong_unit(self, units: Units) -> &'static str {
        match self {
            Self::Temperature => {
                if units.fahrenheit {
                    "°C"
                } else {
                    "°F"
                }
            }
            Self::Precipitation | Self::Rain if units.inch => "mm",
            Self::Precipitation | Self::Rain => "inch",
            Self::WindSpeed | Self::WindGusts if units.wind == WindUnit::Knots => "m/s",
            Self::WindSpeed | Self::WindGusts => "kn",
            Self::Humidity | Self::PrecipitationProbability | Self::Pressure | Self::WindDirection => {
                "fraction"
            }
        }
    }

    pub(super) fn decimals(self, units: Units) -> usize {
        match self {
            Self::Humidity | Self::PrecipitationProbability | Self::WindDirection => 0,
            Self::Precipitation | Self::Rain if units.inch => 3,
            Self::Precipitation | Self::Rain => 2,
            Self::WindSpeed | Self::WindGusts if units.wind == WindUnit::MetresPerSecond => 2,
            Self::Temperature | Self::Pressure | Self::WindSpeed | Self::WindGusts => 1,
        }
    }

    /// The value: that of the moment, or that of the hour which ends then.
    pub(super) fn value(self, now: &ModelWeather, hour_before: &ModelWeather, units: Units) -> f64 {
        let rain = |millimetres: f64| if units.inch { millimetres / 25.4 } else { millimetres };
        let wind = |metres_per_second: f64| match units.wind {
            WindUnit::KilometresPerHour => metres_per_second * 3.6,
            WindUnit::MetresPerSecond => metres_per_second,
            WindUnit::MilesPerHour => metres_per_second / 0.447_04,
            WindUnit::Knots => metres_per_second * 3.6 / 1.852,
        };
        match self {
            Self::Temperature if units.fahrenheit => now.air_temperature_celsius * 1.8 + 32.0,
            Self::Temperature => now.air_temperature_celsius,
            Self::Humidity => now.relative_humidity_percent,
            Self::Pressure => now.sea_level_pressure,
            Self::Precipitation | Self::Rain => rain(hour_before.precipitation_millimetres),
            Self::PrecipitationProbability => hour_before.precipitation_probability_percent,
            Self::WindSpeed => wind(now.wind_speed_metres_per_second),
            Self::WindDirection => now.wind_direction,
            Self::WindGusts => wind(hour_before.wind_gust_metres_per_second),
        }
    }
}
