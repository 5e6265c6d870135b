//! What a weather model says about one place, hour by hour.

use jiff::{SignedDuration, Timestamp};

use crate::quantity::Metres;

/// What a weather model forecasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ModelQuantity {
    /// Air temperature 2 m above ground at the hour, in °C.
    AirTemperature,
    /// Relative humidity 2 m above ground at the hour, in %.
    RelativeHumidity,
    /// Wind speed 10 m above ground at the hour, in m/s.
    WindSpeed,
    /// The strongest gust in the hour that begins then, in m/s.
    WindGust,
    /// Precipitation in the hour that begins then, in mm.
    Precipitation,
    /// The probability of precipitation in the hour that begins then, in %.
    PrecipitationProbability,
}

impl ModelQuantity {
    /// All quantities; `ALL[quantity.index()]` is `quantity`.
    pub const ALL: [Self; 6] = [
        Self::AirTemperature,
        Self::RelativeHumidity,
        Self::WindSpeed,
        Self::WindGust,
        Self::Precipitation,
        Self::PrecipitationProbability,
    ];

    /// The index in [`ModelQuantity::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::AirTemperature => "air_temperature",
            Self::RelativeHumidity => "relative_humidity",
            Self::WindSpeed => "wind_speed",
            Self::WindGust => "wind_gust",
            Self::Precipitation => "precipitation",
            Self::PrecipitationProbability => "precipitation_probability",
        }
    }

    /// The unit of its values.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::AirTemperature => "°C",
            Self::RelativeHumidity | Self::PrecipitationProbability => "%",
            Self::WindSpeed | Self::WindGust => "m/s",
            Self::Precipitation => "mm",
        }
    }
}

/// The forecast of a weather model for one place: each quantity at consecutive whole hours.
///
/// Values are kept in hundredths of their unit, so a fortnight takes about 4 kB.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelHours {
    /// The first hour, in hours since 1970.
    first: i64,
    height_centimetres: Option<i32>,
    /// By [`ModelQuantity::index`], in hundredths of the unit.
    columns: [Box<[i16]>; ModelQuantity::ALL.len()],
}

/// Marks a missing value.
const MISSING: i16 = i16::MIN;
const HOUR_SECONDS: i64 = SignedDuration::from_hours(1).as_secs();

impl ModelHours {
    /// The first whole hour.
    ///
    /// # Panics
    /// Never: it was made of a [`Timestamp`].
    #[must_use]
    pub fn first(&self) -> Timestamp {
        Timestamp::from_second(self.first * HOUR_SECONDS).expect("the builder was given this moment")
    }

    /// The number of hours.
    #[must_use]
    pub fn len(&self) -> usize {
        self.columns[0].len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The height above sea level that temperatures are for.
    #[must_use]
    pub fn height(&self) -> Option<Metres> {
        self.height_centimetres.map(|centimetres| Metres(f64::from(centimetres) / 100.0))
    }

    /// The value in the hour with this index; `None` if it is missing.
    #[must_use]
    pub fn value(&self, quantity: ModelQuantity, hour: usize) -> Option<f64> {
        let hundredths = *self.columns[quantity.index()].get(hour)?;
        (hundredths != MISSING).then(|| f64::from(hundredths) / 100.0)
    }

    /// The value at a moment, between those of the whole hours around it; without the later one, that of
    /// the earlier. `None` outside, or if the earlier one is missing.
    #[must_use]
    pub fn value_at(&self, quantity: ModelQuantity, moment: Timestamp) -> Option<f64> {
        let hour = self.hour_of(moment)?;
        let before = self.value(quantity, hour)?;
        let after = self.value(quantity, hour + 1).unwrap_or(before);
        let start = self.first() + SignedDuration::from_hours(hour as i64);
        let share = moment.duration_since(start).as_secs_f64() / HOUR_SECONDS as f64;
        Some(before + share * (after - before))
    }

    /// The moment to compare a reading of `measured_at` with. In the first minutes of the first hour, the
    /// newest readings are from before it: they are compared with its beginning.
    #[must_use]
    pub fn moment_for(&self, measured_at: Timestamp) -> Timestamp {
        let begin = self.first();
        let is_just_before = measured_at < begin
            && begin.duration_since(measured_at) < SignedDuration::from_secs(HOUR_SECONDS);
        if is_just_before { begin } else { measured_at }
    }

    /// The index of the hour that contains `moment`; `None` outside.
    #[must_use]
    pub fn hour_of(&self, moment: Timestamp) -> Option<usize> {
        let hour = moment.as_second().div_euclid(HOUR_SECONDS) - self.first;
        usize::try_from(hour).ok().filter(|hour| *hour < self.len())
    }
}

/// Builds [`ModelHours`] hour by hour.
#[derive(Debug)]
pub struct ModelHoursBuilder {
    first: i64,
    height_centimetres: Option<i32>,
    columns: [Vec<i16>; ModelQuantity::ALL.len()],
}

impl ModelHoursBuilder {
    /// Begins with the hour that contains `first`.
    #[must_use]
    pub fn new(first: Timestamp, height: Option<Metres>) -> Self {
        let height = height.filter(|height| height.0.is_finite());
        Self {
            first: first.as_second().div_euclid(HOUR_SECONDS),
            height_centimetres: height.map(|Metres(metres)| (metres * 100.0).round() as i32),
            columns: Default::default(),
        }
    }

    /// The whole hour that the next values are for; `None` at the end of the calendar.
    #[must_use]
    pub fn next_hour(&self) -> Option<Timestamp> {
        Timestamp::from_second((self.first + self.columns[0].len() as i64) * HOUR_SECONDS).ok()
    }

    /// Adds the next hour, see [`next_hour`](Self::next_hour): the value of each quantity, by [`ModelQuantity::index`].
    /// A value that is not finite or beyond ±327 is missing.
    pub fn push(&mut self, values: [Option<f64>; ModelQuantity::ALL.len()]) {
        for (column, value) in self.columns.iter_mut().zip(values) {
            let hundredths = value.map(|value| (value * 100.0).round());
            let kept = hundredths.filter(|value| value.abs() < f64::from(i16::MAX));
            column.push(kept.map_or(MISSING, |value| value as i16));
        }
    }

    /// The finished forecast.
    #[must_use]
    pub fn finish(self) -> ModelHours {
        ModelHours {
            first: self.first,
            height_centimetres: self.height_centimetres,
            columns: self.columns.map(Vec::into_boxed_slice),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_to_a_hundredth_and_wild_ones_are_missing() {
        let first = "2026-11-30T12:34:56Z".parse().unwrap();
        let mut builder = ModelHoursBuilder::new(first, Some(Metres(38.0)));
        assert_eq!(builder.next_hour(), "2026-11-30T12:00:00Z".parse().ok(), "it rounds down to the hour");
        builder.push([Some(-12.346), None, Some(f64::NAN), Some(400.0), Some(0.0), Some(100.0)]);
        let hours = builder.finish();
        assert_eq!((hours.first(), hours.len()), ("2026-11-30T12:00:00Z".parse().unwrap(), 1));
        let values = ModelQuantity::ALL.map(|quantity| hours.value(quantity, 0));
        assert_eq!(values, [Some(-12.35), None, None, None, Some(0.0), Some(100.0)]);
        assert_eq!((hours.hour_of(first), hours.value(ModelQuantity::WindSpeed, 1)), (Some(0), None));
    }
}
