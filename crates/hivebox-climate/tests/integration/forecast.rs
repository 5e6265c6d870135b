//! How boxes correct the forecast of a weather model.

use hivebox_climate::forecast::{
    Local, LocalValue, ModelHours, ModelHoursBuilder, Outlook, OutlookHour, Ranged,
};
use hivebox_climate::quantity::{Celsius, Metres};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

const PAST: i64 = 73;
const AHEAD: i64 = 168;

fn now() -> Timestamp {
    "2026-11-30T12:10:00Z".parse().unwrap()
}

/// A model at 100 m that says the same at every hour: 10 °C, 60 %, 4 m/s, gusts of 7 m/s, dry.
fn steady() -> [Option<f64>; 6] {
    [Some(10.0), Some(60.0), Some(4.0), Some(7.0), Some(0.0), Some(5.0)]
}

fn model(at: impl Fn(i64) -> [Option<f64>; 6]) -> ModelHours {
    let first = now() - SignedDuration::from_hours(PAST);
    let mut builder = ModelHoursBuilder::new(first, Some(Metres(100.0)));
    for hour in -PAST..=AHEAD {
        builder.push(at(hour));
    }
    builder.finish()
}

fn outlook(local: &Local) -> Outlook {
    Outlook::of(&model(|_| steady()), now(), local, now(), 168)
}

fn seen(value: f64, uncertainty: f64) -> LocalValue {
    LocalValue { value, uncertainty, at: now() }
}

fn temperature(outlook: &Outlook, hour: usize) -> Ranged {
    outlook.hours[hour].air_temperature.unwrap()
}

fn width(ranged: Ranged) -> f64 {
    ranged.high_68 - ranged.low_68
}

#[test]
fn without_boxes_the_model_speaks_and_its_ranges_widen_with_the_hours_ahead() {
    let outlook = outlook(&Local::default());
    assert_eq!(outlook.hours.len(), 168);
    assert_eq!(outlook.hours[0].at, "2026-11-30T12:00:00Z".parse().unwrap());
    assert!((temperature(&outlook, 100).value - 10.0).abs() < 1e-9);
    let widths: Vec<f64> = [0, 6, 24, 72, 167].map(|hour| width(temperature(&outlook, hour))).into();
    assert!(widths.is_sorted() && widths[0] > 1.0 && widths[4] > 4.0, "{widths:?}");
}

#[test]
fn a_difference_now_is_carried_forward_and_fades() {
    let outlook = outlook(&Local { air_temperature: Some(seen(13.0, 0.8)), ..Local::default() });
    let shifts = [0, 1, 3, 6, 12, 24].map(|hour| temperature(&outlook, hour).value - 10.0);
    assert!(shifts.is_sorted_by(|one, next| one > next), "{shifts:?}");
    assert!((1.5..3.0).contains(&shifts[0]), "boxes may be wrong as well: {shifts:?}");
    assert!(shifts[5] > 0.5, "what may be a bias of the model stays: {shifts:?}");
}

#[test]
fn a_difference_of_uncertain_boxes_moves_little() {
    let sure = outlook(&Local { air_temperature: Some(seen(13.0, 0.5)), ..Local::default() });
    let unsure = outlook(&Local { air_temperature: Some(seen(13.0, 4.0)), ..Local::default() });
    assert!(temperature(&sure, 1).value > temperature(&unsure, 1).value + 1.0);
    assert!(width(temperature(&sure, 1)) < width(temperature(&unsure, 1)));
}

#[test]
fn a_bias_that_lasts_for_days_stays_in_the_forecast() {
    let past = vec![Some(Celsius(12.0)); 72];
    let air_temperature = Some(seen(12.0, 0.8));
    let outlook = outlook(&Local { air_temperature, past, ..Local::default() });
    let later = temperature(&outlook, 72).value;
    assert!((10.8..12.0).contains(&later), "{later}");
}

#[test]
fn nights_that_the_model_keeps_too_warm_are_corrected_and_days_are_left_alone() {
    // The boxes have been 2 K colder than the model each night from 22 to 4 o'clock (UTC), and never by day.
    let is_night = |hour: i64| !(5..22).contains(&hour.rem_euclid(24));
    let past = (1..=72_i64).map(|ago| Some(Celsius(if is_night(12 - ago) { 8.0 } else { 10.0 }))).collect();
    let outlook = outlook(&Local { air_temperature: Some(seen(10.0, 0.5)), past, ..Local::default() });
    let (night, day) = (temperature(&outlook, 13).value, temperature(&outlook, 24).value);
    assert!(night < day - 0.7, "at 1 o'clock {night}, at 12 o'clock {day}");
}

#[test]
fn the_height_of_the_place_counts() {
    let outlook = outlook(&Local { height: Some(Metres(1100.0)), ..Local::default() });
    assert!((temperature(&outlook, 5).value - 3.5).abs() < 1e-9, "6.5 K colder, a kilometre higher");
}

#[test]
fn an_older_forecast_is_less_certain() {
    let of_age = |hours| {
        let since = now() - SignedDuration::from_hours(hours);
        width(temperature(&Outlook::of(&model(|_| steady()), since, &Local::default(), now(), 24), 3))
    };
    assert!(of_age(6) > of_age(0));
}

