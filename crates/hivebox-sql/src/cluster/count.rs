//! Asks the cluster how often each value was measured in each stretch of time, and sums up the counts in this process, with
//! the same code as for an answer without a cluster.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::ScalarValue;
use datafusion::error::DataFusionError;
use datafusion::execution::session_state::SessionState;
use datafusion::functions::math::expr_fn::round;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, cast, col, lit};
use datafusion::prelude::{DataFrame, SessionContext};
use futures_util::StreamExt;
use hivebox_archive::query::{DataFile, FileReader, QueryError, ReadingFilter, ReadingSums, Rect};
use hivebox_climate::place::Position;
use hivebox_climate::verdict::Verdict;

use super::files;
use super::job::{self, failed};
use super::scheduler::Scheduler;
use crate::error::query_error;
use crate::table::FileTable;

/// Stretches of time of equal length. Each lies within one bucket, except that the first and the last bucket may cut one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretches {
    /// When stretch 0 begins, at or before the first bucket.
    first_millis: i64,
    length_millis: i64,
}

/// Sums up the readings in `files` that `filter` selects, from counts by the cluster.
pub(super) async fn sum_readings(
    scheduler: &Scheduler,
    state: &SessionState,
    reader: &FileReader,
    files: &[DataFile],
    filter: &ReadingFilter,
) -> Result<ReadingSums, QueryError> {
    let files: Vec<_> = files.iter().filter(|file| file.overlaps(filter.time())).cloned().collect();
    let mut sums = ReadingSums::new(filter, reader.memory())?;
    sums.scanned.files = files.len() as u64;
    if files.is_empty() {
        return Ok(sums);
    }
    scheduler.reach().await?;
    let failed = |error| failed(&error);
    let stretches = Stretches::of(&filter.edges);
    let table = files::listing(&FileTable::readings(files, reader.clone())).map_err(failed)?;
    let readings = SessionContext::new_with_state(state.clone()).read_table(table).map_err(failed)?;
    let counts = counts(readings, filter, stretches).map_err(failed)?;
    let mut counts = job::begin(counts, scheduler).await.map_err(failed)?;
    while let Some(batch) = counts.next().await {
        let batch = batch.map_err(|error| query_error(&error, reader.memory().limit_bytes()))?;
        let column =
            |column| QueryError::ClusterFailed { reason: format!("its answer has no column {column}") };
        add(&batch, filter, stretches, &mut sums).map_err(column)?;
        sums.fit_into_memory()?;
    }
    Ok(sums)
}

impl Stretches {
    fn of(edges: &[i64]) -> Self {
        let first = edges.first().copied().unwrap_or_default();
        let inner = edges.get(1..edges.len().saturating_sub(1)).unwrap_or_default();
        let Some((&anchor, later)) = inner.split_first() else {
            return Self { first_millis: first, length_millis: i64::MAX };
        };
        let apart = later.iter().fold(0, |common, edge| greatest_common_divisor(common, edge - anchor));
        // Two buckets are two stretches.
        let longer = (anchor - first).max(edges[edges.len() - 1] - anchor).max(1);
        let length_millis = if apart > 0 { apart } else { longer };
        let before = (anchor - first).div_euclid(length_millis) + 1;
        Self { first_millis: anchor - before * length_millis, length_millis }
    }
}

fn greatest_common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one.abs() } else { greatest_common_divisor(other, one % other) }
}

/// Counts readings by phenomenon, stretch, value and, if the filter needs it, position.
fn counts(
    readings: DataFrame,
    filter: &ReadingFilter,
    stretches: Stretches,
) -> Result<DataFrame, DataFusionError> {
    let millis = || cast(col("measured_at"), DataType::Int64);
    let stretch = (millis() - lit(stretches.first_millis)) / lit(stretches.length_millis);
    let hundredths = cast(round(vec![col("value") * lit(100.0)]), DataType::Int32);
    let mut by = vec![col("phenomenon"), stretch.alias("stretch"), hundredths.alias("hundredths")];
    if filter.has_place() {
        by.extend([col("latitude"), col("longitude")]);
    }
    let readings = conditions(filter).into_iter().try_fold(readings, DataFrame::filter)?;
    readings.aggregate(by, vec![count(lit(1)).alias("readings")])
}

