//! The quantities of an [`Hour`]: their units, and which values are believed.

use crate::forecast::Hour;

/// One of the values of an [`Hour`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Quantity {
    AirTemperature,
    RelativeHumidity,
    WindSpeed,
    WindGust,
    Precipitation,
    PrecipitationProbability,
}

impl Quantity {
    /// How a value in this unit becomes one in the unit of an [`Hour`]: the factor, after the summand. `None` for a unit
    /// that is not known.
    pub(crate) fn conversion(self, unit: &str) -> Option<Conversion> {
        let (summand, factor) = match (self, unit) {
            (Self::AirTemperature, "°C" | "C" | "celsius")
            | (Self::RelativeHumidity | Self::PrecipitationProbability, "%")
            | (Self::WindSpeed | Self::WindGust, "m/s")
            | (Self::Precipitation, "mm") => (0.0, 1.0),
            (Self::AirTemperature, "°F" | "F" | "fahrenheit") => (-32.0, 5.0 / 9.0),
            (Self::AirTemperature, "K" | "kelvin") => (-273.15, 1.0),
            (Self::WindSpeed | Self::WindGust, "km/h") => (0.0, 1.0 / 3.6),
            (Self::WindSpeed | Self::WindGust, "mp/h" | "mph") => (0.0, 0.447_04),
            (Self::WindSpeed | Self::WindGust, "kn" | "knots") => (0.0, 1852.0 / 3600.0),
            (Self::Precipitation, "inch" | "in") => (0.0, 25.4),
            (Self::Precipitation, "cm") => (0.0, 10.0),
            _ => return None,
        };
        Some(Conversion { summand, factor })
    }

    /// The value, if weather can be like that. The ranges hold the records of the World Meteorological Organization with
    /// some room: -89.2 to 56.7 °C, gusts of 113 m/s, and 305 mm of rain in 42 min. Models give some more than 100 % of
    /// humidity, which counts as 100.
    pub(crate) fn believed(self, value: f64) -> Option<f64> {
        let (range, most) = match self {
            Self::AirTemperature => (-95.0..=65.0, f64::INFINITY),
            Self::RelativeHumidity => (0.0..=105.0, 100.0),
            Self::WindSpeed => (0.0..=120.0, f64::INFINITY),
            Self::WindGust => (0.0..=150.0, f64::INFINITY),
            Self::Precipitation => (0.0..=450.0, f64::INFINITY),
            Self::PrecipitationProbability => (0.0..=100.0, f64::INFINITY),
        };
        range.contains(&value).then(|| value.min(most))
    }

    pub(crate) fn of(self, hour: &mut Hour) -> &mut Option<f64> {
        match self {
            Self::AirTemperature => &mut hour.air_temperature_celsius,
            Self::RelativeHumidity => &mut hour.relative_humidity_percent,
            Self::WindSpeed => &mut hour.wind_speed_metres_per_second,
            Self::WindGust => &mut hour.wind_gust_metres_per_second,
            Self::Precipitation => &mut hour.precipitation_millimetres,
            Self::PrecipitationProbability => &mut hour.precipitation_probability_percent,
        }
    }
}

/// From the unit of a source to that of an [`Hour`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Conversion {
    summand: f64,
    factor: f64,
}

impl Conversion {
    /// Of a value that has the unit already.
    pub(crate) const NONE: Self = Self { summand: 0.0, factor: 1.0 };

    pub(crate) fn apply(self, value: f64) -> f64 {
        (value + self.summand) * self.factor
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_units_are_converted_and_others_are_unknown() {
        let converted = |quantity: Quantity, unit, value| {
            let value = quantity.conversion(unit)?.apply(value);
            Some((value * 1000.0).round() / 1000.0)
        };
        assert_eq!(converted(Quantity::AirTemperature, "°C", -3.5), Some(-3.5));
        assert_eq!(converted(Quantity::AirTemperature, "°F", 14.0), Some(-10.0));
        assert_eq!(converted(Quantity::WindSpeed, "km/h", 36.0), Some(10.0));
        assert_eq!(converted(Quantity::WindGust, "mp/h", 10.0), Some(4.47));
        assert_eq!(converted(Quantity::WindGust, "kn", 10.0), Some(5.144));
        assert_eq!(converted(Quantity::Precipitation, "inch", 0.5), Some(12.7));
        assert_eq!(converted(Quantity::WindSpeed, "Beaufort", 3.0), None);
        assert_eq!(converted(Quantity::Precipitation, "%", 3.0), None, "the unit of another quantity");
    }

    #[test]
    fn no_weather_is_like_that() {
        let lies = [
            (Quantity::AirTemperature, 400.0),
            (Quantity::AirTemperature, f64::NAN),
            (Quantity::RelativeHumidity, 300.0),
            (Quantity::WindSpeed, -1.0),
            (Quantity::WindGust, f64::INFINITY),
            (Quantity::Precipitation, -0.1),
            (Quantity::PrecipitationProbability, 101.0),
        ];
        for (quantity, value) in lies {
            assert_eq!(quantity.believed(value), None, "{quantity:?} {value}");
        }
        assert_eq!(Quantity::RelativeHumidity.believed(100.7), Some(100.0), "models overshoot");
        assert_eq!(Quantity::AirTemperature.believed(-89.2), Some(-89.2));
    }
}
