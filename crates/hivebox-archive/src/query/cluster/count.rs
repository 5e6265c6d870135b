//! Puts a question to the cluster: how often was each value measured in each stretch of time? What the counts come to is found
//! here, by the same sums as for an answer of one machine.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int32Type, Int64Type};
use arrow_array::{Array, RecordBatch};
use datafusion::arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::execution::session_state::SessionState;
use datafusion::functions::math::expr_fn::round;
use datafusion::functions_aggregate::expr_fn::count;
use datafusion::logical_expr::{Expr, cast, col, lit};
use datafusion::prelude::{DataFrame, SessionContext};
use futures_util::StreamExt;
use hivebox_climate::place::Position;

use super::address::Scheduler;
use super::{failed, job};
use crate::query::error::QueryError;
use crate::query::files::DataFile;
use crate::query::prune::OK;
use crate::query::read::{Scanned, Source};
use crate::query::readings::{Found, fit};
use crate::query::sql::{self, FileTable};
use crate::query::tally::Tally;
use crate::query::wanted::{Rect, Wanted};

/// Stretches of time of one length, which no bucket's edge cuts but the first and the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stretches {
    /// When the one with the number 0 begins; nothing wanted was measured before.
    first_millis: i64,
    length_millis: i64,
}

/// Adds up the readings in `files` that are wanted, by their counts from the cluster.
pub(crate) async fn add_up(
    scheduler: &Scheduler,
    state: &SessionState,
    source: &Source,
    files: &[DataFile],
    wanted: &Wanted,
    percentiles: bool,
) -> Result<Found, QueryError> {
    let (from, to) = wanted.time();
    let is_in_time = |file: &&DataFile| file.first_millis < to && file.last_millis >= from;
    let files: Vec<_> = files.iter().filter(is_in_time).cloned().collect();
    let mut scanned = Scanned { files: files.len() as u64, ..Scanned::default() };
    let phenomena = wanted.phenomena.iter().map(|(id, _)| *id);
    let mut tally = Tally::new(wanted.edges.clone(), phenomena, percentiles);
    let taken = source.memory.take("tally");
    taken.resize(tally.bytes())?;
    if files.is_empty() {
        return Ok(Found { tally, taken, scanned });
    }
    scheduler.reach().await?;
    let failed = |error| failed(&error);
    let stretches = Stretches::of(&wanted.edges);
    let table = FileTable::readings(files, source.clone()).on_cluster().map_err(failed)?;
    let readings = SessionContext::new_with_state(state.clone()).read_table(table).map_err(failed)?;
    let counts = counts(readings, wanted, stretches).map_err(failed)?;
    let mut counts = job::begin(counts, scheduler).await.map_err(failed)?;
    let share_bytes = source.memory.limit_bytes() / 2;
    while let Some(batch) = counts.next().await {
        let batch = batch.map_err(|error| sql::told(&error, source.memory.limit_bytes()))?;
        let column =
            |column| QueryError::ClusterFailed { reason: format!("its answer has no column {column}") };
        scanned.rows += add(&batch, wanted, stretches, &mut tally).map_err(column)?;
        fit(&mut tally, &taken, share_bytes)?;
    }
    Ok(Found { tally, taken, scanned })
}

impl Stretches {
    fn of(edges: &[i64]) -> Self {
        let first = edges.first().copied().unwrap_or_default();
        let inner = edges.get(1..edges.len().saturating_sub(1)).unwrap_or_default();
        let Some((&anchor, later)) = inner.split_first() else {
            return Self { first_millis: first, length_millis: i64::MAX };
        };
        let apart = later.iter().fold(0, |common, edge| greatest_common_divisor(common, edge - anchor));
        // Of two buckets each is a stretch.
        let longer = (anchor - first).max(edges[edges.len() - 1] - anchor).max(1);
        let length_millis = if apart > 0 { apart } else { longer };
        let before = (anchor - first).div_euclid(length_millis) + 1;
        Self { first_millis: anchor - before * length_millis, length_millis }
    }
}

