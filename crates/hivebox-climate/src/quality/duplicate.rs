//! Finds boxes that were registered twice and send each reading for both.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::check::Check;
use super::one_place::PlacesTaken;
use super::rules::{QualityRules, TwinsRule};
use super::table::Quality;
use super::turns::Turns;
use crate::phenomenon::PhenomenonId;
use crate::place::Place;
use crate::readings::{BoxReadings, Reading, Readings};

/// A cell of the grid on which equal places are found.
type GridCell = (i64, i64);

/// Equal readings at one place: phenomenon, raw value and time.
type Same = (GridCell, PhenomenonId, u64, i64);

/// Of equal readings at one place, only that of the first box by id passes.
pub(super) fn check(
    readings: &Readings,
    rules: &QualityRules,
    quality: &mut Quality,
    turns: &mut Turns<impl FnMut()>,
) {
    let cell = |place: Place| {
        let step = |degrees: f64| (degrees / rules.duplicate_degrees).round() as i64;
        (step(place.latitude_degrees()), step(place.longitude_degrees()))
    };
    let mut boxes_at: HashMap<GridCell, u32, RandomState> = HashMap::default();
    for place in readings.boxes().filter_map(|sense_box| sense_box.place()) {
        *boxes_at.entry(cell(place)).or_default() += 1;
    }
    let mut taken = PlacesTaken::within(rules.twins.within);
    // The first box with each reading.
    let mut seen: HashMap<Same, usize, RandomState> = HashMap::default();
    for sense_box in readings.boxes_by_id() {
        turns.worked(sense_box.rows().len());
        let Some(cell) = sense_box.place().map(cell) else { continue };
        let is_alone = boxes_at.get(&cell) == Some(&1);
        for row in sense_box.rows().filter(|&row| quality.is_plausible(row)).collect::<Vec<_>>() {
            let reading = readings.reading(row);
            let (Some(phenomenon), Some(raw), Some(at)) =
                (reading.phenomenon(), reading.raw_value(), reading.measured_at())
            else {
                continue;
            };
            let same = (cell, phenomenon, raw.to_bits(), at.as_millisecond());
            let passed = is_alone || *seen.entry(same).or_insert(sense_box.index()) == sense_box.index();
            quality.note(row, Check::Duplicate, passed);
        }
        let first = sense_box.place().and_then(|place| taken.take(place.position(), sense_box.index()));
        if let Some(first) = first {
            for row in twin_rows(readings.sense_box(first), sense_box, &rules.twins, quality) {
                quality.note(row, Check::Duplicate, false);
            }
        }
    }
}

/// The readings that a box shares with the `first` at its place, if it is the same box, registered
/// twice: enough readings are equal, give or take a minute, and none differs.
fn twin_rows(
    first: BoxReadings<'_>,
    other: BoxReadings<'_>,
    rule: &TwinsRule,
    quality: &Quality,
) -> Vec<usize> {
    let is_plausible = |reading: &Reading<'_>| quality.is_plausible(reading.row());
    let mut shared = Vec::new();
    for reading in other.readings().filter(is_plausible) {
        let of_first = first.readings().filter(is_plausible);
        let mut same = of_first.filter(|it| it.phenomenon() == reading.phenomenon()).peekable();
        if same.peek().is_none() {
            continue;
        }
        let is_equal = same.any(|it| {
            let apart_millis = (it.measured_at_millis() - reading.measured_at_millis()).abs();
            it.raw_value().map(f64::to_bits) == reading.raw_value().map(f64::to_bits)
                && apart_millis <= rule.millis
        });
        if !is_equal {
            return Vec::new();
        }
        shared.push(reading.row());
    }
    if shared.len() >= rule.equal { shared } else { Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::super::check::Outcome::{Failed, NotChecked, Passed};
    use jiff::{SignedDuration, Timestamp};

    use super::super::test_box::{TestBox, outcomes};
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::place::Exposure;
    use crate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
    use crate::verdict::VerdictRules;

    #[test]
    fn the_first_by_id_counts_and_its_doubles_do_not() {
        let twin = TestBox::at(52.0, 7.0).shows("20.5");
        let boxes = [
            twin.with_id("c"),
            twin.with_id("a"),
            twin.with_id("b").shows("20.6"),
            twin.with_id("d").minutes_ago(3),
            TestBox::at(52.001, 7.0).shows("20.5").with_id("e"),
            TestBox::nowhere().shows("20.5").with_id("f"),
            twin.with_id("g").moved(0.000_002, 0.000_002),
        ];
        let expected = [Failed, Passed, Passed, Passed, Passed, NotChecked, Failed];
        assert_eq!(outcomes(&boxes, Check::Duplicate), expected);
    }

    #[test]
    fn a_box_registered_twice_some_metres_and_seconds_apart_is_found_by_several_equal_readings() {
        let as_of: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let outcomes = |others: [[&str; 2]; 2], seconds: i64, metres: f64| {
            let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
            let mut add = |id: &str, north: f64, [temperature, humidity]: [&str; 2], seconds: i64| {
                let place = Place::new(52.0 + north / 111_195.0, 7.0, None);
                let exposure = Exposure::Outdoor;
                builder.add_box(&BoxFacts { id, name: "", model: "", exposure, place });
                let at = as_of - SignedDuration::from_secs(100 + seconds);
                for (title, unit, value) in
                    [("Temperatur", "°C", temperature), ("rel. Luftfeuchte", "%", humidity)]
                {
                    let measured = Some(Measured { value, at });
                    builder.add_sensor(&SensorFacts { id: title, title, unit, sensor_type: "", measured });
                }
            };
            add("a", 0.0, others[0], 0);
            add("b", metres, others[1], seconds);
            let quality = Quality::of(&builder.finish(), QualityRules::builtin(), || ());
            [0, 1, 2, 3].map(|row| quality.outcome(row, Check::Duplicate))
        };
        let (here, almost) = (["10.25", "81.5"], ["10.25", "81.6"]);
        assert_eq!(outcomes([here, here], 7, 12.0), [Passed, Passed, Failed, Failed]);
        assert_eq!(outcomes([here, almost], 7, 12.0), [Passed; 4], "a neighbour with the same temperature");
        assert_eq!(outcomes([here, here], 90, 12.0), [Passed; 4], "another time");
        assert_eq!(outcomes([here, here], 7, 40.0), [Passed; 4], "the next house");
    }

    #[test]
    fn what_is_not_plausible_is_no_double() {
        let broken = TestBox::at(52.0, 7.0).shows("-127");
        assert_eq!(outcomes(&[broken.with_id("a"), broken.with_id("b")], Check::Duplicate), [NotChecked; 2]);
    }
}
