//! From snapshots to SQL: however readings are ingested, SQL over hourly sums, boxes and sensors agrees with them.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use hivebox_archive::testing::rounds::{AllReadings, Round, Station, any_rounds, take_in};
use hivebox_archive::{History, SnapshotStore};
use hivebox_sql::SqlEngine;
use object_store::memory::InMemory;
use proptest::prelude::*;

use super::agreement::{by_sql, compare_sums, sums_of, sums_of_sql};
use super::engines;

/// SQL over the hourly sums agrees with the readings, and the tables of boxes and sensors have each one once.
async fn agrees(engine: &SqlEngine, all: &AllReadings) -> Result<(), TestCaseError> {
    let sql = "select phenomenon, date_bin(interval '6 hours', hour) as bucket, sum(count) as count, \
               sum(sum) / sum(count) as mean, min(min) as min, max(max) as max \
               from hourly where cell is null group by 1, 2 order by 1, 2";
    let counting = all.values().map(|known| &known.reading).filter(|reading| reading.is_ok);
    compare_sums(&sums_of_sql(&by_sql(engine, sql).await), &sums_of(counting), sql)?;

    let sql = "select count(*), count(distinct box_id), (select count(*) from sensors) as sensors from boxes";
    let told = by_sql(engine, sql).await;
    let told: Vec<i64> =
        told[0].columns().iter().map(|column| column.as_primitive::<Int64Type>().value(0)).collect();
    let boxes: BTreeSet<&str> = all.values().map(|known| known.reading.box_id.as_str()).collect();
    let sensors: BTreeSet<(&str, &str)> =
        all.keys().map(|(sense_box, sensor, _)| (sense_box.as_str(), sensor.as_str())).collect();
    prop_assert_eq!(told, [boxes.len(), boxes.len(), sensors.len()].map(|count| count as i64));
    Ok(())
}

async fn check(stations: &[Station], rounds: &[Round]) -> Result<(), TestCaseError> {
    let store = SnapshotStore::over(Arc::new(InMemory::new()));
    let all = take_in(&store, stations, rounds).await;
    if all.is_empty() {
        return Ok(());
    }
    let (_engine, sql_engine) = engines(History::of(&store));
    agrees(&sql_engine, &all).await
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn snapshots_files_of_days_rollups_and_sql_agree((stations, rounds) in any_rounds()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(check(&stations, &rounds))?;
    }
}
