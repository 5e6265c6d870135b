//! The extremes of the last days, as recorded and as reported for a place.

use std::collections::BTreeMap;

use hivebox_climate::chores::{Inputs, Origin};
use hivebox_climate::extremes::Neighbour;
use hivebox_climate::extremes::{Extremes, HOURS_NEEDED, TemperatureObservation};
use hivebox_climate::quantity::Celsius;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

fn now() -> Timestamp {
    "2026-11-24T12:34:56Z".parse().unwrap()
}

fn ago(minutes: i64) -> Timestamp {
    now() - SignedDuration::from_mins(minutes)
}

fn seen(box_id: &str, minutes_ago: i64, celsius: f64) -> TemperatureObservation<'_> {
    TemperatureObservation { box_id, measured_at: ago(minutes_ago), temperature: Celsius(celsius) }
}

/// A box that has a temperature in each of the hours.
fn steady(box_id: &str, hours_ago: std::ops::Range<i64>, celsius: f64) -> Extremes {
    let mut extremes = Extremes::default();
    add_steady(&mut extremes, box_id, hours_ago, celsius);
    extremes
}

fn add_steady(extremes: &mut Extremes, box_id: &str, hours_ago: std::ops::Range<i64>, celsius: f64) {
    extremes.add(now(), hours_ago.map(|hours| seen(box_id, 60 * hours, celsius)));
}

#[test]
fn a_day_needs_20_of_its_hours() {
    assert!(steady("b", 0..20, 7.0).day("b", 0, now()).is_some());
    assert!(steady("b", 0..19, 7.0).day("b", 0, now()).is_none());
    assert!(steady("b", 4..24, 7.0).day("b", 0, now()).is_some());
    assert!(steady("b", 5..25, 7.0).day("b", 0, now()).is_none());
    let third = steady("b", 50..72, 7.0);
    assert!(third.day("b", 2, now()).is_some());
    assert!(third.day("b", 1, now()).is_none());
    assert!(third.day("b", 3, now()).is_none());
    assert!(third.day("other", 2, now()).is_none());
}

#[test]
fn a_day_has_its_lowest_highest_and_mean_and_says_from_when_to_when() {
    let mut extremes = steady("b", 0..24, 10.0);
    extremes.add(now(), [seen("b", 61, 14.004), seen("b", 300, -3.0), seen("b", 24 * 60 + 61, 40.0)]);
    let day = extremes.day("b", 0, now()).unwrap();
    assert_eq!((day.min, day.max, day.hours), (Celsius(-3.0), Celsius(14.0), 24));
    let mean = (22.0 * 10.0 + 12.0 + 3.5) / 24.0;
    assert!((day.mean.0 - mean).abs() < 1e-9, "{day:?}");
    assert_eq!((day.from.to_string(), day.to), ("2026-11-23T13:00:00Z".to_owned(), now()));
}

#[test]
fn days_pass() {
    let extremes = steady("b", 0..24, 10.0);
    let later = |hours: i64| now() + SignedDuration::from_hours(hours);
    assert!(extremes.day("b", 0, later(4)).is_some(), "nothing new for four hours");
    assert!(extremes.day("b", 0, later(5)).is_none());
    assert!(extremes.day("b", 1, later(24)).is_some());
    let mut moved = extremes.clone();
    moved.add(later(60), []);
    assert!(moved.day("b", 2, later(48)).is_none(), "half of it is forgotten");
    moved.add(later(600), []);
    assert!((0..3).all(|day| moved.day("b", day, later(600)).is_none()));
    assert!(extremes.day("b", 0, now()).is_some(), "a clone goes its own way");
}

#[test]
fn a_clock_that_was_ahead_leaves_nothing_behind() {
    let mut extremes = Extremes::default();
    let ahead = now() + SignedDuration::from_hours(1000);
    extremes
        .add(ahead, [TemperatureObservation { box_id: "b", measured_at: ahead, temperature: Celsius(30.0) }]);
    add_steady(&mut extremes, "b", 0..24, 10.0);
    assert_eq!(extremes.day("b", 0, now()).unwrap().max, Celsius(10.0));
}

#[test]
fn what_is_from_the_future_is_of_now_and_what_no_air_has_is_nothing() {
    let mut extremes = steady("b", 0..24, 10.0);
    let in_five_minutes = now() + SignedDuration::from_mins(30);
    extremes.add(
        now(),
        [TemperatureObservation { box_id: "b", measured_at: in_five_minutes, temperature: Celsius(11.0) }],
    );
    assert_eq!(extremes.day("b", 0, now()).unwrap().max, Celsius(11.0));
    extremes.add(now(), [f64::NAN, 1e9, -400.0].map(|celsius| seen("b", 0, celsius)));
    extremes.add(now(), [seen("c", 0, f64::INFINITY)]);
    assert_eq!(extremes.day("b", 0, now()).unwrap().max, Celsius(11.0));
    assert_eq!(extremes.box_count(), 1);
}

