//! The spatial index agrees with a scan of all boxes.

use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::{BoxIndex, Nearby};
use hivebox_climate::place::{Bbox, Exposure, Place, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{BoxFacts, Readings, ReadingsBuilder};
use hivebox_climate::verdict::VerdictRules;
use proptest::prelude::*;

/// Latitude and longitude: anywhere, in a town, and around the date line and the poles.
pub(crate) fn coordinates() -> impl Strategy<Value = (f64, f64)> {
    let pole = prop_oneof![Just(90.0), Just(-90.0), 89.9..90.0, -90.0..-89.9];
    let date_line = prop_oneof![Just(180.0), Just(-180.0), 179.9..180.0, -180.0..-179.9];
    prop_oneof![
        4 => (-90.0..=90.0, -180.0..=180.0),
        4 => (51.8..52.1, 7.4..7.8),
        1 => (pole, -180.0..=180.0),
        2 => (-20.0..-15.0, date_line),
        1 => Just((51.96, 7.62)),
    ]
}

fn position() -> impl Strategy<Value = Position> {
    coordinates().prop_map(|(latitude, longitude)| Position::new(latitude, longitude).unwrap())
}

fn bbox() -> impl Strategy<Value = Bbox> {
    (coordinates(), coordinates()).prop_map(|((one, west), (other, east))| {
        Bbox::new(west, one.min(other), east, one.max(other)).unwrap()
    })
}

fn readings(places: &[(f64, f64)]) -> Arc<Readings> {
    let as_of = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
    for (index, &(latitude, longitude)) in places.iter().enumerate() {
        let (id, place) = (format!("{}", index % 7), Place::new(latitude, longitude, None));
        builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure: Exposure::Outdoor, place });
    }
    builder.finish()
}

/// The haversine formula.
fn haversine(one: Position, other: Position) -> f64 {
    let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
    let along = half(one.longitude_degrees(), other.longitude_degrees());
    let cosines = one.latitude_degrees().to_radians().cos() * other.latitude_degrees().to_radians().cos();
    let hav = half(one.latitude_degrees(), other.latitude_degrees()) + cosines * along;
    2.0 * 6_371_008.8 * hav.sqrt().min(1.0).asin()
}

fn scan(readings: &Readings, centre: Position, radius: Metres) -> Vec<usize> {
    let near = |at: Place| at.position().distance_to(centre) <= radius;
    readings.boxes().filter(|it| it.place().is_some_and(near)).map(|it| it.index()).collect()
}

fn sorted(boxes: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut boxes: Vec<usize> = boxes.collect();
    boxes.sort_unstable();
    boxes
}

proptest! {
    #[test]
    fn a_distance_is_the_haversine_formulas(one in position(), other in position()) {
        let (told, known) = (one.distance_to(other).0, haversine(one, other));
        // Near the antipodes both formulas lose digits.
        let tolerance = if known > 20e6 { 1.0 } else { 1e-6 + known * 1e-9 };
        prop_assert!((told - known).abs() <= tolerance, "{told} {known}");
    }

    #[test]
    fn whatever_is_within_a_radius_is_found(
        places in prop::collection::vec(coordinates(), 0..100),
        centre in position(),
        radius in prop_oneof![Just(0.0), 0.0..50e3, 0.0..2e6, 0.0..21e6, Just(f64::INFINITY), Just(-1.0)],
    ) {
        let readings = readings(&places);
        let index = BoxIndex::of(&readings);
        let found: Vec<Nearby> = index.within(centre, Metres(radius)).collect();
        for near in &found {
            let at = readings.sense_box(near.box_index).place().unwrap().position();
            prop_assert_eq!(near.distance, at.distance_to(centre));
        }
        prop_assert_eq!(sorted(found.iter().map(|it| it.box_index)), scan(&readings, centre, Metres(radius)));
    }

    #[test]
    fn the_nearest_come_first(
        places in prop::collection::vec(coordinates(), 0..100),
        centre in position(),
        up_to in prop_oneof![0.0..50e3, 0.0..21e6],
    ) {
        let readings = readings(&places);
        let found: Vec<Nearby> = BoxIndex::of(&readings).nearest(centre, Metres(up_to)).collect();
        prop_assert!(found.is_sorted_by(|one, other| one.distance.0 <= other.distance.0 + 1e-6));
        prop_assert_eq!(sorted(found.iter().map(|it| it.box_index)), scan(&readings, centre, Metres(up_to)));
    }

    #[test]
    fn whatever_is_in_a_bounding_box_is_found(
        places in prop::collection::vec(coordinates(), 0..100),
        bbox in bbox(),
    ) {
        let readings = readings(&places);
        let inside = |at: Place| bbox.contains(at.position());
        let scan = readings.boxes().filter(|it| it.place().is_some_and(inside)).map(|it| it.index());
        prop_assert_eq!(sorted(BoxIndex::of(&readings).inside(&readings, bbox)), scan.collect::<Vec<_>>());
    }

    #[test]
    fn a_box_is_found_by_its_id(places in prop::collection::vec(coordinates(), 0..20), id in "[0-9]") {
        let readings = readings(&places);
        let known = readings.boxes().find(|it| it.id() == id).map(|it| it.index());
        prop_assert_eq!(readings.box_by_id(&id).map(|it| it.index()), known);
    }
}

#[test]
fn no_bounding_box_is_upside_down_or_off_the_earth() {
    assert!(Bbox::new(0.0, 2.0, 1.0, 1.0).is_none());
    assert!(Bbox::new(0.0, -90.1, 1.0, 1.0).is_none());
    assert!(Bbox::new(0.0, 0.0, 180.1, 1.0).is_none());
    assert!(Bbox::new(f64::NAN, 0.0, 1.0, 1.0).is_none());
    assert!(Bbox::new(1.0, 0.0, 1.0, 0.0).is_some());
}
