use proptest::prelude::*;
use serde_json::json;

use super::*;

const NOON: i64 = 1_796_040_000;
const BERLIN: Spot = Spot { latitude_degrees: 52.5, longitude_degrees: 13.4 };

fn now() -> Timestamp {
    Timestamp::from_second(NOON + 1800).unwrap()
}

fn at(hour: i64) -> String {
    Timestamp::from_second(NOON + hour * HOUR_SECONDS).unwrap().to_string()
}

fn answer(entries: &[serde_json::Value]) -> serde_json::Value {
    json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [13.4, 52.5, 35]},
        "properties": {
            "meta": {
                "updated_at": "2026-11-30T11:04:26Z",
                "units": {
                    "air_temperature": "celsius", "relative_humidity": "%", "wind_speed": "m/s",
                    "precipitation_amount": "mm",
                },
            },
            "timeseries": entries,
        },
    })
}

fn read(answer: &serde_json::Value) -> Result<(Forecast, Oddities), FetchError> {
    decode(answer.to_string().as_bytes(), BERLIN, now(), now())
}

fn instant(temperature: f64) -> serde_json::Value {
    json!({"details": {"air_temperature": temperature}})
}

proptest! {
    #[test]
    fn six_hourly_entries_become_hours_on_straight_lines_and_keep_their_precipitation(
        entries in prop::collection::vec((-90.0..60.0, 0.0..300.0), 1..40)
    ) {
        let series: Vec<_> = entries.iter().enumerate().map(|(index, (temperature, amount))| json!({
            "time": at(index as i64 * 6),
            "data": {"instant": instant(*temperature), "next_6_hours": {"details": {"precipitation_amount": amount}}},
        })).collect();
        let (forecast, oddities) = read(&answer(&series)).unwrap();
        let hours = &forecast.hours;
        prop_assert_eq!((hours.len(), oddities), (entries.len() * 6, Oddities::default()));
        let temperatures: Vec<_> = hours.iter().map_while(|hour| hour.air_temperature_celsius).collect();
        prop_assert_eq!(temperatures.len(), (entries.len() - 1) * 6 + 1, "nothing beyond the last entry");
        for (step, pair) in entries.windows(2).enumerate() {
            let (from, to) = (pair[0].0, pair[1].0);
            for hour in 0..=6 {
                let straight = from + (to - from) * f64::from(hour) / 6.0;
                prop_assert!((temperatures[step * 6 + hour as usize] - straight).abs() < 1e-9);
            }
        }
        let sum: f64 = hours.iter().filter_map(|hour| hour.precipitation_millimetres).sum();
        let given: f64 = entries.iter().map(|(_, amount)| amount).sum();
        prop_assert!((sum - given).abs() < 1e-6);
        for pair in hours.windows(2) {
            prop_assert_eq!(pair[1].at.as_second() - pair[0].at.as_second(), HOUR_SECONDS);
        }
    }

    #[test]
    fn the_order_of_entries_does_not_matter(order in Just((0..48).collect::<Vec<i64>>()).prop_shuffle()) {
        let entry = |hour: i64| json!({"time": at(hour), "data": {"instant": instant(hour as f64)}});
        let shuffled: Vec<_> = order.into_iter().map(entry).collect();
        let sorted: Vec<_> = (0..48).map(entry).collect();
        prop_assert_eq!(read(&answer(&shuffled)).unwrap(), read(&answer(&sorted)).unwrap());
    }
}

#[test]
fn an_hour_s_own_precipitation_counts_more_than_a_share_of_six_hours() {
    let period = |amount: f64| json!({"details": {"precipitation_amount": amount}});
    let series = [
        json!({"time": at(0), "data": {"instant": instant(1.0), "next_1_hours": period(0.5), "next_6_hours": period(9.0)}}),
        json!({"time": at(1), "data": {"instant": instant(1.0), "next_6_hours": period(1.2)}}),
        json!({"time": at(3), "data": {"instant": instant(1.0), "next_1_hours": period(0.0)}}),
        json!({"time": at(7), "data": {"instant": instant(1.0)}}),
    ];
    let (forecast, _) = read(&answer(&series)).unwrap();
    let rain: Vec<_> = forecast.hours.iter().map(|hour| hour.precipitation_millimetres).collect();
    let share = Some(1.2 / 6.0);
    assert_eq!(rain, [Some(0.5), share, share, Some(0.0), share, share, share, None]);
}