fn conditions(filter: &ReadingFilter) -> Vec<Expr> {
    let (from, to) = filter.time();
    let at = |millis| lit(ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into())));
    let phenomena: Vec<&str> = filter.phenomena.iter().map(|(_, name)| *name).collect();
    let mut all = vec![
        any_of("phenomenon", &phenomena),
        col("measured_at").gt_eq(at(from)),
        col("measured_at").lt(at(to)),
        col("verdict").eq(lit(Verdict::Ok.slug())),
        col("value").is_not_null(),
    ];
    all.extend(filter.ids.as_ref().map(|ids| any_of("box_id", ids)));
    all.extend((!filter.exposures.is_empty()).then(|| any_of("exposure", &filter.exposures)));
    all.extend((!filter.models.is_empty()).then(|| any_of("model", &filter.models)));
    for rects in filter.places() {
        all.push(rects.into_iter().map(within).reduce(Expr::or).unwrap_or_else(|| lit(false)));
    }
    all
}

fn any_of(name: &str, texts: &[impl AsRef<str>]) -> Expr {
    col(name).in_list(texts.iter().map(|text| lit(text.as_ref().to_owned())).collect(), false)
}

fn within(rect: Rect) -> Expr {
    col("latitude")
        .between(lit(rect.south), lit(rect.north))
        .and(col("longitude").between(lit(rect.west), lit(rect.east)))
}

/// Adds some counts. Fails with the name of the column that is missing or malformed.
fn add(
    counts: &RecordBatch,
    filter: &ReadingFilter,
    stretches: Stretches,
    sums: &mut ReadingSums,
) -> Result<(), &'static str> {
    let column = |name: &'static str| counts.column_by_name(name).ok_or(name);
    let whole = |name| column(name)?.as_primitive_opt::<Int64Type>().ok_or(name);
    let degrees = |name| column(name)?.as_primitive_opt::<Float64Type>().ok_or(name);
    let names = column("phenomenon")?.as_string_opt::<i32>().ok_or("phenomenon")?;
    let (numbers, readings) = (whole("stretch")?, whole("readings")?);
    let hundredths = column("hundredths")?.as_primitive_opt::<Int32Type>().ok_or("hundredths")?;
    let places = if filter.has_place() { Some((degrees("latitude")?, degrees("longitude")?)) } else { None };
    let (from, _) = filter.time();
    for row in 0..counts.num_rows() {
        let is_there = places.is_none_or(|(north, east)| {
            let is_known = north.is_valid(row) && east.is_valid(row);
            filter.is_place(is_known.then(|| Position::new(north.value(row), east.value(row))).flatten())
        });
        let phenomenon = filter.phenomena.iter().position(|(_, name)| *name == names.value(row));
        if let (Some(phenomenon), true) = (phenomenon, is_there) {
            let at = stretches.first_millis + numbers.value(row) * stretches.length_millis;
            let count = readings.value(row) as u64;
            // The first stretch may begin before the first bucket, but all counted readings are in the bucket.
            sums.add_count(phenomenon, hundredths.value(row), count, at.max(from));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use hivebox_archive::query::bucket_index;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_stretch_lies_in_one_bucket(
            first in -1_000_000_i64..1_000_000,
            lengths in proptest::collection::vec((1_i64..50).prop_map(|length| 12 * length), 1..20),
            share in 0.0..1.0_f64,
            cut in (0_i64..12, 0_i64..12),
        ) {
            let mut edges = vec![first];
            edges.extend(lengths.iter().scan(first, |at, length| { *at += length; Some(*at) }));
            edges[0] += cut.0;
            let last = edges.len() - 1;
            edges[last] -= cut.1;
            prop_assume!(edges[0] < edges[last] && edges.is_sorted());
            let stretches = Stretches::of(&edges);
            let at = edges[0] + ((edges[last] - edges[0] - 1) as f64 * share) as i64;
            let number = (at - stretches.first_millis) / stretches.length_millis;
            prop_assert!(at >= stretches.first_millis);
            // All lengths are multiples of 12, and two buckets are two stretches.
            let most = if edges.len() == 3 { 2 } else { (edges[last] - edges[0]) / 12 + 2 };
            prop_assert!(number <= most);
            let told = (stretches.first_millis + number * stretches.length_millis).max(edges[0]);
            prop_assert_eq!(bucket_index(&edges, told), bucket_index(&edges, at));
        }
    }
}
