//! Readings, hours and SQL agree with the plainest means, whatever is asked.

use std::collections::BTreeMap;
use std::time::Duration;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_schema::{DataType, TimeUnit};
use datafusion::arrow::compute::cast;
use futures_util::TryStreamExt;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Bbox, Exposure, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::Percentile;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::past::{DAY_MILLIS, Reading, told, wanted, write};
use crate::history::History;
use crate::history::question::{Every, HistoryRow, Question};
use crate::query::{AnswerSource, Engine, EngineOptions, SqlLimits};
use crate::store::SnapshotStore;

/// The day before clocks are put back in Germany, 2026-10-24.
pub(super) const FIRST_DAY: i64 = 20_750;
const SIX_HOURS: i64 = 6 * 3_600_000;
const PHENOMENA: [&str; 3] = ["air_temperature", "relative_humidity", "wind_direction"];

pub(super) fn engine() -> Engine {
    let options = EngineOptions {
        memory_bytes: 64 << 20,
        timeout: Duration::from_mins(10),
        running: 2,
        waiting: 2,
        threads: 2,
        on_thread_start: || {},
    };
    Engine::new(options).unwrap()
}

pub(super) fn any_position() -> impl Strategy<Value = Option<Position>> {
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

pub(super) fn any_exposure() -> impl Strategy<Value = Exposure> {
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

fn any_readings() -> impl Strategy<Value = Vec<Reading>> {
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
    /// A question that is about some boxes, or all of them.
    pub(super) fn any_question(box_ids: Vec<String>)(
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

/// Compares rows, with percentiles to be right within `resolution`.
fn compare(told: &[HistoryRow], truth: &[HistoryRow], is_exact: bool) -> Result<(), TestCaseError> {
    prop_assert_eq!(told.len(), truth.len());
    for (told, truth) in told.iter().zip(truth) {
        prop_assert_eq!(
            (told.phenomenon, told.from, told.to, told.count),
            (truth.phenomenon, truth.from, truth.to, truth.count)
        );
        prop_assert_eq!((told.min, told.max), (truth.min, truth.max));
        let phenomenon = Catalogue::builtin().phenomenon(told.phenomenon);
        match (told.mean, truth.mean) {
            (Some(told), Some(truth)) if phenomenon.is_direction() => {
                let apart = (told.0 - truth.0).rem_euclid(360.0);
                prop_assert!(apart.min(360.0 - apart) < 1e-6, "{} instead of {}", told.0, truth.0);
            }
            (Some(told), Some(truth)) => {
                prop_assert!((told.0 - truth.0).abs() < 1e-9, "{} instead of {}", told.0, truth.0);
            }
            (told, truth) => prop_assert_eq!(told, truth),
        }
        let near = if is_exact { 0.0 } else { phenomenon.sketch_resolution().width().0 / 2.0 + 1e-9 };
        for ((_, told), (_, truth)) in told.percentiles.iter().zip(&truth.percentiles) {
            match (told, truth) {
                (Some(told), Some(truth)) => {
                    prop_assert!((told.0 - truth.0).abs() <= near, "{} instead of {}", told.0, truth.0);
                }
                (told, truth) => prop_assert_eq!(told, truth),
            }
        }
    }
    Ok(())
}

/// What is counted by SQL, which says in its own words what a question selects; `None` if it has no words for it.
fn in_sql(question: &Question) -> Option<String> {
    let selection = &question.selection;
    let quoted = |texts: Vec<&str>| format!("('{}')", texts.join("', '"));
    let mut terms = vec![
        format!("measured_at >= '{}' and measured_at < '{}'", question.from, question.to),
        "verdict = 'ok' and value is not null".to_owned(),
    ];
    let phenomena = question.phenomena.iter().map(|id| Catalogue::builtin().phenomenon(*id).slug()).collect();
    terms.push(format!("phenomenon in {}", quoted(phenomena)));
    if let Some(ids) = &selection.ids {
        terms.push(format!("box_id in {}", quoted(ids.iter().map(String::as_str).collect())));
    }
    if !selection.exposures.is_empty() {
        terms.push(format!(
            "exposure in {}",
            quoted(selection.exposures.iter().map(|it| it.slug()).collect())
        ));
    }
    if !selection.models.is_empty() {
        terms.push(format!("model in {}", quoted(selection.models.iter().map(String::as_str).collect())));
    }
    if let Some(bbox) = selection.bbox {
        let [west, south, east, north] = bbox.degrees();
        let or = if west > east { "or" } else { "and" };
        let between = |sign: &str| format!("({sign}longitude >= {west} {or} {sign}longitude <= {east})");
        terms.push(format!("latitude >= {south} and latitude <= {north}"));
        terms.push(format!("({} or abs(longitude) = 180 and {})", between(""), between("-")));
    }
    let is_told = selection.area == SearchArea::Everywhere;
    let is_wanted = terms.join(" and ");
    is_told.then(|| {
        format!(
            "select phenomenon, date_bin(interval '6 hours', measured_at) as bucket, count(*) as count, \
             avg(value) as mean, min(value) as min, max(value) as max \
             from readings where {is_wanted} group by 1, 2 order by 1, 2"
        )
    })
}

pub(super) async fn by_sql(engine: &Engine, history: &History, sql: &str) -> Vec<RecordBatch> {
    let rows = engine.sql(history, sql, SqlLimits { rows: 100_000 }).await.unwrap();
    rows.try_collect().await.unwrap()
}

/// A phenomenon and the beginning of six hours with the count, the mean, the least and the greatest of values.
pub(super) type SixHours = (String, i64, i64, f64, f64, f64);

/// As SQL that groups by phenomenon and six hours tells it.
pub(super) fn sums_of_sql(batches: &[RecordBatch]) -> Vec<SixHours> {
    let mut rows = Vec::new();
    for batch in batches {
        let phenomena = batch.column(0).as_string::<i32>();
        let buckets = cast(batch.column(1), &DataType::Timestamp(TimeUnit::Millisecond, None)).unwrap();
        let buckets = buckets.as_primitive::<TimestampMillisecondType>();
        let counts = batch.column(2).as_primitive::<Int64Type>();
        let number = |column: usize| batch.column(column).as_primitive::<Float64Type>();
        for row in 0..batch.num_rows() {
            rows.push((
                phenomena.value(row).to_owned(),
                buckets.value(row),
                counts.value(row),
                number(3).value(row),
                number(4).value(row),
                number(5).value(row),
            ));
        }
    }
    rows
}

/// The same by the plainest means.
pub(super) fn sums_of<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> Vec<SixHours> {
    let mut values: BTreeMap<(&str, i64), Vec<f64>> = BTreeMap::new();
    for reading in readings {
        if let (Some(phenomenon), Some(hundredths)) = (reading.phenomenon, reading.hundredths) {
            let bucket = reading.at.div_euclid(SIX_HOURS) * SIX_HOURS;
            values.entry((phenomenon, bucket)).or_default().push(f64::from(hundredths) / 100.0);
        }
    }
    let sums = values.into_iter().map(|((phenomenon, bucket), values)| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        let (min, max) =
            values.iter().fold((f64::MAX, f64::MIN), |(min, max), &value| (min.min(value), max.max(value)));
        (phenomenon.to_owned(), bucket, values.len() as i64, mean, min, max)
    });
    sums.collect()
}

pub(super) fn compare_sums(told: &[SixHours], truth: &[SixHours], sql: &str) -> Result<(), TestCaseError> {
    prop_assert_eq!(told.len(), truth.len(), "{}", sql);
    for (told, truth) in told.iter().zip(truth) {
        prop_assert_eq!(
            (&told.0, told.1, told.2, told.4, told.5),
            (&truth.0, truth.1, truth.2, truth.4, truth.5)
        );
        prop_assert!((told.3 - truth.3).abs() < 1e-9, "{} instead of {} by {}", told.3, truth.3, sql);
    }
    Ok(())
}

fn check(readings: &[Reading], question: &Question) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), readings);
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let engine = engine();
    engine.suppose(&store, files);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(agree(&engine, &store.history(), readings, question)).map(drop)
}

