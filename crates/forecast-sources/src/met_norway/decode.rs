//! Answers of MET Norway: GeoJSON with hourly, later six-hourly entries.

use jiff::Timestamp;
use serde::Deserialize;

use crate::decoded;
use crate::forecast::Forecast;
use crate::http::{FetchError, Oddities};
use crate::json::{self, List, Number, Text, or_default};
use crate::quantity::{Conversion, Quantity};
use crate::source::Spot;
use crate::timeline::{HOUR_SECONDS, Timeline};

/// More entries than any answer has: 16 days, hour by hour.
const MOST_ENTRIES: usize = 16 * 24;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Feature {
    #[serde(deserialize_with = "or_default")]
    geometry: Geometry,
    #[serde(deserialize_with = "or_default")]
    properties: Properties,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Geometry {
    coordinates: List<Number, 3>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Properties {
    #[serde(deserialize_with = "or_default")]
    meta: Meta,
    timeseries: List<Entry, MOST_ENTRIES>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Meta {
    updated_at: Text,
    #[serde(deserialize_with = "or_default")]
    units: Units,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Units {
    air_temperature: Text,
    relative_humidity: Text,
    wind_speed: Text,
    precipitation_amount: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    time: Text,
    #[serde(deserialize_with = "or_default")]
    data: Data,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Data {
    #[serde(deserialize_with = "or_default")]
    instant: Period,
    #[serde(deserialize_with = "or_default")]
    next_1_hours: Period,
    #[serde(deserialize_with = "or_default")]
    next_6_hours: Period,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Period {
    #[serde(deserialize_with = "or_default")]
    details: Details,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Details {
    air_temperature: Number,
    relative_humidity: Number,
    wind_speed: Number,
    precipitation_amount: Number,
}

/// Reads the answer about a place.
pub(super) fn decode(
    body: &[u8],
    asked: Spot,
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<(Forecast, Oddities), FetchError> {
    let feature = json::read(&json::without_nan(body), std::marker::PhantomData::<Feature>)?;
    let coordinate = |index: usize| feature.geometry.coordinates.0.get(index).copied().unwrap_or_default();
    let spot = decoded::grid_place(coordinate(1), coordinate(0), asked)?;
    let Properties { meta, timeseries: List(entries) } = feature.properties;

    let mut entries: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| Some((entry.time.0.parse::<Timestamp>().ok()?.as_second(), entry.data)))
        .collect();
    entries.sort_by_key(|(time, _)| *time);

    let (mut timeline, mut oddities) = (Timeline::around(now), Oddities::default());
    let units = meta.units;
    let [temperature, humidity, wind, rain] = decoded::conversions(
        [
            (Quantity::AirTemperature, "air_temperature", &units.air_temperature),
            (Quantity::RelativeHumidity, "relative_humidity", &units.relative_humidity),
            (Quantity::WindSpeed, "wind_speed", &units.wind_speed),
            (Quantity::Precipitation, "precipitation_amount", &units.precipitation_amount),
        ],
        &mut oddities,
    );
    let air_temperature: fn(&Details) -> Number = |at| at.air_temperature;
    for (quantity, conversion, value) in [
        (Quantity::AirTemperature, temperature, air_temperature),
        (Quantity::RelativeHumidity, humidity, |at| at.relative_humidity),
        (Quantity::WindSpeed, wind, |at| at.wind_speed),
    ] {
        let Some(conversion) = conversion else { continue };
        let values = entries
            .iter()
            .filter_map(|(time, data)| Some((*time, conversion.apply(value(&data.instant.details).0?))));
        set_moments(&mut timeline, quantity, values);
    }
    if let Some(conversion) = rain {
        set_precipitation(&mut timeline, &entries, conversion);
    }
    let hours = decoded::finish(timeline, now, &mut oddities)?;
    let forecast = Forecast {
        latitude_degrees: spot.latitude_degrees,
        longitude_degrees: spot.longitude_degrees,
        height_metres: decoded::height(coordinate(2)),
        updated_at: meta.updated_at.0.parse().ok(),
        expires_at,
        validator: None,
        hours,
    };
    Ok((forecast, oddities))
}

/// The longest stretch between two entries that is interpolated.
const LONGEST_STEP_SECONDS: i64 = 6 * HOUR_SECONDS;

/// Sets values that hold at a moment, in the order of time, and those of the hours between: on a straight line.
fn set_moments(timeline: &mut Timeline, quantity: Quantity, values: impl Iterator<Item = (i64, f64)>) {
    let mut before = None;
    for (time, value) in values {
        timeline.set(time, quantity, value);
        if quantity.believed(value).is_none() {
            continue;
        }
        if let Some((earlier, from)) = before.replace((time, value)) {
            let step = time - earlier;
            if step <= LONGEST_STEP_SECONDS {
                for between in (1..).map(|hours| earlier + hours * HOUR_SECONDS).take_while(|at| *at < time) {
                    let share = (between - earlier) as f64 / step as f64;
                    timeline.set(between, quantity, from + (value - from) * share);
                }
            }
        }
    }
}

/// Sets the precipitation of each hour; where only the sum of six hours is known, a sixth of it.
fn set_precipitation(timeline: &mut Timeline, entries: &[(i64, Data)], conversion: Conversion) {
    for (time, data) in entries {
        if let Some(amount) = data.next_1_hours.details.precipitation_amount.0 {
            timeline.set(*time, Quantity::Precipitation, conversion.apply(amount));
        }
    }
    for (time, data) in entries {
        if let (None, Some(amount)) = (
            data.next_1_hours.details.precipitation_amount.0,
            data.next_6_hours.details.precipitation_amount.0,
        ) {
            let sum = conversion.apply(amount);
            // A sum that is a lie has no shares that are true.
            let share = Quantity::Precipitation.believed(sum).map_or(sum, |sum| sum / 6.0);
            for hour in 0..6 {
                timeline.set(time + hour * HOUR_SECONDS, Quantity::Precipitation, share);
            }
        }
    }
}

#[cfg(test)]
mod tests;
