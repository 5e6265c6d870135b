//! From snapshots to answers: however readings are ingested, files, hourly sums and answers agree.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::histogram::Histogram;
use hivebox_climate::place::{Exposure, GeohashCell};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::selection::Selection;
use hivebox_climate::statistics::Percentile;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use object_store::memory::InMemory;
use proptest::prelude::*;

use super::truth::{agree, engine};
use crate::history::question::{Every, Question};
use crate::history::{History, hourly, read_day};
use crate::query::AnswerSource;
use crate::store::SnapshotStore;
use crate::testing::questions::{FIRST_DAY, any_question};
use crate::testing::readings::{DAY_MILLIS, Reading};
use crate::testing::rounds::{
    AllReadings, KnownReading, Round, Station, any_rounds, in_catalogue, model, now, take_in,
};

const HOUR_MILLIS: i64 = 3_600_000;
const PERCENTILES: [f64; 4] = [0.0, 50.0, 90.0, 100.0];

/// All readings in the files of the days.
async fn compacted(history: &History) -> AllReadings {
    let mut all = AllReadings::new();
    for day in &history.manifest().await.unwrap().days {
        let file = history.fetch(&day.readings).await.unwrap();
        read_day(&file, |row| {
            let at = row.measured_at.as_millisecond();
            let reading = Reading {
                phenomenon: row.phenomenon.map(in_catalogue),
                box_id: row.box_id.to_owned(),
                exposure: row.exposure,
                model: model(row.model),
                position: row.place.map(|place| place.position()),
                at,
                hundredths: row.hundredths,
                is_ok: row.verdict.slug() == "ok",
            };
            let known = KnownReading { reading, verdict: row.verdict.slug().to_owned(), place: row.place };
            let before = all.insert((row.box_id.to_owned(), row.sensor_id.to_owned(), at), known);
            assert!(before.is_none(), "{} at {at} is there twice", row.sensor_id);
        })
        .unwrap();
    }
    all
}

/// An hour, a phenomenon, an exposure, and a cell: empty for boxes without a position, none for the planet.
type Hour = (i64, String, &'static str, Option<String>);
/// Sum, minimum and maximum in hundredths.
type Sums = (i64, i32, i32);

async fn rollups(history: &History) -> BTreeMap<Hour, (Sums, Histogram)> {
    let mut hours = BTreeMap::new();
    for day in &history.manifest().await.unwrap().days {
        let each = |row: hourly::HourlyRow| {
            let cell = row.area.text().map(str::to_owned);
            let hour = (row.hour.as_millisecond(), row.phenomenon.into(), row.exposure.slug(), cell);
            let sums = (row.sums.sum_hundredths, row.sums.min_hundredths, row.sums.max_hundredths);
            let before = hours.insert(hour, (sums, row.sums.values));
            assert!(before.is_none(), "an hour is there twice");
        };
        hourly::read(history.fetch(&day.hourly).await.unwrap(), each).unwrap();
    }
    hours
}

/// The values of each hour, sorted.
fn hours(readings: &[Reading]) -> BTreeMap<Hour, Vec<i32>> {
    let mut hours: BTreeMap<Hour, Vec<i32>> = BTreeMap::new();
    for reading in readings.iter().filter(|reading| reading.is_ok) {
        if let (Some(phenomenon), Some(hundredths)) = (reading.phenomenon, reading.hundredths) {
            let cell = reading.position.map_or(String::new(), |at| GeohashCell::of(at).as_str().to_owned());
            for cell in [None, Some(cell)] {
                let hour = reading.at.div_euclid(HOUR_MILLIS) * HOUR_MILLIS;
                let key = (hour, phenomenon.to_owned(), reading.exposure.slug(), cell);
                hours.entry(key).or_default().push(hundredths);
            }
        }
    }
    for values in hours.values_mut() {
        values.sort_unstable();
    }
    hours
}

fn rollups_agree(
    told: &BTreeMap<Hour, (Sums, Histogram)>,
    truth: &BTreeMap<Hour, Vec<i32>>,
) -> Result<(), TestCaseError> {
    prop_assert_eq!(told.keys().collect::<Vec<_>>(), truth.keys().collect::<Vec<_>>());
    for ((hour, (sums, sketch)), values) in told.iter().zip(truth.values()) {
        let sum = values.iter().map(|&value| i64::from(value)).sum();
        prop_assert_eq!(*sums, (sum, values[0], values[values.len() - 1]), "{:?}", hour);
        prop_assert_eq!(sketch.count(), values.len() as u64);
        for percentile in PERCENTILES.map(|percent| Percentile::new(percent).unwrap()) {
            let value = |place: u64| f64::from(values[place as usize]) / 100.0;
            let truth = percentile.among(values.len() as u64, value).unwrap();
            let told = sketch.quantile(percentile).unwrap().0;
            let near = sketch.resolution().error(Canonical(truth)).0 + 1e-9;
            prop_assert!((told - truth).abs() <= near, "{} instead of {} at {:?}", told, truth, hour);
        }
    }
    Ok(())
}

/// A question about all boxes and all the time that the hourly sums can answer.
fn by_hours() -> Question {
    let catalogue = Catalogue::builtin();
    let at = |day: i64| Timestamp::from_millisecond((FIRST_DAY + day) * DAY_MILLIS).unwrap();
    Question {
        phenomena: ["air_temperature", "relative_humidity"]
            .map(|slug| catalogue.by_slug(slug).unwrap())
            .into(),
        selection: Selection { exposures: vec![Exposure::Outdoor, Exposure::Mobile], ..Selection::default() },
        from: at(-1),
        to: at(4),
        every: Some(Every::Fixed(Duration::from_hours(6))),
        zone: TimeZone::UTC,
        percentiles: PERCENTILES.into_iter().filter_map(Percentile::new).collect(),
    }
}

async fn check(stations: &[Station], rounds: &[Round], question: &Question) -> Result<(), TestCaseError> {
    let store = SnapshotStore::over(Arc::new(InMemory::new()));
    let all = take_in(&store, stations, rounds).await;
    let history = History::of(&store);
    let compacted = compacted(&history).await;
    prop_assert_eq!(compacted.keys().collect::<Vec<_>>(), all.keys().collect::<Vec<_>>());
    for (key, known) in &all {
        prop_assert_eq!(&compacted[key], known, "{:?}", key);
    }
    let readings: Vec<Reading> = all.values().map(|known| known.reading.clone()).collect();
    rollups_agree(&rollups(&history).await, &hours(&readings))?;

    prop_assert_eq!(history.verify(|_, _| {}).await.unwrap().faults, []);
    let removed = history.remove_taken(now() + SignedDuration::from_hours(1)).await.unwrap();
    prop_assert!(removed.kept.is_empty() && store.list(None, 1).await.unwrap().is_empty());

    let engine = engine(history);
    agree(&engine, &readings, question).await?;
    let source = agree(&engine, &readings, &by_hours()).await?;
    prop_assert_eq!(source, AnswerSource::Hourly);
    Ok(())
}

prop_compose! {
    fn any_rounds_and_question()(rounds in any_rounds())(
        question in any_question(rounds.0.iter().map(|station| station.box_id.clone()).collect()),
        rounds in Just(rounds),
    ) -> ((Vec<Station>, Vec<Round>), Question) {
        (rounds, question)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn snapshots_files_of_days_rollups_and_answers_agree(
        ((stations, rounds), question) in any_rounds_and_question(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&stations, &rounds, &question))?;
    }
}
