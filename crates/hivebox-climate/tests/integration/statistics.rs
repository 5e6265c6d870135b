//! Statistics agree with a naive program that looks at all boxes and sorts all values.

use std::collections::BTreeMap;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Bbox, Position};
use hivebox_climate::quantity::{Canonical, Metres};
use hivebox_climate::readings::{BoxReadings, Reading, Readings};
use hivebox_climate::sample::Sample;
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::{Percentile, Statistics};
use hivebox_climate::verdict::Verdict;
use jiff::SignedDuration;
use proptest::prelude::*;

use crate::network::{EXPOSURES, MODELS, TAGS, as_of, boxes, readings};
use crate::places::coordinates;

fn area() -> impl Strategy<Value = SearchArea> {
    let radius = prop_oneof![0.0..60e3, 0.0..21e6];
    prop_oneof![
        Just(SearchArea::Everywhere),
        (coordinates(), radius).prop_map(|((north, east), radius)| SearchArea::Within {
            centre: Position::new(north, east).unwrap(),
            radius: Metres(radius)
        }),
    ]
}

fn bbox() -> impl Strategy<Value = Option<Bbox>> {
    let bbox = (coordinates(), coordinates()).prop_map(|((one, west), (other, east))| {
        Bbox::new(west, one.min(other), east, one.max(other)).unwrap()
    });
    prop::option::weighted(0.3, bbox)
}

fn selection() -> impl Strategy<Value = Selection> {
    let ids = prop::option::weighted(0.2, prop::collection::vec("[0-9]{1,2}", 0..20));
    let some = |of: &[&'static str]| {
        let words = prop::sample::subsequence(of.to_vec(), 0..=2);
        prop_oneof![2 => Just(Vec::new()), 1 => words.prop_map(|words| words.into_iter().map(str::to_owned).collect())]
    };
    let exposures = prop_oneof![Just(Vec::new()), prop::sample::subsequence(EXPOSURES.to_vec(), 1..=3)];
    let max_age = prop::option::of((0..4000_i64).prop_map(SignedDuration::from_secs));
    (area(), bbox(), ids, exposures, some(&MODELS), some(&TAGS), max_age).prop_map(
        |(area, bbox, ids, exposures, models, grouptags, max_age)| Selection {
            area,
            bbox,
            ids,
            exposures,
            models,
            grouptags,
            max_age,
        },
    )
}

fn percentiles() -> impl Strategy<Value = Vec<Percentile>> {
    let one = prop_oneof![prop::sample::select(&[0.0, 5.0, 25.0, 50.0, 100.0][..]), 0.0..=100.0];
    prop::collection::vec(one.prop_map(|it| Percentile::new(it).unwrap()), 0..6)
}

fn is_selected(selection: &Selection, it: BoxReadings<'_>) -> bool {
    let at = it.place().map(|place| place.position());
    let in_area = match selection.area {
        SearchArea::Everywhere => true,
        SearchArea::Within { centre, radius } => at.is_some_and(|at| at.distance_to(centre) <= radius),
    };
    let inside = selection.bbox.is_none_or(|bbox| at.is_some_and(|at| bbox.contains(at)));
    let tags: Vec<&str> = it.grouptags().collect();
    in_area
        && inside
        && selection.ids.as_ref().is_none_or(|ids| ids.iter().any(|id| id == it.id()))
        && (selection.exposures.is_empty() || selection.exposures.contains(&it.exposure()))
        && (selection.models.is_empty() || selection.models.iter().any(|model| model == it.model()))
        && selection.grouptags.iter().all(|tag| tags.contains(&tag.as_str()))
}

