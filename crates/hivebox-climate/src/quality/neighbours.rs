//! Finds readings far from those of the boxes around.

use super::around::{Around, FoundNeighbours};
use super::check::Check;
use super::comparison::Comparison;
use super::indoor;
use super::misplaced::Mirror;
use super::neighbourhood::{Neighbourhood, place_outdoors};
use super::rules::QualityRules;
use super::table::Quality;
use super::turns::Turns;
use super::typical::TypicalSpread;
use crate::place::Exposure;
use crate::readings::Readings;

/// The cost of searching around a box, in rows looked at.
const WORK_OF_A_BOX: usize = 200;
/// The cost of one comparison.
const WORK_OF_A_ROW: usize = 2;

/// A reading and its surroundings.
struct Surrounded {
    row: usize,
    /// The index of its rule.
    rule: usize,
    value: f64,
    around: Around,
}

/// All that [`surroundings`] finds.
#[derive(Default)]
struct Found {
    surrounded: Vec<Surrounded>,
    /// The surroundings of lonely boxes' mirror images, where these are crowded.
    mirrored: Vec<Surrounded>,
    /// The rows of readings that nobody can compare.
    alone: Vec<usize>,
}

/// Checks neighbours, rooms and places together, since all need the surroundings.
pub(super) fn check(
    readings: &Readings,
    rules: &QualityRules,
    quality: &mut Quality,
    turns: &mut Turns<impl FnMut()>,
) {
    let Found { surrounded, mirrored, alone } = surroundings(readings, rules, quality, turns);
    let typical: Vec<TypicalSpread> = (0..rules.neighbours.len())
        .map(|rule| {
            let near = surrounded.iter().filter(|it| {
                it.rule == rule && it.around.distance_km <= rules.neighbours[rule].learn_within_km
            });
            let deviations: Vec<f64> = near.map(|it| it.value - it.around.median).collect();
            turns.worked(WORK_OF_A_ROW * deviations.len());
            TypicalSpread::of(&rules.neighbours[rule], &deviations)
        })
        .collect();
    for Surrounded { row, rule, value, around } in surrounded {
        let (indoor, typical, rule) = (&rules.indoor[rule], &typical[rule], &rules.neighbours[rule]);
        let comparison = around.compare(rule, typical, value);
        let has_company = around.has_company(rule, typical, value);
        quality.note(row, Check::Neighbours, has_company || is_close(rule.threshold, &comparison));
        if let Some(indoor) = indoor {
            quality.note(row, Check::Indoor, has_company || indoor::passes(indoor, value, &comparison));
        }
        if is_close(rule.confirmed, &comparison) {
            quality.confirm(row);
        }
        if comparison.neighbours >= rules.place.lonely {
            quality.note(row, Check::Place, true);
        }
        quality.keep(row, comparison);
        turns.worked(WORK_OF_A_ROW);
    }
    for Surrounded { row, rule, value, around } in mirrored {
        let fits = is_close(
            rules.neighbours[rule].threshold,
            &around.compare(&rules.neighbours[rule], &typical[rule], value),
        );
        quality.note(row, Check::Place, !fits);
    }
    for row in alone {
        quality.stands_alone(row);
    }
}

/// The surroundings of all plausible readings with a rule and enough neighbours.
fn surroundings(
    readings: &Readings,
    rules: &QualityRules,
    quality: &Quality,
    turns: &mut Turns<impl FnMut()>,
) -> Found {
    let neighbourhood = Neighbourhood::of(readings, rules, quality);
    let mut found: Vec<FoundNeighbours> =
        rules.neighbours.iter().map(|_| FoundNeighbours::default()).collect();
    let mut all = Found::default();
    for sense_box in readings.boxes() {
        let rule_of = |row: usize| {
            let phenomenon = readings.reading(row).phenomenon()?;
            rules.neighbours.iter().position(|rule| rule.phenomenon == phenomenon)
        };
        let rows: Vec<(usize, usize)> = sense_box
            .rows()
            .filter(|&row| quality.is_plausible(row))
            .filter_map(|row| Some((row, rule_of(row)?)))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let Some(place) = place_outdoors(sense_box) else {
            if sense_box.exposure() != Exposure::Indoor {
                all.alone.extend(rows.iter().map(|(row, _)| row));
            }
            continue;
        };
        let around: Vec<Option<Around>> =
            neighbourhood.around(sense_box.index(), place, &mut found).collect();
        let company: Vec<usize> = found.iter().map(FoundNeighbours::len).collect();
        let is_lonely = rows.iter().any(|&(_, rule)| company[rule] < rules.place.lonely);
        let mirror =
            is_lonely.then(|| Mirror::of(&neighbourhood, sense_box.index(), place, &mut found)).flatten();
        for (row, rule) in rows {
            let Some(value) = readings.reading(row).value() else { continue };
            let surrounded = |around| Surrounded { row, rule, value: value.0, around };
            all.surrounded.extend(around[rule].map(surrounded));
            if company[rule] < rules.place.lonely {
                let crowd = mirror.as_ref().and_then(|mirror| mirror.crowd(rule, &rules.place));
                all.mirrored.extend(crowd.map(surrounded));
            }
            if company[rule] == 0 {
                all.alone.push(row);
            }
        }
        turns.worked(WORK_OF_A_BOX);
    }
    all
}

