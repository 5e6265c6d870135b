//! Turns what a source says into what HiveBox keeps, and refuses what is no use.

use std::sync::Arc;

use forecast_sources::{Forecast, Hour, Spot};
use hivebox_climate::forecast::{ForecastCell, ModelHours, ModelHoursBuilder, ModelQuantity};
use hivebox_climate::quantity::Metres;
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_present::CellForecast;
use jiff::{SignedDuration, Timestamp};

/// How many hours ahead must have a temperature. A shorter forecast is a fault of the source.
const LEAST_HOURS_AHEAD: usize = 12;
/// Hours further ahead are of no interest.
const MOST_HOURS_AHEAD: SignedDuration = SignedDuration::from_hours(16 * 24);
/// Past hours that are kept, to learn the usual error of the model at a place.
const PAST_KEPT: SignedDuration = SignedDuration::from_hours(72);

/// Why a forecast is no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Useless {
    /// It has too few hours with a temperature.
    #[error("it has fewer than {LEAST_HOURS_AHEAD} hours ahead with a temperature")]
    Short,
    /// The source says that nothing has changed, but this replica has no earlier forecast.
    #[error("it refers to a forecast that is not known")]
    Unknown,
}

/// The forecast for a cell as HiveBox keeps it. Its source has made sure of the place, of values that weather can have,
/// and of how long it holds. The past hours of the previous one are kept for 72 h, so that a source
/// without past hours builds them up.
///
/// # Errors
/// The forecast is no use.
pub fn convert(
    forecast: &Forecast,
    previous: Option<&ModelHours>,
    now: Timestamp,
) -> Result<CellForecast, Useless> {
    let (earliest, latest) = (later(now, -PAST_KEPT), later(now, MOST_HOURS_AHEAD));
    let hours: Vec<&Hour> =
        forecast.hours.iter().filter(|hour| hour.at >= earliest && hour.at <= latest).collect();
    let hours = merged(&hours, forecast.height_metres, previous, earliest).ok_or(Useless::Short)?;
    let current = hours.hour_of(now).ok_or(Useless::Short)?;
    let ahead = current..hours.len();
    let with_temperature =
        ahead.filter(|hour| hours.value(ModelQuantity::AirTemperature, *hour).is_some()).count();
    if with_temperature < LEAST_HOURS_AHEAD {
        return Err(Useless::Short);
    }
    Ok(CellForecast {
        hours,
        fetched_at: in_milliseconds(now),
        updated_at: forecast
            .updated_at
            .filter(|updated_at| *updated_at <= later(now, MAX_CLOCK_LEAD))
            .map(in_milliseconds),
        expires_at: in_milliseconds(forecast.expires_at),
    })
}

