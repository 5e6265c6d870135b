//! Properties of the checks beyond the plausible range.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quality::{Check, Level, Outcome, Quality, QualityRules};
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

/// A box with a thermometer: north and east within its district in hundredths of a degree, height,
/// and reading in sixty-fourths of a degree, so that sums are exact.
#[derive(Debug, Clone)]
struct Drawn {
    id: u32,
    north: i32,
    east: i32,
    height: Option<f64>,
    exposure: Exposure,
    shows: i32,
}

fn boxes() -> impl Strategy<Value = Vec<Drawn>> {
    let exposure = prop::sample::select(
        &[Exposure::Outdoor, Exposure::Outdoor, Exposure::Indoor, Exposure::Unknown][..],
    );
    let height = prop::option::of((0..800_i32).prop_map(f64::from));
    let drawn =
        (-50..50_i32, -50..50_i32, height, exposure, prop_oneof![5 => 600..800_i32, 1 => -1000..1600_i32]);
    prop::collection::vec(drawn, 0..40).prop_map(|drawn| {
        (0..)
            .zip(drawn)
            .map(|(id, (north, east, height, exposure, shows))| Drawn {
                id,
                north,
                east,
                height,
                exposure,
                shows,
            })
            .collect()
    })
}

/// The outcomes of all checks by box id, with all thermometers shifted by `more` degrees.
fn outcomes(boxes: &[Drawn], more: i32) -> Vec<(u32, [Outcome; 6], Option<Level>)> {
    let as_of: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), verdict::VerdictRules::default(), as_of);
    for drawn in boxes {
        let place = Place::new(
            52.0 + f64::from(drawn.north) / 100.0,
            7.0 + f64::from(drawn.east) / 100.0,
            drawn.height,
        );
        let id = format!("{:024}", drawn.id);
        builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure: drawn.exposure, place });
        let value = (f64::from(drawn.shows) / 64.0 + f64::from(more)).to_string();
        // Each at its own time, so that none duplicates another.
        let at = as_of - SignedDuration::from_secs(drawn.id.into());
        let measured = Some(Measured { value: &value, at });
        builder.add_sensor(&SensorFacts {
            id: &id,
            title: "Temperatur",
            unit: "°C",
            sensor_type: "",
            measured,
        });
    }
    let readings = builder.finish();
    let quality = Quality::of(&readings, QualityRules::builtin(), || ());
    let of_row = |(row, drawn): (usize, &Drawn)| {
        (drawn.id, Check::ALL.map(|check| quality.outcome(row, check)), quality.level(row))
    };
    let mut outcomes: Vec<_> = boxes.iter().enumerate().map(of_row).collect();
    outcomes.sort_by_key(|(id, ..)| *id);
    outcomes
}

proptest! {
    #[test]
    fn the_order_of_boxes_changes_nothing(boxes in boxes(), shuffle in any::<u64>()) {
        let mut shuffled = boxes.clone();
        shuffled.sort_by_key(|drawn| (u64::from(drawn.id) + 1).wrapping_mul(shuffle | 1).rotate_left(17));
        prop_assert_eq!(outcomes(&boxes, 0), outcomes(&shuffled, 0));
    }

    #[test]
    fn weather_that_is_warmer_everywhere_makes_no_outliers(boxes in boxes(), more in -10..10_i32) {
        let neighbours = |more| {
            let of_box = |(id, outcomes, _): (u32, [Outcome; 6], _)| (id, outcomes[Check::Neighbours.index()]);
            outcomes(&boxes, more).into_iter().map(of_box).collect::<Vec<_>>()
        };
        prop_assert_eq!(neighbours(0), neighbours(more));
    }

    #[test]
    fn a_box_in_a_room_is_heard_by_no_other(boxes in boxes()) {
        let without: Vec<Drawn> = boxes.iter().filter(|drawn| drawn.exposure != Exposure::Indoor).cloned().collect();
        let outdoors = |id: u32| boxes[id as usize].exposure != Exposure::Indoor;
        let only_neighbours = |all: Vec<(u32, [Outcome; 6], Option<Level>)>| {
            let of_box = |(id, outcomes, _): (u32, [Outcome; 6], _)| (id, outcomes[Check::Neighbours.index()]);
            all.into_iter().map(of_box).filter(|(id, _)| outdoors(*id)).collect::<Vec<_>>()
        };
        prop_assert_eq!(only_neighbours(outcomes(&boxes, 0)), only_neighbours(outcomes(&without, 0)));
    }

    #[test]
    fn what_fails_is_never_better_than_plausible(boxes in boxes()) {
        for (_, outcomes, level) in outcomes(&boxes, 0) {
            let passed = |check: Check| outcomes[check.index()] == Outcome::Passed;
            let allowed: &[Level] = if outcomes.contains(&Outcome::Failed) {
                &[Level::Plausible]
            } else if passed(Check::Neighbours) {
                &[Level::Unsuspicious, Level::Confirmed]
            } else {
                &[Level::Alone, Level::Unsuspicious]
            };
            prop_assert!(level.is_some_and(|level| allowed.contains(&level)), "{:?} {:?}", outcomes, level);
        }
    }
}
