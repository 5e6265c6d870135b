//! Estimates between sensors, and whether their uncertainty is right.

use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::place::{Exposure, Place, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use proptest::prelude::*;

use crate::network::{as_of, boxes, readings};
use crate::places::coordinates;

/// One box with one sensor: latitude, longitude, height, title, unit, value.
type TestStation = (f64, f64, Option<f64>, &'static str, &'static str, f64);

fn network(stations: &[TestStation]) -> Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    for (number, &(north, east, height, title, unit, value)) in stations.iter().enumerate() {
        let (id, place) = (number.to_string(), Place::new(north, east, height));
        builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure: Exposure::Outdoor, place });
        let measured = Some(Measured { value: &value.to_string(), at: as_of() });
        builder.add_sensor(&SensorFacts { id: "", title, unit, sensor_type: "", measured });
    }
    builder.finish()
}

fn spot(north: f64, east: f64, height: Option<f64>) -> Spot {
    Spot { position: Position::new(north, east).unwrap(), height: height.map(Metres) }
}

fn at(readings: &Readings, spot: Spot) -> Vec<Estimate> {
    Estimate::all_at(readings, &BoxIndex::of(readings), Catalogue::builtin(), spot, |_| Ok(()))
}

#[test]
fn nearer_boxes_weigh_more_and_none_rules_alone() {
    let stations = [(52.0, 7.0, None, "Temperatur", "°C", 10.0), (52.0, 7.1, None, "Temperatur", "°C", 20.0)];
    let there = at(&network(&stations), spot(52.0, 7.0, None))[0];
    assert!((10.05..10.5).contains(&there.value.0), "{there:?}");
    assert_eq!((there.boxes, there.sensors, there.nearest, there.height), (2, 2, Metres(0.0), None));
    let between = at(&network(&stations), spot(52.0, 7.05, None))[0];
    assert!((between.value.0 - 15.0).abs() < 1e-6, "{between:?}");
    assert!(between.uncertainty > there.uncertainty);
    assert!(at(&network(&stations), spot(52.6, 7.0, None)).is_empty());
}

#[test]
fn air_temperature_is_brought_to_one_height() {
    let stations = [
        (52.0, 7.0, Some(100.0), "Temperatur", "°C", 20.0),
        (52.0, 7.1, Some(1100.0), "Temperatur", "°C", 13.5),
        (52.0, 7.05, None, "Temperatur", "°C", 16.75),
    ];
    for (height, expected) in [(Some(100.0), 20.0), (Some(600.0), 16.75), (Some(1100.0), 13.5), (None, 16.75)]
    {
        let told = at(&network(&stations), spot(52.0, 7.05, height))[0];
        assert!((told.value.0 - expected).abs() < 1e-6, "{height:?}: {told:?}");
        assert!((told.height.unwrap().0 - height.unwrap_or(600.0)).abs() < 1e-6, "{told:?}");
    }
}

#[test]
fn a_height_is_worth_something_even_if_no_box_knows_its_height() {
    let stations = [(52.0, 7.0, None, "Temperatur", "°C", 20.0), (52.0, 7.1, None, "Temperatur", "°C", 20.0)];
    let there = at(&network(&stations), spot(52.0, 7.05, Some(1100.0)))[0];
    assert_eq!((there.value.0.round(), there.height), (20.0, None));
    let corrected = there.at_height(Metres(1100.0), Some(Metres(100.0)));
    assert!((corrected.value.0 - 13.5).abs() < 1e-6 && corrected.height == Some(Metres(1100.0)));
    assert!(corrected.uncertainty.0 > 2.5, "the lapse rate is uncertain: {corrected:?}");
    let guessed = there.at_height(Metres(1100.0), None);
    assert!((guessed.value.0 - 20.0).abs() < 1e-6 && guessed.height.is_none());
    assert!(guessed.uncertainty.0 > 3.5, "the boxes may stand at the sea: {guessed:?}");
    assert_eq!(corrected.at_height(Metres(0.0), Some(Metres(100.0))), corrected, "it has its height");
    let low = there.at_height(Metres(30.0), None);
    assert!(low.uncertainty.0 - there.uncertainty.0 < 0.01, "near the sea it is as sure as ever");
}

#[test]
fn what_is_not_known_of_heights_makes_an_estimate_less_certain() {
    let row = |heights: [Option<f64>; 4]| {
        let station = |number: usize| {
            let value = 20.0 - 0.0065 * heights[number].unwrap_or(400.0);
            (52.0 + 0.02 * number as f64, 7.0, heights[number], "Temperatur", "°C", value)
        };
        network(&[0, 1, 2, 3].map(station))
    };
    let uncertainty = |heights, wanted| at(&row(heights), spot(52.03, 7.03, wanted))[0].uncertainty.0;
    let plain = [Some(400.0); 4];
    let hills = [Some(200.0), Some(600.0), Some(200.0), Some(600.0)];
    assert!((uncertainty(plain, None) - uncertainty(plain, Some(400.0))).abs() < 1e-9, "no hills");
    let (known, unknown) = (uncertainty(hills, Some(400.0)), uncertainty(hills, None));
    assert!(unknown > known.hypot(1.2), "the place may be 200 m higher or lower: {known} {unknown}");
    let half = uncertainty([Some(200.0), Some(600.0), None, None], Some(400.0));
    assert!(half > known + 0.3, "so may boxes without a height: {known} {half}");
}

#[test]
fn wind_from_about_north_is_from_north() {
    let stations =
        [(52.0, 7.0, None, "Windrichtung", "°", 350.0), (52.0, 7.1, None, "Windrichtung", "°", 10.0)];
    let told = at(&network(&stations), spot(52.0, 7.05, None))[0];
    assert!(told.value.0.min(360.0 - told.value.0) < 1e-6, "{told:?}");
    assert!((10.0..40.0).contains(&told.uncertainty.0), "{told:?}");
}

#[test]
fn a_battery_says_nothing_of_another_place() {
    assert!(at(&network(&[(52.0, 7.0, None, "Akkuspannung", "V", 3.7)]), spot(52.0, 7.0, None)).is_empty());
}

proptest! {
    #[test]
    fn an_estimate_lies_among_its_readings(boxes in boxes(40), (north, east) in coordinates()) {
        let (catalogue, readings) = (Catalogue::builtin(), readings(&boxes));
        for told in at(&readings, spot(north, east, None)) {
            let values = || readings.iter().filter(|it| it.phenomenon() == Some(told.phenomenon)).filter_map(|it| it.value());
            let least = values().map(|value| value.0).fold(f64::MAX, f64::min);
            let most = values().map(|value| value.0).fold(f64::MIN, f64::max);
            // Correcting 1,500 m of height takes 10 K.
            let room = if told.height.is_some() { 10.0 } else { 1e-9 };
            let is_direction = catalogue.phenomenon(told.phenomenon).is_direction();
            prop_assert!(is_direction || (least - room..=most + room).contains(&told.value.0), "{told:?}");
            prop_assert!(told.uncertainty.0.is_finite() && told.uncertainty.0 > 0.0);
            prop_assert!(told.nearest <= told.furthest && told.furthest <= Estimate::REACH);
            prop_assert!((1..=Estimate::MAX_BOXES).contains(&told.boxes) && told.boxes <= told.sensors);
            prop_assert!(told.oldest.unwrap() <= told.freshest.unwrap());
        }
    }
}
