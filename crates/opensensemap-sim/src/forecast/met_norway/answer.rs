//! The answer of MET Norway.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::query::MetNorwayQuery;
use crate::fault::ForecastFault;
use crate::model::ModelWeather;
use crate::seed::Seed;
use crate::simulation::Simulation;
use crate::weather::hour::HOUR;

const MINUTE: i64 = 60_000;

/// How far the hourly and the 6-hourly part reach at least, in hours. Both end at a multiple of six
/// hours, so the hourly part has 54 to 60.
const HOURLY: i64 = 54;
const REACH: i64 = 228;

/// When a forecast was made and how long it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Edition {
    /// The hour of the model's run.
    run: i64,
    pub(crate) updated_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl Edition {
    /// The one of a place at that time: a new one each hour, some minutes after it, so that not all
    /// clients come at once.
    pub(crate) fn at(simulation: &Simulation, query: &MetNorwayQuery, now: Timestamp) -> Self {
        let now = now.as_millisecond();
        let place = |degrees: f64| (degrees * 1e4).round() as i64 as u64;
        let seed = Seed::new(simulation.options().seed).with_text("met norway");
        let seed = seed.with(place(query.latitude)).with(place(query.longitude));
        let delay = (3.0 + 15.0 * seed.with(1).unit()) * MINUTE as f64;
        let run = (now - delay as i64).div_euclid(HOUR) * HOUR;
        let jitter = seed.with(2).with(now.div_euclid(MINUTE) as u64).between(27.0, 33.0);
        let whole_seconds = |millis: i64| {
            Timestamp::from_second(millis.div_euclid(1000)).expect("it is within hours of a timestamp's time")
        };
        Self {
            run,
            updated_at: whole_seconds(run + delay as i64),
            expires_at: whole_seconds(now + (jitter * MINUTE as f64) as i64),
        }
    }

    /// The one of weeks ago.
    pub(crate) fn stuck(self) -> Self {
        let weeks = 336 * HOUR;
        let updated_at = self.updated_at.as_millisecond() - weeks;
        Self {
            run: self.run - weeks,
            updated_at: Timestamp::from_millisecond(updated_at).unwrap_or(Timestamp::MIN),
            ..self
        }
    }
}

/// The forecast in JSON.
pub(crate) fn compact(
    simulation: &Simulation,
    query: MetNorwayQuery,
    edition: Edition,
    fault: Option<ForecastFault>,
) -> Value {
    let mut model = simulation.model_over(query.latitude, query.longitude);
    if let Some(height) = query.altitude {
        model = model.at_height(height);
    }
    let six_hours = |hours: i64| (edition.run + hours * HOUR + 6 * HOUR - 1).div_euclid(6 * HOUR) * 6 * HOUR;
    let (last_hourly, end) = (six_hours(HOURLY), six_hours(REACH));
    let hours: Vec<ModelWeather> =
        (edition.run..=end).step_by(HOUR as usize).map(|valid| model.at_millis(edition.run, valid)).collect();
    let shown = |valid: &i64| *valid <= last_hourly || valid.rem_euclid(6 * HOUR) == 0;
    let times: Vec<i64> = (edition.run..=end).step_by(HOUR as usize).filter(shown).collect();
    let kept = match fault {
        Some(ForecastFault::MissingPlaces) => 0,
        _ => times.len(),
    };
    let valued = if fault == Some(ForecastFault::ShortArrays) { kept * 2 / 3 } else { kept };
    let writer = Writer { fault };
    let entries: Vec<Value> = times[..kept]
        .iter()
        .enumerate()
        .map(|(number, &valid)| {
            let index = ((valid - edition.run) / HOUR) as usize;
            let data = if number < valued {
                let next_hour = valid < last_hourly;
                writer.data(&hours[index..], next_hour)
            } else {
                json!({ "instant": { "details": {} } })
            };
            json!({ "time": time(valid), "data": data })
        })
        .collect();
    json!({
        "type": "Feature",
        "geometry": { "type": "Point", "coordinates": [query.longitude, query.latitude, model.height_metres().round() as i64] },
        "properties": {
            "meta": { "updated_at": edition.updated_at.to_string(), "units": writer.units() },
            "timeseries": entries,
        },
    })
}

fn time(millis: i64) -> String {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX).to_string()
}

struct Writer {
    fault: Option<ForecastFault>,
}

impl Writer {
    /// `hours` begins with the hour to write and reaches to the end of the forecast.
    fn data(&self, hours: &[ModelWeather], next_hour: bool) -> Value {
        let now = &hours[0];
        let mut data = Map::new();
        let details = json!({
            "air_pressure_at_sea_level": self.value(now.sea_level_pressure),
            "air_temperature": self.value(now.air_temperature_celsius),
            "relative_humidity": self.value(now.relative_humidity_percent),
            "wind_from_direction": self.value(now.wind_direction),
            "wind_speed": self.value(now.wind_speed_metres_per_second),
        });
        data.insert("instant".to_owned(), json!({ "details": details }));
        let sum = |count: usize| {
            // The last hour of the forecast is a moment: nothing follows it.
            let hours = hours.get(..count).filter(|_| hours.len() > count)?;
            Some(hours.iter().map(|hour| hour.precipitation_millimetres).sum::<f64>())
        };
        if let Some(sum) = sum(12) {
            let next = json!({ "summary": { "symbol_code": symbol(sum) }, "details": {} });
            data.insert("next_12_hours".to_owned(), next);
        }
        for (name, count) in [("next_1_hours", 1), ("next_6_hours", 6)] {
            if let Some(sum) = sum(count).filter(|_| count > 1 || next_hour) {
                let details = json!({ "precipitation_amount": self.value(sum) });
                let next = json!({ "summary": { "symbol_code": symbol(sum) }, "details": details });
                data.insert(name.to_owned(), next);
            }
        }
        Value::Object(data)
    }

    fn value(&self, value: f64) -> Value {
        match self.fault {
            Some(ForecastFault::Nulls) => Value::Null,
            Some(ForecastFault::AbsurdValues) => json!(999.0),
            // All have one decimal; the addition turns -0.0 into 0.0.
            _ => json!((value * 10.0).round() / 10.0 + 0.0),
        }
    }

    fn units(&self) -> Value {
        let wrong = self.fault == Some(ForecastFault::WrongUnits);
        let unit = |right: &'static str, other: &'static str| if wrong { other } else { right };
        json!({
            "air_pressure_at_sea_level": unit("hPa", "Pa"),
            "air_temperature": unit("celsius", "fahrenheit"),
            "precipitation_amount": unit("mm", "inch"),
            "relative_humidity": unit("%", "1"),
            "wind_from_direction": unit("degrees", "radians"),
            "wind_speed": unit("m/s", "knots"),
        })
    }
}

fn symbol(millimetres: f64) -> &'static str {
    match millimetres {
        wet if wet >= 1.0 => "rain",
        wet if wet >= 0.1 => "lightrain",
        _ => "cloudy",
    }
}