#[test]
fn what_the_model_leaves_out_is_unknown_and_the_rest_is_not() {
    let gaps =
        model(|hour| if hour == 5 { [None, Some(60.0), None, Some(7.0), None, None] } else { steady() });
    let outlook = Outlook::of(&gaps, now(), &Local::default(), now(), 168);
    let OutlookHour { air_temperature, relative_humidity, wind_gust, precipitation, .. } = outlook.hours[5];
    assert_eq!((air_temperature, wind_gust, precipitation), (None, None, None));
    assert!(relative_humidity.is_some());
    assert!(outlook.hours[6].air_temperature.is_some());
}

#[test]
fn beyond_the_model_there_is_no_outlook() {
    let later = now() + SignedDuration::from_hours(AHEAD + 2);
    assert!(Outlook::of(&model(|_| steady()), now(), &Local::default(), later, 24).hours.is_empty());
    let near_the_end = now() + SignedDuration::from_hours(AHEAD - 1);
    let hours = Outlook::of(&model(|_| steady()), now(), &Local::default(), near_the_end, 24).hours;
    assert_eq!(hours.len(), 2);
}

#[test]
fn without_a_probability_one_is_derived_from_the_amount() {
    let at = |amount: f64| move |_| [Some(10.0), None, Some(4.0), None, Some(amount), None];
    let rain_of = |amount| Outlook::of(&model(at(amount)), now(), &Local::default(), now(), 48).hours;
    let (dry, wet) = (rain_of(0.0), rain_of(2.0));
    let probability = |hours: &[OutlookHour], hour: usize| hours[hour].precipitation_probability.unwrap();
    assert!(probability(&dry, 1) < 16.0 && probability(&wet, 1) > 80.0);
    assert!(probability(&dry, 47) > probability(&dry, 1) && probability(&wet, 47) < probability(&wet, 1));
}

proptest! {
    #[test]
    fn every_range_holds_its_value_and_stays_physical(
        values in prop::array::uniform6(prop::option::of(-60.0..120.0_f64)),
        seen_temperature in prop::option::of((-60.0..60.0_f64, 0.0..10.0_f64)),
        seen_humidity in prop::option::of((0.0..100.0_f64, 0.0..30.0_f64)),
        seen_wind in prop::option::of((0.0..40.0_f64, 0.0..10.0_f64)),
        past in prop::collection::vec(prop::option::of(-60.0..60.0_f64), 0..80),
    ) {
        let to_seen = |given: Option<(f64, f64)>| given.map(|(value, uncertainty)| seen(value, uncertainty));
        let local = Local {
            height: Some(Metres(500.0)),
            air_temperature: to_seen(seen_temperature),
            relative_humidity: to_seen(seen_humidity),
            wind_speed: to_seen(seen_wind),
            past: past.into_iter().map(|past| past.map(Celsius)).collect(),
        };
        let outlook = Outlook::of(&model(|_| values), now(), &local, now(), 168);
        for hour in &outlook.hours {
            let all = [hour.air_temperature, hour.relative_humidity, hour.wind_speed, hour.wind_gust, hour.precipitation];
            for ranged in all.into_iter().flatten() {
                let Ranged { value, low_68, high_68, low_95, high_95 } = ranged;
                prop_assert!(low_95 <= low_68 && low_68 <= value && value <= high_68 && high_68 <= high_95, "{ranged:?}");
            }
            for never_negative in [hour.wind_speed, hour.wind_gust, hour.precipitation].into_iter().flatten() {
                prop_assert!(never_negative.low_95 >= 0.0);
            }
            if let Some((gust, wind)) = hour.wind_gust.zip(hour.wind_speed) {
                prop_assert!(gust.value >= wind.value && gust.high_95 >= wind.high_95);
            }
        }
    }
}

#[test]
fn an_absurd_difference_is_believed_only_in_part() {
    let shift = |value: f64| {
        let local = Local { air_temperature: Some(seen(value, 0.8)), ..Local::default() };
        temperature(&outlook(&local), 0).value - 10.0
    };
    assert!(shift(13.0) > 1.5 && shift(14.0) > shift(13.0), "weather that the model missed");
    assert!(shift(70.0) < 6.0, "{}", shift(70.0));
    assert!((shift(70.0) - shift(40.0)).abs() < 1e-9);
}

#[test]
fn far_above_the_model_nobody_knows_how_cold_it_is() {
    let at_height = |metres: f64| {
        let local = Local { height: Some(Metres(metres)), ..Local::default() };
        temperature(&outlook(&local), 0)
    };
    let (near, far) = (at_height(150.0), at_height(3100.0));
    assert!((far.value - (10.0 - 19.5)).abs() < 1e-9, "{far:?}");
    assert!(width(far) > width(near) + 10.0, "a lapse rate of 6.5 K/km, give or take 2.5");
}

#[test]
fn the_newest_reading_may_be_from_just_before_the_first_hour() {
    let now: Timestamp = "2026-11-30T12:03:00Z".parse().unwrap();
    let first = "2026-11-30T12:00:00Z".parse().unwrap();
    let mut builder = ModelHoursBuilder::new(first, Some(Metres(100.0)));
    for _ in 0..48 {
        builder.push(steady());
    }
    let seen_before = |minutes: i64| LocalValue {
        value: 13.0,
        uncertainty: 0.8,
        at: first - SignedDuration::from_mins(minutes),
    };
    let model = builder.finish();
    let shift = |minutes: i64| {
        let local = Local { air_temperature: Some(seen_before(minutes)), ..Local::default() };
        temperature(&Outlook::of(&model, first, &local, now, 24), 0).value - 10.0
    };
    assert!(shift(2) > 1.0);
    assert!(shift(90).abs() < 1e-9, "too long ago");
}
