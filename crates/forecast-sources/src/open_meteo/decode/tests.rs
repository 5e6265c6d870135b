use proptest::prelude::*;
use serde_json::json;

use super::*;

const MIDNIGHT: i64 = 1_795_996_800;
const BERLIN: Spot = Spot { latitude_degrees: 52.5, longitude_degrees: 13.4 };

fn now() -> Timestamp {
    Timestamp::from_second(MIDNIGHT + HOUR_SECONDS).unwrap()
}

fn read(answer: &serde_json::Value) -> Result<(Forecast, Oddities), FetchError> {
    let (mut forecasts, oddities) = decode(answer.to_string().as_bytes(), &[BERLIN], now(), now())?;
    Ok((forecasts.pop().unwrap()?, oddities))
}

fn answer(hours: usize, columns: serde_json::Value) -> serde_json::Value {
    let mut columns = columns;
    columns["time"] = (0..hours).map(|hour| MIDNIGHT + hour as i64 * HOUR_SECONDS).collect();
    json!({
        "latitude": 52.52, "longitude": 13.42, "elevation": 38.0,
        "hourly_units": {
            "time": "unixtime", "temperature_2m": "°C", "relative_humidity_2m": "%", "wind_speed_10m": "m/s",
            "wind_gusts_10m": "m/s", "precipitation": "mm", "precipitation_probability": "%",
        },
        "hourly": columns,
    })
}

/// Tenths, which JSON gives back exactly.
fn tenths() -> impl Strategy<Value = f64> {
    (0_u16..990).prop_map(|tenths| f64::from(tenths) / 10.0)
}

proptest! {
    #[test]
    fn what_is_about_the_hour_before_moves_to_it_and_what_is_about_the_moment_stays(
        values in prop::collection::vec(prop::option::of(tenths()), 24..100)
    ) {
        let columns = json!({"temperature_2m": vec![1.0; 100], "wind_speed_10m": values, "wind_gusts_10m": values, "precipitation": values});
        let (forecast, oddities) = read(&answer(values.len(), columns)).unwrap();
        prop_assert_eq!(oddities.disbelieved_values, 0);
        // The first value of a past hour may begin an hour of its own.
        let first = values.first().copied().flatten().is_some();
        prop_assert_eq!(forecast.hours.len(), values.len() + usize::from(first));
        for (index, value) in values.iter().enumerate() {
            let index = index + usize::from(first);
            prop_assert_eq!(forecast.hours[index].wind_speed_metres_per_second, *value);
            if index > 0 {
                prop_assert_eq!(forecast.hours[index - 1].wind_gust_metres_per_second, *value);
                prop_assert_eq!(forecast.hours[index - 1].precipitation_millimetres, *value);
            }
        }
        prop_assert_eq!(forecast.hours.last().unwrap().precipitation_millimetres, None);
        for pair in forecast.hours.windows(2) {
            prop_assert_eq!(pair[1].at.duration_since(pair[0].at), SignedDuration::from_hours(1));
        }
    }
}

#[test]
fn short_missing_and_odd_columns_spoil_no_other() {
    let columns = json!({
        "temperature_2m": [1.0, null, "3", 4.0], "relative_humidity_2m": null, "wind_speed_10m": "none",
        "wind_gusts_10m": {"0": 3}, "precipitation": [],
    });
    let (forecast, _) = read(&answer(24, columns)).unwrap();
    let temperatures: Vec<_> = forecast.hours.iter().map(|hour| hour.air_temperature_celsius).collect();
    assert_eq!(temperatures, [Some(1.0), None, None, Some(4.0)]);
}

#[test]
fn other_units_are_converted_and_a_missing_one_leaves_out_its_quantity() {
    let mut answer = answer(
        24,
        json!({"temperature_2m": vec![50.0; 24], "wind_speed_10m": vec![36.0; 24], "precipitation": vec![1.0; 24]}),
    );
    let units = &mut answer["hourly_units"];
    (units["temperature_2m"], units["wind_speed_10m"]) = ("°F".into(), "km/h".into());
    units["precipitation"] = serde_json::Value::Null;
    let (forecast, oddities) = read(&answer).unwrap();
    let hour = forecast.hours[0];
    assert_eq!((hour.air_temperature_celsius, hour.wind_speed_metres_per_second), (Some(10.0), Some(10.0)));
    assert_eq!(hour.precipitation_millimetres, None);
    assert_eq!(oddities.converted_units, [r#"temperature_2m in "°F""#, r#"wind_speed_10m in "km/h""#]);
    assert_eq!(oddities.unknown_units, [r#"precipitation in """#]);
}

#[test]
fn one_unknown_unit_makes_each_other_doubtful_that_was_not_asked_for() {
    let columns = json!({"temperature_2m": vec![9.0; 24], "wind_speed_10m": vec![8.0; 24]});
    let mut answer = answer(24, columns);
    let units = &mut answer["hourly_units"];
    (units["relative_humidity_2m"], units["wind_speed_10m"]) = ("fraction".into(), "kn".into());
    let (forecast, oddities) = read(&answer).unwrap();
    let hour = forecast.hours[0];
    assert_eq!((hour.air_temperature_celsius, hour.wind_speed_metres_per_second), (Some(9.0), None));
    assert_eq!(
        oddities.unknown_units,
        [r#"relative_humidity_2m in "fraction""#, r#"wind_speed_10m in "kn""#]
    );
}

#[test]
fn what_is_no_forecast_for_the_place_is_an_error() {
    let good = answer(24, json!({"temperature_2m": vec![1.0; 24]}));
    let why = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        read(&answer).unwrap_err().to_string()
    };
    assert!(why(&|answer| answer["latitude"] = 48.1.into()).contains("another place"));
    assert!(why(&|answer| answer["longitude"] = serde_json::Value::Null).contains("which place"));
    assert!(why(&|answer| answer["location_id"] = 1.into()).contains("leaves out"));
    assert!(why(&|answer| answer["error"] = true.into()).contains("error message"));
    assert!(
        why(&|answer| answer["hourly"]["temperature_2m"] = [(); 24].into_iter().collect())
            .contains("each value is missing")
    );
    assert!(
        why(&|answer| answer["hourly"]["time"] = (0..24).map(|hour| hour * 3600).collect())
            .contains("each value is missing")
    );
    let yesterday = |answer: &mut serde_json::Value| {
        answer["hourly"]["time"] = (-24..0).map(|hour| MIDNIGHT + hour * HOUR_SECONDS).collect();
    };
    assert!(why(&yesterday).contains("no hours ahead"));
    let twice = json!([good, good]);
    assert!(read(&twice).unwrap_err().to_string().contains("two forecasts"));
}

#[test]
fn each_limit_says_when_to_ask_again() {
    let now: Timestamp = "2026-11-30T21:50:00Z".parse().unwrap();
    let minutes = |reason| wait(reason, now).as_secs() / 60;
    assert_eq!(minutes("Minutely API request limit exceeded. Please try again in one minute."), 1);
    assert_eq!(minutes("Hourly API request limit exceeded. Please try again in the next hour."), 10);
    assert_eq!(minutes("Daily API request limit exceeded. Please try again tomorrow."), 130);
    assert_eq!(wait("Too many concurrent requests", now).as_secs(), 5);
    assert_eq!(minutes(""), 1);
}
