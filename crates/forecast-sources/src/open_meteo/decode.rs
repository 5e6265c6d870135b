//! Answers of Open-Meteo: an object for one place, a list of them for several.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};

use crate::decoded;
use crate::forecast::Forecast;
use crate::http::{FetchError, Oddities};
use crate::json::{self, List, Number, Text, or_default};
use crate::quantity::Quantity;
use crate::source::Spot;
use crate::timeline::{HOUR_SECONDS, Timeline};

/// More hours than any answer has: 92 days back and 16 ahead.
const MOST_HOURS: usize = 109 * 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Place {
    error: bool,
    location_id: Number,
    latitude: Number,
    longitude: Number,
    elevation: Number,
    #[serde(deserialize_with = "or_default")]
    hourly_units: Units,
    #[serde(deserialize_with = "or_default")]
    hourly: Hourly,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Units {
    temperature_2m: Text,
    relative_humidity_2m: Text,
    wind_speed_10m: Text,
    wind_gusts_10m: Text,
    precipitation: Text,
    precipitation_probability: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Hourly {
    time: List<Number, MOST_HOURS>,
    temperature_2m: List<Number, MOST_HOURS>,
    relative_humidity_2m: List<Number, MOST_HOURS>,
    wind_speed_10m: List<Number, MOST_HOURS>,
    wind_gusts_10m: List<Number, MOST_HOURS>,
    precipitation: List<Number, MOST_HOURS>,
    precipitation_probability: List<Number, MOST_HOURS>,
}

/// A quantity in question and answer.
struct Column {
    quantity: Quantity,
    name: &'static str,
    /// Whether the value of a time is about the hour that ends then, rather than about the moment.
    is_of_past_hour: bool,
}

impl Column {
    const fn new(quantity: Quantity, name: &'static str, is_of_past_hour: bool) -> Self {
        Self { quantity, name, is_of_past_hour }
    }
}

const COLUMNS: [Column; 6] = [
    Column::new(Quantity::AirTemperature, "temperature_2m", false),
    Column::new(Quantity::RelativeHumidity, "relative_humidity_2m", false),
    Column::new(Quantity::WindSpeed, "wind_speed_10m", false),
    Column::new(Quantity::WindGust, "wind_gusts_10m", true),
    Column::new(Quantity::Precipitation, "precipitation", true),
    Column::new(Quantity::PrecipitationProbability, "precipitation_probability", true),
];

/// The names of the quantities in question and answer.
pub(super) fn names() -> [&'static str; COLUMNS.len()] {
    COLUMNS.map(|column| column.name)
}

/// The forecast for each place that was asked about, in that order. An error of the whole answer is one of all places.
pub(super) fn decode(
    body: &[u8],
    spots: &[Spot],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(Vec<Result<Forecast, FetchError>>, Oddities), FetchError> {
    let left_out = || Err(FetchError::NotAForecast("it leaves out this place"));
    let mut forecasts: Vec<_> = spots.iter().map(|_| (false, left_out())).collect();
    let mut oddities = Oddities::default();
    let mut is_error = false;
    let take = |place: Place| {
        is_error |= place.error;
        // The first place has no number.
        let number = place.location_id.whole().unwrap_or(0);
        let index = usize::try_from(number).unwrap_or(usize::MAX);
        let Some(((is_known, forecast), spot)) = forecasts.get_mut(index).zip(spots.get(index)) else {
            return;
        };
        if *is_known {
            *forecast = Err(FetchError::NotAForecast("it has two forecasts for this place"));
            return;
        }
        *is_known = true;
        *forecast = place.read(*spot, now, expires_at, &mut oddities);
    };
    json::read(&json::without_nan(body), Places { take })?;
    if is_error {
        return Err(FetchError::NotAForecast("it is an error message"));
    }
    Ok((forecasts.into_iter().map(|(_, forecast)| forecast).collect(), oddities))
}

impl Place {
    fn read(
        self,
        spot: Spot,
        now: Timestamp,
        expires_at: Timestamp,
        oddities: &mut Oddities,
    ) -> Result<Forecast, FetchError> {
        let grid = decoded::grid_place(self.latitude, self.longitude, spot)?;
        let (units, hourly) = (self.hourly_units, self.hourly);
        // Both in the order of `COLUMNS`.
        let units = [
            &units.temperature_2m,
            &units.relative_humidity_2m,
            &units.wind_speed_10m,
            &units.wind_gusts_10m,
            &units.precipitation,
            &units.precipitation_probability,
        ];
        let values = [
            &hourly.temperature_2m,
            &hourly.relative_humidity_2m,
            &hourly.wind_speed_10m,
            &hourly.wind_gusts_10m,
            &hourly.precipitation,
            &hourly.precipitation_probability,
        ];
        let named = std::array::from_fn::<_, { COLUMNS.len() }, _>(|index| {
            (COLUMNS[index].quantity, COLUMNS[index].name, units[index])
        });
        let conversions = decoded::conversions(named, oddities);
        let mut timeline = Timeline::around(now);
        for ((column, List(values)), conversion) in COLUMNS.iter().zip(values).zip(conversions) {
            let Some(conversion) = conversion else { continue };
            let shift = if column.is_of_past_hour { HOUR_SECONDS } else { 0 };
            for (time, value) in hourly.time.0.iter().zip(values) {
                if let (Some(time), Some(value)) = (time.whole(), value.0) {
                    timeline.set(time - shift, column.quantity, conversion.apply(value));
                }
            }
        }
        let hours = decoded::finish(timeline, now, oddities)?;
        Ok(Forecast {
            latitude_degrees: grid.latitude_degrees,
            longitude_degrees: grid.longitude_degrees,
            height_metres: decoded::height(self.elevation),
            updated_at: None,
            expires_at,
            validator: None,
            hours,
        })
    }
}

/// Reads an answer place by place, so that only one is in memory before it is checked.
struct Places<F> {
    take: F,
}

impl<'de, F: FnMut(Place)> serde::de::DeserializeSeed<'de> for Places<F> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, F: FnMut(Place)> Visitor<'de> for Places<F> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a place or a list of places")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, map: A) -> Result<(), A::Error> {
        (self.take)(Place::deserialize(MapAccessDeserializer::new(map))?);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        while let Some(place) = list.next_element::<Option<Place>>()? {
            // A place without a forecast is left out.
            if let Some(place) = place {
                (self.take)(place);
            }
        }
        Ok(())
    }
}

/// How long to wait after a 429, which has no `Retry-After`: the limits count by the clock's minutes, hours and days.
pub(super) fn wait(reason: &str, now: Timestamp) -> std::time::Duration {
    let until_next = |length: SignedDuration| {
        let length = length.as_secs();
        let rest = length - now.as_second().rem_euclid(length);
        // A little later, since clocks differ.
        std::time::Duration::from_secs(rest as u64 + 10)
    };
    let reason = reason.to_ascii_lowercase();
    if reason.contains("daily") || reason.contains("monthly") {
        until_next(SignedDuration::from_hours(24))
    } else if reason.contains("hourly") {
        until_next(SignedDuration::from_hours(1))
    } else if reason.contains("concurrent") {
        std::time::Duration::from_secs(5)
    } else {
        std::time::Duration::from_mins(1)
    }
}

#[cfg(test)]
mod tests;