/// An earlier forecast that still holds.
///
/// # Errors
/// There is no earlier forecast.
pub fn unchanged(
    previous: Option<&Arc<CellForecast>>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<CellForecast, Useless> {
    let previous = previous.ok_or(Useless::Unknown)?;
    previous.hours.hour_of(now).ok_or(Useless::Short)?;
    Ok(CellForecast {
        fetched_at: in_milliseconds(now),
        expires_at: in_milliseconds(expires_at),
        ..CellForecast::clone(previous)
    })
}

/// A moment as it is after it has been shared, so that all replicas have the same.
fn in_milliseconds(moment: Timestamp) -> Timestamp {
    Timestamp::from_millisecond(moment.as_millisecond()).unwrap_or(moment)
}

/// The question about a cell.
pub(super) fn spot(cell: ForecastCell) -> Spot {
    let centre = cell.centre();
    Spot { latitude_degrees: centre.latitude_degrees(), longitude_degrees: centre.longitude_degrees() }
}

/// The hours of the new forecast, after those of the previous one that it lacks. `None` if there are none.
fn merged(
    hours: &[&Hour],
    height_metres: Option<f64>,
    previous: Option<&ModelHours>,
    earliest: Timestamp,
) -> Option<ModelHours> {
    let (begins, ends) = (hours.first()?.at, hours.last()?.at);
    let first = previous.map_or(begins, |previous| begins.min(previous.first().max(earliest)));
    let mut builder = ModelHoursBuilder::new(first, height_metres.map(Metres));
    let mut new = hours.iter().peekable();
    // The builder says which hour comes next: `first` need not be a whole one.
    while let Some(at) = builder.next_hour().filter(|at| *at <= ends) {
        while new.next_if(|hour| hour.at < at).is_some() {}
        let values = match new.next_if(|hour| hour.at == at) {
            Some(hour) => values(hour),
            None => previous.map_or([None; ModelQuantity::ALL.len()], |previous| {
                let index = previous.hour_of(at);
                ModelQuantity::ALL.map(|quantity| previous.value(quantity, index?))
            }),
        };
        builder.push(values);
    }
    Some(builder.finish())
}

/// The values of an hour, by [`ModelQuantity::index`].
fn values(hour: &Hour) -> [Option<f64>; ModelQuantity::ALL.len()] {
    ModelQuantity::ALL.map(|quantity| match quantity {
        ModelQuantity::AirTemperature => hour.air_temperature_celsius,
        ModelQuantity::RelativeHumidity => hour.relative_humidity_percent,
        ModelQuantity::WindSpeed => hour.wind_speed_metres_per_second,
        ModelQuantity::WindGust => hour.wind_gust_metres_per_second,
        ModelQuantity::Precipitation => hour.precipitation_millimetres,
        ModelQuantity::PrecipitationProbability => hour.precipitation_probability_percent,
    })
}

fn later(moment: Timestamp, by: SignedDuration) -> Timestamp {
    let end = if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX };
    moment.checked_add(by).unwrap_or(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-11-30T12:00:00Z".parse().unwrap()
    }

    /// A forecast from `from` to `to` hours after noon, with the hour as temperature.
    fn forecast(from: i64, to: i64) -> Forecast {
        let hour = |number| Hour {
            at: later(noon(), SignedDuration::from_hours(number)),
            air_temperature_celsius: Some(number as f64 / 10.0),
            relative_humidity_percent: Some(80.0),
            wind_speed_metres_per_second: None,
            wind_gust_metres_per_second: None,
            precipitation_millimetres: Some(0.0),
            precipitation_probability_percent: None,
        };
        Forecast {
            latitude_degrees: 52.52,
            longitude_degrees: 13.42,
            height_metres: Some(38.0),
            updated_at: None,
            expires_at: later(noon(), SignedDuration::from_mins(60)),
            validator: None,
            hours: (from..=to).map(hour).collect(),
        }
    }

    fn temperature(forecast: &CellForecast, at: i64) -> Option<f64> {
        let hour = forecast.hours.hour_of(later(noon(), SignedDuration::from_hours(at)))?;
        forecast.hours.value(ModelQuantity::AirTemperature, hour)
    }

    #[test]
    fn the_past_of_earlier_answers_is_kept_for_three_days() {
        let first = convert(&forecast(0, 48), None, noon()).unwrap();
        assert_eq!((first.hours.len(), temperature(&first, 3)), (49, Some(0.3)));
        let later_on = later(noon(), SignedDuration::from_hours(10));
        let second = convert(&forecast(10, 60), Some(&first.hours), later_on).unwrap();
        assert_eq!(second.hours.first(), noon());
        assert_eq!([0, 9, 10, 60].map(|at| temperature(&second, at)), [0.0, 0.9, 1.0, 6.0].map(Some));
        let days_later = later(noon(), SignedDuration::from_hours(80));
        let third = convert(&forecast(80, 120), Some(&second.hours), days_later).unwrap();
        assert_eq!(third.hours.first(), later(noon(), SignedDuration::from_hours(8)));
        assert_eq!([60, 61, 79, 80].map(|at| temperature(&third, at)), [Some(6.0), None, None, Some(8.0)]);
    }

    #[test]
    fn every_hour_keeps_its_value_through_renewals_at_odd_minutes() {
        let moments = ["12:31:17", "13:33:05", "14:59:59"].map(|time| {
            let moment: Timestamp = format!("2026-11-30T{time}Z").parse().unwrap();
            moment
        });
        // Open-Meteo gives whole days from three days ago on, and MET Norway begins with the current hour.
        for (name, begins) in [("open-meteo", [-84; 3]), ("met-norway", [0, 1, 2])] {
            let mut kept: Option<CellForecast> = None;
            for (now, from) in moments.into_iter().zip(begins) {
                let previous = kept.as_ref().map(|kept| &kept.hours);
                let renewed = convert(&forecast(from, 60), previous, now).unwrap();
                for hour in from.max(-69)..=60 {
                    assert_eq!(temperature(&renewed, hour), Some(hour as f64 / 10.0), "{name} {now} {hour}");
                }
                kept = Some(renewed);
            }
        }
    }

    #[test]
    fn what_is_short_is_no_use() {
        for (from, to) in [(0, 10), (1, 48), (-72, 5), (-48, -1), (1000, 1048)] {
            assert_eq!(convert(&forecast(from, to), None, noon()), Err(Useless::Short), "{from}");
        }
        let none = Forecast { hours: Vec::new(), ..forecast(0, 1) };
        assert_eq!(convert(&none, None, noon()), Err(Useless::Short));
        assert_eq!(unchanged(None, noon(), noon()), Err(Useless::Unknown));
    }
}