/// Asks a history that has just these readings, in each way that there is; from what it was answered first.
pub(super) async fn agree(
    engine: &Engine,
    history: &History,
    readings: &[Reading],
    question: &Question,
) -> Result<AnswerSource, TestCaseError> {
    let truth = told(readings, question);
    let answered = engine.answer(history, question).await.unwrap();
    let source = answered.source;
    if source == AnswerSource::Readings {
        prop_assert!(answered.is_exact);
    }
    compare(&answered.rows, &truth, answered.is_exact)?;
    prop_assert_eq!(answered.through.map(Timestamp::as_millisecond), readings.iter().map(|it| it.at).max());

    // A model that all boxes may have asks for the same, and cannot be answered by hours.
    let mut by_readings = question.clone();
    if by_readings.selection.models.is_empty() {
        by_readings.selection.models = vec!["homeV2Wifi".into(), "custom".into()];
    }
    let answered = engine.answer(history, &by_readings).await.unwrap();
    prop_assert_eq!(answered.source, AnswerSource::Readings);
    compare(&answered.rows, &truth, true)?;

    if let Some(sql) = in_sql(question) {
        let told = sums_of_sql(&by_sql(engine, history, &sql).await);
        let slugs = question.phenomena.iter().map(|id| Some(Catalogue::builtin().phenomenon(*id).slug()));
        let slugs: Vec<_> = slugs.collect();
        let wanted = wanted(readings, question);
        let wanted = wanted.into_iter().filter(|reading| slugs.contains(&reading.phenomenon));
        compare_sums(&told, &sums_of(wanted), &sql)?;
    }
    Ok(source)
}

prop_compose! {
    fn any_readings_and_question()(readings in any_readings())(
        question in any_question(readings.iter().map(|reading| reading.box_id.clone()).collect()),
        readings in Just(readings),
    ) -> (Vec<Reading>, Question) {
        (readings, question)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn readings_hours_and_sql_agree_with_the_plainest_means((readings, question) in any_readings_and_question()) {
        check(&readings, &question)?;
    }
}
