//! The SQL functions that HiveBox adds or replaces.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use futures_util::TryStreamExt;
use hivebox_archive::testing::readings::{DAY_MILLIS, Reading, write};
use hivebox_archive::{History, SnapshotStore};
use hivebox_climate::place::Exposure;
use hivebox_sql::SqlLimits;

use super::engines;

/// The single row of an answer about three days, as numbers.
async fn row(sql: &str) -> Vec<f64> {
    let readings = (0..600_i32).map(|number| Reading {
        phenomenon: Some("air_temperature"),
        box_id: format!("box{}", number % 3),
        exposure: Exposure::Outdoor,
        model: "custom",
        position: None,
        // Also before 1970.
        at: i64::from(number) * DAY_MILLIS / 200 - 2 * DAY_MILLIS + i64::from(number),
        hundredths: Some(number * 10),
        is_ok: true,
    });
    let folder = tempfile::tempdir().unwrap();
    let files = write(folder.path(), &readings.collect::<Vec<_>>());
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let (engine, sql_engine) = engines(History::of(&store));
    engine.suppose(files);
    let rows = sql_engine.query(sql, SqlLimits { rows: 1 }).await.unwrap();
    let batches: Vec<_> = rows.try_collect().await.unwrap();
    let batch = batches.iter().find(|batch| batch.num_rows() == 1).unwrap();
    let number = |column: &arrow_array::ArrayRef| match column.as_primitive_opt::<Int64Type>() {
        Some(column) => column.value(0) as f64,
        None => column.as_primitive::<Float64Type>().value(0),
    };
    batch.columns().iter().map(number).collect()
}

#[tokio::test]
async fn date_trunc_in_utc_is_that_of_a_calendar_without_zones() {
    let is_same = |unit: &str| {
        let naive = "cast(measured_at as timestamp)";
        let ours = format!("cast(date_trunc('{unit}', measured_at) as timestamp)");
        format!("sum(case when {ours} = date_trunc('{unit}', {naive}) then 1 else 0 end)")
    };
    let units = ["second", "minute", "hour", "day", "DAY", "week", "month", "year"].map(is_same);
    let told = row(&format!("select {} from readings", units.join(", "))).await;
    assert!(told.len() == 8 && told.iter().all(|same| (same - 600.0).abs() < f64::EPSILON), "{told:?}");
}

#[tokio::test]
async fn sketches_of_many_hours_tell_percentiles_together() {
    let told = row(
        "select sum(count), sketch_percentile(sketch, 0.0), sketch_percentile(sketch, 50.0), sketch_percentile(sketch, 100) \
         from hourly where cell is null",
    );
    let [count, least, median, greatest] = told.await[..] else { panic!("four columns") };
    assert!((count - 600.0).abs() < f64::EPSILON);
    for (told, truth) in [(least, 0.0), (median, 29.95), (greatest, 59.9)] {
        assert!((told - truth).abs() <= 0.05 + 1e-9, "{told} instead of {truth}");
    }
}

#[tokio::test]
async fn sketches_without_rows_tell_nothing() {
    let told = row(
        "select count(*) from (select sketch_percentile(sketch, 50) as it from hourly where count < 0) where it is null",
    );
    let [nothing] = told.await[..] else { panic!("one column") };
    assert!((nothing - 1.0).abs() < f64::EPSILON);
}