fn greatest_common_divisor(one: i64, other: i64) -> i64 {
    if other == 0 { one.abs() } else { greatest_common_divisor(other, one % other) }
}

/// How many readings there are of each phenomenon, stretch, value and, if it matters, place.
fn counts(readings: DataFrame, wanted: &Wanted, stretches: Stretches) -> Result<DataFrame> {
    let millis = || cast(col("measured_at"), DataType::Int64);
    let stretch = (millis() - lit(stretches.first_millis)) / lit(stretches.length_millis);
    let hundredths = cast(round(vec![col("value") * lit(100.0)]), DataType::Int32);
    let mut by = vec![col("phenomenon"), stretch.alias("stretch"), hundredths.alias("hundredths")];
    if wanted.has_place() {
        by.extend([col("latitude"), col("longitude")]);
    }
    let readings = conditions(wanted).into_iter().try_fold(readings, DataFrame::filter)?;
    readings.aggregate(by, vec![count(lit(1)).alias("readings")])
}

fn conditions(wanted: &Wanted) -> Vec<Expr> {
    let (from, to) = wanted.time();
    let at = |millis| lit(ScalarValue::TimestampMillisecond(Some(millis), Some("UTC".into())));
    let phenomena: Vec<&str> = wanted.phenomena.iter().map(|(_, name)| *name).collect();
    let mut all = vec![
        any_of("phenomenon", &phenomena),
        col("measured_at").gt_eq(at(from)),
        col("measured_at").lt(at(to)),
        col("verdict").eq(lit(OK)),
        col("value").is_not_null(),
    ];
    all.extend(wanted.ids.as_ref().map(|ids| any_of("box_id", ids)));
    all.extend((!wanted.exposures.is_empty()).then(|| any_of("exposure", &wanted.exposures)));
    all.extend((!wanted.models.is_empty()).then(|| any_of("model", &wanted.models)));
    for rects in wanted.places() {
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

/// Adds some counts; how many readings that were. Fails with the name of the column that is not as it should be.
fn add(
    counts: &RecordBatch,
    wanted: &Wanted,
    stretches: Stretches,
    tally: &mut Tally,
) -> Result<u64, &'static str> {
    let column = |name: &'static str| counts.column_by_name(name).ok_or(name);
    let whole = |name| column(name)?.as_primitive_opt::<Int64Type>().ok_or(name);
    let degrees = |name| column(name)?.as_primitive_opt::<Float64Type>().ok_or(name);
    let names = column("phenomenon")?.as_string_opt::<i32>().ok_or("phenomenon")?;
    let (numbers, readings) = (whole("stretch")?, whole("readings")?);
    let hundredths = column("hundredths")?.as_primitive_opt::<Int32Type>().ok_or("hundredths")?;
    let places = if wanted.has_place() { Some((degrees("latitude")?, degrees("longitude")?)) } else { None };
    let (from, _) = wanted.time();
    let mut added = 0;
    for row in 0..counts.num_rows() {
        let is_there = places.is_none_or(|(north, east)| {
            let is_known = north.is_valid(row) && east.is_valid(row);
            wanted.is_place(is_known.then(|| Position::new(north.value(row), east.value(row))).flatten())
        });
        let phenomenon = wanted.phenomena.iter().position(|(_, name)| *name == names.value(row));
        if let (Some(phenomenon), true) = (phenomenon, is_there) {
            let at = stretches.first_millis + numbers.value(row) * stretches.length_millis;
            let times = readings.value(row) as u64;
            // The first stretch may begin before what is wanted, and all of it that was counted is.
            tally.add_times(phenomenon, hundredths.value(row), times, at.max(from));
            added += times;
        }
    }
    Ok(added)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::query::tally::bucket_of;

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
            prop_assert_eq!(bucket_of(&edges, told).0, bucket_of(&edges, at).0);
        }
    }
}