/// A check that some readings fail.
fn check(reading: Reading<'_>) -> Result<(), &'static str> {
    if reading.row() % 5 == 3 { Err("odd_row") } else { Ok(()) }
}

/// Why a reading is left out; `None` if it is not.
fn reason(selection: &Selection, reading: Reading<'_>) -> Option<&'static str> {
    let age = reading.measured_at().map(|at| as_of().duration_since(at));
    if reading.verdict() != Verdict::Ok {
        Some(reading.verdict().slug())
    } else if selection.max_age.is_some_and(|max_age| age.unwrap() > max_age) {
        Some("too_old")
    } else {
        check(reading).err()
    }
}

/// The naive program: counts of boxes, usable readings, and reasons for the others.
fn naive<'a>(
    readings: &'a Readings,
    selection: &Selection,
    phenomenon: PhenomenonId,
) -> ([u64; 3], Vec<Reading<'a>>, BTreeMap<&'static str, u64>) {
    let (mut counts, mut usable, mut left_out) = ([0; 3], Vec::new(), BTreeMap::new());
    for it in readings.boxes().filter(|it| is_selected(selection, *it)) {
        let sensors: Vec<_> = it.readings().filter(|it| it.phenomenon() == Some(phenomenon)).collect();
        let good: Vec<_> = sensors.iter().filter(|it| reason(selection, **it).is_none()).collect();
        counts[0] += 1;
        counts[1] += u64::from(!sensors.is_empty());
        counts[2] += u64::from(!good.is_empty());
        usable.extend(good);
        sensors
            .iter()
            .filter_map(|it| reason(selection, *it))
            .for_each(|it| *left_out.entry(it).or_default() += 1);
    }
    (counts, usable, left_out)
}

fn naive_percentile(sorted: &[f64], percentile: f64) -> f64 {
    let at = (sorted.len() - 1) as f64 * percentile / 100.0;
    sorted[at.floor() as usize] * (1.0 - at.fract()) + sorted[at.ceil() as usize] * at.fract()
}

fn close(told: Option<Canonical>, known: Option<f64>) -> bool {
    match (told, known) {
        (None, None) => true,
        (Some(Canonical(told)), Some(known)) => (told - known).abs() <= 1e-9 * known.abs().max(1.0),
        _ => false,
    }
}

proptest! {
    #[test]
    fn statistics_are_those_of_a_naive_program(
        boxes in boxes(40),
        selection in selection(),
        percentiles in percentiles(),
        slug in prop::sample::select(&["air_temperature", "air_pressure"][..]),
    ) {
        let (catalogue, readings) = (Catalogue::builtin(), readings(&boxes));
        let phenomenon = catalogue.by_slug(slug).unwrap();
        let places = BoxIndex::of(&readings);
        let sample = Sample::draw(&readings, &places, &selection, phenomenon, check);
        let told = Statistics::of(&sample, catalogue, &percentiles);
        let (counts, usable, left_out) = naive(&readings, &selection, phenomenon);

        let boxes = sample.boxes();
        prop_assert_eq!([boxes.selected, boxes.with_sensor, boxes.usable], counts);
        let coverage = (counts[0] > 0).then(|| counts[2] as f64 / counts[0] as f64);
        prop_assert_eq!(boxes.coverage(), coverage);
        prop_assert_eq!(sample.left_out().iter().collect::<BTreeMap<_, _>>(), left_out);
        let mut rows: Vec<usize> = sample.readings().map(|it| it.row()).collect();
        rows.sort_unstable();
        prop_assert_eq!(rows, usable.iter().map(Reading::row).collect::<Vec<_>>());
        prop_assert_eq!(told.count, usable.len() as u64);
        prop_assert_eq!(told.freshest, usable.iter().filter_map(Reading::measured_at).max());
        prop_assert_eq!(told.oldest, usable.iter().filter_map(Reading::measured_at).min());

        let mut sorted: Vec<f64> = usable.iter().map(|it| it.value().unwrap().0).collect();
        sorted.sort_by(f64::total_cmp);
        let n = sorted.len() as f64;
        let mean = |of: &[f64]| (!of.is_empty()).then(|| of.iter().sum::<f64>() / of.len() as f64);
        let cut = sorted.len() / 10;
        let squares = |mean: f64| sorted.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        let deviation = mean(&sorted).filter(|_| n > 1.0).map(|mean| (squares(mean) / (n - 1.0)).sqrt());
        let at = |percentile: f64| (n > 0.0).then(|| naive_percentile(&sorted, percentile));
        prop_assert!(close(told.mean, mean(&sorted)));
        prop_assert!(close(told.trimmed_mean, mean(&sorted[cut..sorted.len() - cut])));
        prop_assert!(close(told.standard_deviation, deviation), "{:?} {deviation:?}", told.standard_deviation);
        prop_assert!(close(told.median, at(50.0)));
        prop_assert_eq!(told.min.map(|it| it.0), sorted.first().copied());
        prop_assert_eq!(told.max.map(|it| it.0), sorted.last().copied());
        prop_assert_eq!(told.percentiles.len(), percentiles.len());
        for ((percentile, told), asked) in told.percentiles.iter().zip(&percentiles) {
            prop_assert_eq!(percentile, asked);
            prop_assert!(close(*told, at(percentile.get())), "{percentile:?}: {told:?}");
        }
    }

    #[test]
    fn directions_are_averaged_as_vectors(boxes in boxes(40)) {
        let (catalogue, readings) = (Catalogue::builtin(), readings(&boxes));
        let wind = catalogue.by_slug("wind_direction").unwrap();
        let places = BoxIndex::of(&readings);
        let sample = Sample::draw(&readings, &places, &Selection::default(), wind, |_| Ok(()));
        let told = Statistics::of(&sample, catalogue, &[Percentile::MEDIAN]);
        let (mut north, mut east) = (0.0, 0.0);
        for reading in sample.readings() {
            let radians = reading.value().unwrap().0.to_radians();
            (north, east) = (north + radians.cos(), east + radians.sin());
        }
        prop_assert_eq!(told.count, sample.readings().len() as u64);
        prop_assert!(told.median.is_none() && told.min.is_none() && told.percentiles[0].1.is_none());
        if let Some(Canonical(degrees)) = told.mean {
            prop_assert!((0.0..360.0).contains(&degrees));
            let off = (degrees - f64::atan2(east, north).to_degrees()).rem_euclid(360.0);
            prop_assert!(off.min(360.0 - off) < 1e-6, "{off}");
        } else {
            prop_assert!(f64::hypot(north, east) < 1e-6);
        }
    }
}

#[test]
fn a_large_mean_does_not_swallow_a_small_deviation() {
    use hivebox_climate::place::Exposure;
    use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
    use hivebox_climate::verdict::VerdictRules;

    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place: None });
    for value in ["1013.0000001", "1013.0000002", "1013.0000003"] {
        let measured = Some(Measured { value, at: as_of() });
        builder.add_sensor(&SensorFacts {
            id: "",
            title: "Luftdruck",
            unit: "hPa",
            sensor_type: "",
            measured,
        });
    }
    let (catalogue, readings) = (Catalogue::builtin(), builder.finish());
    let pressure = catalogue.by_slug("air_pressure").unwrap();
    let places = BoxIndex::of(&readings);
    let sample = Sample::draw(&readings, &places, &Selection::default(), pressure, |_| Ok(()));
    let told = Statistics::of(&sample, catalogue, &[]).standard_deviation.unwrap().0;
    assert!((told - 1e-7).abs() < 1e-12, "{told}");
}