fn is_close(threshold: f64, comparison: &Comparison) -> bool {
    comparison.deviation.abs() <= threshold * comparison.spread
}

#[cfg(test)]
mod tests {
    use super::super::check::Outcome::{Failed, NotChecked, Passed};
    use super::super::test_box::{TestBox, judged, outcomes};
    use super::*;

    /// Boxes in a row, about a kilometre apart, with these values.
    fn row_of(values: &[&'static str]) -> Vec<TestBox> {
        let ids = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let step = |index: usize| TestBox::at(52.0 + 0.01 * index as f64, 7.0).with_id(ids[index]);
        values.iter().enumerate().map(|(index, value)| step(index).shows(value)).collect()
    }

    #[test]
    fn who_is_far_from_the_others_fails() {
        let values = ["10.1", "10.9", "9.5", "21", "10.2", "9.9", "10.4", "-1"];
        let expected = [Passed, Passed, Passed, Failed, Passed, Passed, Passed, Failed];
        assert_eq!(outcomes(&row_of(&values), Check::Neighbours), expected);
        let suspected = [Passed, Passed, Passed, Failed, Passed, Passed, Passed, Passed];
        assert_eq!(outcomes(&row_of(&values), Check::Indoor), suspected);
    }

    #[test]
    fn what_a_reading_was_compared_with_is_kept_and_explains_its_outcome() {
        let boxes = row_of(&["10.1", "10.9", "9.5", "21", "10.2", "9.9", "10.4", "-1"]);
        let quality = judged(&boxes);
        let comparison = quality.comparison(3).unwrap();
        // Seven others, of which the fourth is the median, 1 to 4 hundredths of a degree away.
        assert!((comparison.median - 10.1).abs() < 1e-9 && (comparison.deviation - 10.9).abs() < 1e-9);
        assert_eq!(comparison.neighbours, 7);
        assert!((comparison.nearest.0 - 1112.0).abs() < 1.0, "{comparison:?}");
        assert!((comparison.furthest.0 - 4448.0).abs() < 2.0, "{comparison:?}");
        let threshold = QualityRules::builtin().neighbours[0].threshold;
        for row in 0..boxes.len() {
            let Comparison { deviation, spread, .. } = *quality.comparison(row).unwrap();
            let failed = quality.outcome(row, Check::Neighbours) == Failed;
            assert_eq!(deviation.abs() > threshold * spread, failed, "{row}");
        }
        assert!(quality.comparison(7).unwrap().deviation < 0.0, "below the others");
        let alone = judged(&boxes[..2]);
        assert_eq!([0, 1].map(|row| alone.comparison(row)), [None, None]);
    }

    #[test]
    fn who_has_too_few_neighbours_is_not_checked() {
        assert_eq!(outcomes(&row_of(&["10"; 5]), Check::Neighbours), [NotChecked; 5]);
        assert_eq!(outcomes(&row_of(&["10"; 6]), Check::Neighbours), [Passed; 6]);
        let mut far = row_of(&["10"; 6]);
        far[5] = far[5].moved(2.0, 0.0);
        assert_eq!(outcomes(&far, Check::Neighbours), [NotChecked; 6]);
    }

    #[test]
    fn boxes_that_say_they_are_indoors_neither_check_nor_are_checked() {
        let mut boxes = row_of(&["10", "10", "10", "10", "10", "10", "25", "25"]);
        for room in &mut boxes[6..] {
            *room = room.exposed(Exposure::Indoor);
        }
        let expected = [[Passed; 6].as_slice(), &[NotChecked; 2]].concat();
        assert_eq!(outcomes(&boxes, Check::Neighbours), expected);
        assert_eq!(outcomes(&boxes, Check::Indoor), expected);
        boxes[5] = boxes[5].exposed(Exposure::Indoor);
        assert_eq!(outcomes(&boxes, Check::Neighbours), [NotChecked; 8]);
    }

    #[test]
    fn a_mountain_is_colder_and_that_is_no_fault() {
        let mut boxes = row_of(&["15", "15.5", "14.5", "15.2", "15.1", "4"]);
        for valley in &mut boxes {
            *valley = valley.at_height(100.0);
        }
        assert_eq!(outcomes(&boxes, Check::Neighbours)[5], Failed);
        boxes[5] = boxes[5].at_height(1800.0);
        assert_eq!(outcomes(&boxes, Check::Neighbours), [Passed; 6]);
        boxes[5] = boxes[5].at_height(180_000.0);
        assert_eq!(outcomes(&boxes, Check::Neighbours)[5], Failed, "nobody stands so high");
    }

    #[test]
    fn a_box_and_its_double_have_one_voice() {
        let mut boxes = row_of(&["10", "10", "10", "10", "10"]);
        let double = boxes[4].with_id("z");
        boxes.push(double);
        assert_eq!(outcomes(&boxes, Check::Neighbours)[..5], [NotChecked; 5]);
    }
}