#[test]
fn nothing_is_interpolated_over_a_long_gap_or_from_a_lie() {
    let entry = |hour, temperature| json!({"time": at(hour), "data": {"instant": instant(temperature)}});
    let series = [entry(0, 0.0), entry(7, 7.0), entry(8, 400.0), entry(9, 9.0), json!({"time": "soon"})];
    let (forecast, oddities) = read(&answer(&series)).unwrap();
    let temperatures: Vec<_> = forecast.hours.iter().map(|hour| hour.air_temperature_celsius).collect();
    let none = [None; 6];
    assert_eq!(temperatures[1..7], none);
    assert_eq!(temperatures[7..], [Some(7.0), Some(8.0), Some(9.0)]);
    assert_eq!(oddities.disbelieved_values, 1);
}

#[test]
fn a_sum_of_six_hours_that_is_a_lie_is_not_shared_out() {
    let series: Vec<_> = [-1.0, 999.0, 6.0]
        .into_iter()
        .zip([0, 6, 12])
        .map(|(amount, hour)| {
            let period = json!({"details": {"precipitation_amount": amount}});
            json!({"time": at(hour), "data": {"instant": instant(1.0), "next_6_hours": period}})
        })
        .collect();
    let (forecast, oddities) = read(&answer(&series)).unwrap();
    let rain: Vec<_> = forecast.hours.iter().map(|hour| hour.precipitation_millimetres).collect();
    assert_eq!((&rain[..12], &rain[12..]), (&[None; 12][..], &[Some(1.0); 6][..]));
    assert_eq!(oddities.disbelieved_values, 12);
}

#[test]
fn units_are_read_and_not_assumed() {
    let mut answer = answer(&[json!({"time": at(0), "data": {"instant": {"details": {
        "air_temperature": 50.0, "wind_speed": 10.0, "relative_humidity": 40.0,
    }}}})]);
    answer["properties"]["meta"]["units"]["air_temperature"] = "fahrenheit".into();
    let (forecast, oddities) = read(&answer).unwrap();
    let hour = forecast.hours[0];
    assert_eq!((hour.air_temperature_celsius, hour.relative_humidity_percent), (Some(10.0), Some(40.0)));
    assert_eq!(oddities.converted_units, [r#"air_temperature in "fahrenheit""#]);

    answer["properties"]["meta"]["units"]["wind_speed"] = "Beaufort".into();
    let (forecast, oddities) = read(&answer).unwrap();
    let hour = forecast.hours[0];
    assert_eq!((hour.air_temperature_celsius, hour.relative_humidity_percent), (None, Some(40.0)));
    assert_eq!(hour.wind_speed_metres_per_second, None);
    assert_eq!(oddities.unknown_units, [r#"air_temperature in "fahrenheit""#, r#"wind_speed in "Beaufort""#]);
}

#[test]
fn what_is_no_forecast_for_the_place_is_an_error() {
    let good = answer(&[json!({"time": at(0), "data": {"instant": instant(1.0)}})]);
    let why = |change: &dyn Fn(&mut serde_json::Value)| {
        let mut answer = good.clone();
        change(&mut answer);
        read(&answer).unwrap_err().to_string()
    };
    assert!(why(&|answer| answer["geometry"]["coordinates"] = json!([52.5, 13.4])).contains("another place"));
    assert!(why(&|answer| answer["geometry"] = json!(null)).contains("which place"));
    assert!(why(&|answer| answer["properties"]["timeseries"] = json!([])).contains("each value is missing"));
    assert!(
        why(&|answer| answer["properties"]["timeseries"][0]["data"] = json!(null))
            .contains("each value is missing")
    );
    assert!(
        why(&|answer| answer["properties"]["timeseries"][0]["time"] = json!(at(-2)))
            .contains("no hours ahead")
    );
    assert!(read(&good).is_ok());
}
