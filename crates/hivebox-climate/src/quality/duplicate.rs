//! Finds boxes that were registered twice and send each reading for both.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::check::Check;
use super::rules::QualityRules;
use super::table::Quality;
use super::turns::Turns;
use crate::phenomenon::PhenomenonId;
use crate::place::Place;
use crate::readings::Readings;

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
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::Outcome::{Failed, NotChecked, Passed};
    use super::super::test_box::{TestBox, outcomes};
    use super::*;

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
    fn what_is_not_plausible_is_no_double() {
        let broken = TestBox::at(52.0, 7.0).shows("-127");
        assert_eq!(outcomes(&[broken.with_id("a"), broken.with_id("b")], Check::Duplicate), [NotChecked; 2]);
    }
}
