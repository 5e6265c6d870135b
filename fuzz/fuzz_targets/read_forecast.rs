//! Whatever a weather model answers, what is read of it is weather: hours without gaps around now, and values in range.
#![no_main]

use forecast_sources::{Forecast, MetNorway, OpenMeteo, Spot};
use jiff::{SignedDuration, Timestamp};
use libfuzzer_sys::fuzz_target;

/// That of the seeds: 2026-11-30, noon.
const NOW: i64 = 1_796_040_000;

// The first byte chooses the source and the number of places.
fuzz_target!(|input: &[u8]| {
    let Some((&choice, answer)) = input.split_first() else { return };
    let Ok(now) = Timestamp::from_second(NOW) else { return };
    let berlin = Spot { latitude_degrees: 52.5, longitude_degrees: 13.4 };
    if choice == b'm' {
        MetNorway::read(answer, berlin, now, now).into_iter().for_each(|forecast| check(&forecast, now));
    } else {
        let places = usize::from(choice % 4) + 1;
        let Ok(forecasts) = OpenMeteo::read(answer, &vec![berlin; places], now, now) else { return };
        assert_eq!(forecasts.len(), places);
        forecasts.iter().flatten().for_each(|forecast| check(forecast, now));
    }
});

fn check(forecast: &Forecast, now: Timestamp) {
    let hours = &forecast.hours;
    assert!(!hours.is_empty() && hours.len() <= 23 * 24 + 1);
    assert!(hours.iter().all(|hour| hour.at.duration_since(now).as_hours().abs() <= 16 * 24));
    assert!(
        hours.windows(2).all(|pair| pair[1].at.duration_since(pair[0].at) == SignedDuration::from_hours(1))
    );
    for hour in hours {
        let within = |value: Option<f64>, least, most| {
            assert!(value.is_none_or(|value| (least..=most).contains(&value)), "{value:?}");
        };
        within(hour.air_temperature_celsius, -95.0, 65.0);
        within(hour.relative_humidity_percent, 0.0, 100.0);
        within(hour.wind_speed_metres_per_second, 0.0, 120.0);
        within(hour.wind_gust_metres_per_second, 0.0, 150.0);
        within(hour.precipitation_millimetres, 0.0, 450.0);
        within(hour.precipitation_probability_percent, 0.0, 100.0);
    }
}
