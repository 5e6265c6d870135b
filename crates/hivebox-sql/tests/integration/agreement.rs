//! SQL agrees with the simplest loop over all readings.

use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_schema::{DataType, TimeUnit};
use datafusion::arrow::compute::cast;
use futures_util::TryStreamExt;
use hivebox_archive::history::question::Question;
use hivebox_archive::testing::questions::any_readings_and_question;
use hivebox_archive::testing::readings::{Reading, selected, write};
use hivebox_archive::{History, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::selection::SearchArea;
use hivebox_sql::{SqlEngine, SqlLimits};
use proptest::prelude::*;

use super::engines;

const SIX_HOURS: i64 = 6 * 3_600_000;

/// A question as SQL that counts by phenomenon and six hours; `None` if SQL cannot select its area.
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

pub(crate) async fn by_sql(engine: &SqlEngine, sql: &str) -> Vec<RecordBatch> {
    let rows = engine.query(sql, SqlLimits { rows: 100_000 }).await.unwrap();
    rows.try_collect().await.unwrap()
}

/// A phenomenon and the beginning of six hours, with the count, mean, minimum and maximum of values.
pub(crate) type SixHours = (String, i64, i64, f64, f64, f64);

/// The rows of SQL that groups by phenomenon and six hours.
pub(crate) fn sums_of_sql(batches: &[RecordBatch]) -> Vec<SixHours> {
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

/// The same by the simplest means.
pub(crate) fn sums_of<'a>(readings: impl IntoIterator<Item = &'a Reading>) -> Vec<SixHours> {
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

pub(crate) fn compare_sums(told: &[SixHours], truth: &[SixHours], sql: &str) -> Result<(), TestCaseError> {
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
    let Some(sql) = in_sql(question) else { return Ok(()) };
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), readings);
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let (engine, sql_engine) = engines(History::of(&store));
    engine.suppose(files);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let told = sums_of_sql(&runtime.block_on(by_sql(&sql_engine, &sql)));
    let slugs = question.phenomena.iter().map(|id| Some(Catalogue::builtin().phenomenon(*id).slug()));
    let slugs: Vec<_> = slugs.collect();
    let wanted = selected(readings, question);
    let wanted = wanted.into_iter().filter(|reading| slugs.contains(&reading.phenomenon));
    compare_sums(&told, &sums_of(wanted), &sql)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn sql_agrees_with_the_plainest_means((readings, question) in any_readings_and_question()) {
        check(&readings, &question)?;
    }
}
