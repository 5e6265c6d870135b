//! Random readings and random questions about them.

use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Bbox, Exposure, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::readings::{DAY_MILLIS, Reading};
use crate::history::question::{Every, Question};

/// The day before the clocks go back in Germany, 2026-10-24, as the number of days since 1970-01-01.
pub const FIRST_DAY: i64 = 20_750;
const PHENOMENA: [&str; 3] = ["air_temperature", "relative_humidity", "wind_direction"];

/// A position near Münster, at the date line or anywhere, or none.
pub fn any_position() -> impl Strategy<Value = Option<Position>> {
    let near = (51.0..53.0_f64, 7.0..9.0_f64);
    let at_date_line =
        (-20.0..-16.0_f64, prop_oneof![179.0..180.0_f64, -180.0..-179.0_f64, Just(180.0), Just(-180.0)]);
    prop_oneof![
        5 => near.prop_map(|(latitude, longitude)| Position::new(latitude, longitude)),
        3 => at_date_line.prop_map(|(latitude, longitude)| Position::new(latitude, longitude)),
        1 => (-90.0..90.0_f64, -180.0..180.0_f64).prop_map(|(latitude, longitude)| Position::new(latitude, longitude)),
        1 => Just(None),
    ]
}

/// Any exposure.
pub fn any_exposure() -> impl Strategy<Value = Exposure> {
    prop::sample::select(vec![Exposure::Indoor, Exposure::Outdoor, Exposure::Mobile, Exposure::Unknown])
}

/// The readings of a box, which may move once.
fn any_box() -> impl Strategy<Value = Vec<Reading>> {
    let value = prop_oneof![
        8 => (-1500_i32..3500).prop_map(Some),
        1 => Just(None),
    ];
    let readings = prop::collection::vec(
        (
            0..3 * DAY_MILLIS,
            value,
            prop::bool::weighted(0.9),
            prop::option::weighted(0.95, 0..PHENOMENA.len()),
        ),
        1..60,
    );
    let model = prop::sample::select(vec!["homeV2Wifi", "custom"]);
    ("[0-9a-f]{6}", any_exposure(), model, any_position(), any_position(), readings, any::<bool>()).prop_map(
        |(box_id, exposure, model, first, second, readings, moves)| {
            let reading =
                |(since, hundredths, is_ok, phenomenon): (i64, Option<i32>, bool, Option<usize>)| Reading {
                    phenomenon: phenomenon.map(|place| PHENOMENA[place]),
                    box_id: box_id.clone(),
                    exposure,
                    model,
                    position: if moves && since % 2 == 0 { second } else { first },
                    at: FIRST_DAY * DAY_MILLIS + since,
                    hundredths,
                    is_ok,
                };
            readings.into_iter().map(reading).collect()
        },
    )
}

/// The readings of some boxes.
pub fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
    prop::collection::vec(any_box(), 1..30).prop_map(|boxes| boxes.concat())
}

fn any_every() -> impl Strategy<Value = Option<Every>> {
    prop_oneof![
        Just(None),
        Just(Some(Every::Fixed(Duration::from_hours(1)))),
        Just(Some(Every::Fixed(Duration::from_hours(6)))),
        (1_u64..600).prop_map(|minutes| Some(Every::Fixed(Duration::from_mins(minutes)))),
        Just(Some(Every::Days(1))),
        Just(Some(Every::Weeks(1))),
        Just(Some(Every::Months(1))),
    ]
}

fn any_zone() -> impl Strategy<Value = TimeZone> {
    let zones =
        ["UTC0", "CET-1CEST,M3.5.0,M10.5.0/3", "IST-5:30", "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45"];
    prop::sample::select(zones.to_vec()).prop_map(|zone| TimeZone::posix(zone).unwrap())
}

fn any_selection() -> impl Strategy<Value = Selection> {
    let bbox = (any_position(), any_position()).prop_map(|corners| {
        let (one, other) = (corners.0?, corners.1?);
        let (south, north) = (one.latitude_degrees(), other.latitude_degrees());
        Bbox::new(one.longitude_degrees(), south.min(north), other.longitude_degrees(), south.max(north))
    });
    let area = (any_position(), 1.0..2_000_000.0_f64).prop_map(|(centre, radius)| {
        centre.map_or(SearchArea::Everywhere, |centre| SearchArea::Within { centre, radius: Metres(radius) })
    });
    let everything = Just(Selection::default());
    let narrowed = (
        prop_oneof![2 => Just(SearchArea::Everywhere), 1 => area],
        prop_oneof![2 => Just(None), 1 => bbox],
        prop::collection::vec(any_exposure(), 0..2),
        prop::collection::vec(Just("custom".to_owned()), 0..2),
    )
        .prop_map(|(area, bbox, exposures, models)| Selection {
            area,
            bbox,
            exposures,
            models,
            ..Selection::default()
        });
    prop_oneof![1 => everything, 3 => narrowed]
}

prop_compose! {
    /// A question about all or some of these boxes.
    pub fn any_question(box_ids: Vec<String>)(
        selection in any_selection(),
        ids in prop::option::weighted(0.3, prop::collection::vec(prop::sample::select(box_ids), 1..4)),
        phenomena in prop::sample::subsequence(PHENOMENA.to_vec(), 1..=PHENOMENA.len()),
        (from, length) in (-DAY_MILLIS / 2..2 * DAY_MILLIS, 1..3 * DAY_MILLIS),
        is_round in any::<bool>(),
        every in any_every(),
        zone in any_zone(),
        percentiles in prop::collection::vec(0.0..100.0_f64, 0..3),
    ) -> Question {
        let hour = 3_600_000;
        let round = |millis: i64| if is_round { millis / hour * hour } else { millis };
        let at = |millis: i64| Timestamp::from_millisecond(FIRST_DAY * DAY_MILLIS + millis).unwrap();
        let catalogue = Catalogue::builtin();
        Question {
            phenomena: phenomena.iter().map(|slug| catalogue.by_slug(slug).unwrap()).collect(),
            selection: Selection { ids, ..selection },
            from: at(round(from)),
            to: at(round(from) + round(length).max(hour)),
            every,
            zone,
            percentiles: percentiles.into_iter().filter_map(Percentile::new).collect(),
        }
    }
}

prop_compose! {
    /// Readings, and a question about them.
    pub fn any_readings_and_question()(readings in any_readings())(
        question in any_question(readings.iter().map(|reading| reading.box_id.clone()).collect()),
        readings in Just(readings),
    ) -> (Vec<Reading>, Question) {
        (readings, question)
    }
}