#[test]
fn boxes_that_come_and_go_do_not_fill_the_memory() {
    let mut extremes = steady("b", 0..24, 10.0);
    for hour in 0..500_i64 {
        let at = now() + SignedDuration::from_hours(hour);
        let passing: Vec<String> = (0..50).map(|number| format!("{hour}-{number}")).collect();
        let observed = |box_id| TemperatureObservation {
            box_id,
            measured_at: at,
            temperature: Celsius(hour as f64 / 10.0),
        };
        extremes.add(at, passing.iter().map(String::as_str).map(observed).chain([observed("b")]));
    }
    let last = now() + SignedDuration::from_hours(499);
    assert_eq!(extremes.day("b", 0, last).unwrap().max, Celsius(49.9));
    assert_eq!(extremes.day("b", 2, last).unwrap().min, Celsius(42.8));
    assert!(extremes.box_count() < 72 * 50 + 1200, "{}", extremes.box_count());
}

#[test]
fn fifteen_thousand_boxes_take_some_five_megabytes() {
    let ids: Vec<String> = (0..15_000).map(|number| format!("{number:024x}")).collect();
    let mut extremes = Extremes::default();
    for hours in 0..72 {
        extremes.add(now(), ids.iter().map(|id| seen(id, 60 * hours, 10.0)));
    }
    assert!(extremes.heap_bytes() < 5_500_000, "{}", extremes.heap_bytes());
}

fn near(box_id: &str, metres: f64, height_correction_kelvin: f64) -> Neighbour<'_> {
    Neighbour { box_id, metres, height_correction_kelvin }
}

#[test]
fn near_a_place_the_median_of_the_boxes_counts() {
    let mut extremes = Extremes::default();
    for (id, celsius) in [("sunny", 35.0), ("a", 20.0), ("b", 21.0), ("high", 15.0)] {
        add_steady(&mut extremes, id, 0..48, celsius);
    }
    add_steady(&mut extremes, "new", 0..3, 50.0);
    let neighbours = [
        near("sunny", 10.0, 0.0),
        near("a", 300.0, 0.0),
        near("b", 500.0, 0.0),
        near("high", 900.0, 6.5),
        near("new", 1.0, 0.0),
        near("nobody", 1.0, 0.0),
    ];
    let mut inputs = Inputs::default();
    extremes.fill(&mut inputs, &neighbours, now());
    let max = inputs.air_temperature_max_24h.unwrap();
    let Origin::Measured { freshest, sensors, nearest_metres, .. } = max.origin else {
        panic!("{max:?}");
    };
    assert_eq!((max.value, sensors, nearest_metres), (21.25, 4, 10.0));
    assert!((max.uncertainty() - 1.4826 * 0.75).abs() < 1e-9, "{max:?}");
    assert_eq!(freshest, now());
    let others = [
        inputs.air_temperature_min_24h,
        inputs.air_temperature_mean_24h,
        inputs.air_temperature_max_24_to_48h,
    ];
    assert!(others.iter().all(|input| (input.unwrap().value - 21.25).abs() < 1e-9), "{others:?}");
    assert_eq!(inputs.air_temperature_max_48_to_72h, None);

    extremes.fill(&mut inputs, &neighbours[1..2], now());
    let alone = inputs.air_temperature_max_24h.unwrap();
    assert!((alone.uncertainty() - 2.0).abs() < 1e-9, "one box knows of no other");
    extremes.fill(&mut inputs, &[], now());
    assert_eq!(inputs, Inputs::default());
}

proptest! {
    #[test]
    fn days_are_those_of_a_naive_record(
        observed in prop::collection::vec((0..3_usize, -120..5000_i64, -3000..4500_i32), 0..400),
        shuffled_by in any::<prop::sample::Index>(),
    ) {
        let ids = ["a", "b", "c"];
        let observations: Vec<_> = observed
            .iter()
            .map(|(number, minutes, hundredths)| seen(ids[*number], *minutes, f64::from(*hundredths) / 100.0))
            .collect();
        let (first, second) = observations.split_at(shuffled_by.index(observations.len() + 1));
        let mut extremes = Extremes::default();
        extremes.add(now(), second.iter().copied());
        extremes.add(now(), first.iter().copied());
        let hour = |at: Timestamp| at.as_second().div_euclid(3600);
        for id in ids {
            for day in 0..3_i64 {
                let mut hours: BTreeMap<i64, (f64, f64)> = BTreeMap::new();
                for one in observations.iter().filter(|one| one.box_id == id) {
                    let ago = hour(now()) - hour(one.measured_at.min(now()));
                    if ago / 24 == day {
                        let (min, max) = hours.entry(ago).or_insert((f64::MAX, f64::MIN));
                        (*min, *max) = (min.min(one.temperature.0), max.max(one.temperature.0));
                    }
                }
                let known = extremes.day(id, day as usize, now());
                prop_assert_eq!(known.is_some(), hours.len() >= HOURS_NEEDED);
                let Some(known) = known else { continue };
                let min = hours.values().map(|(min, _)| *min).fold(f64::MAX, f64::min);
                let max = hours.values().map(|(_, max)| *max).fold(f64::MIN, f64::max);
                let mean = hours.values().map(|(min, max)| f64::midpoint(*min, *max)).sum::<f64>() / hours.len() as f64;
                prop_assert!((known.min.0 - min).abs() < 1e-9 && (known.max.0 - max).abs() < 1e-9);
                prop_assert!((known.mean.0 - mean).abs() < 1e-9 && known.hours == hours.len());
            }
        }
    }
}
