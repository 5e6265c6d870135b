//! No flipped bit in a file changes the answer to SQL without a word.

use std::sync::Arc;

use futures_util::TryStreamExt;
use hivebox_archive::history::{CollectedReading, CollectedReadings};
use hivebox_archive::query::QueryError;
use hivebox_archive::{History, SnapshotStore};
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use hivebox_sql::SqlLimits;
use jiff::{SignedDuration, Timestamp};
use object_store::memory::InMemory;
use object_store::{ObjectStore, ObjectStoreExt};

use super::engines;

/// Reads every column.
const SQL: &str = "select phenomenon, verdict, exposure, model, count(*), sum(cast(value * 100 as bigint)), \
                   count(distinct raw_value), count(distinct box_id), count(distinct sensor_id), \
                   sum(extract(epoch from measured_at)), count(distinct latitude), max(longitude), min(height) \
                   from readings group by 1, 2, 3, 4 order by 1, 2, 3, 4";
const TRIALS: usize = 60;

fn midnight() -> Timestamp {
    "2026-11-24T00:00:00Z".parse().unwrap()
}

fn collected() -> CollectedReadings {
    let mut collected = CollectedReadings::default();
    for (box_number, step) in (0..30_u32).flat_map(|number| (0..720_u32).map(move |step| (number, step))) {
        let value = f64::from((box_number * 720 + step).wrapping_mul(2_654_435_761) >> 18) / 100.0;
        collected.add(&CollectedReading {
            box_id: &format!("{box_number:024x}"),
            box_name: "Bienen",
            model: ["homeV2Wifi", "custom"][(box_number % 2) as usize],
            exposure: Exposure::Outdoor,
            place: Place::new(48.0 + f64::from(box_number), 7.0 + f64::from(step) / 1000.0, Some(60.5)),
            sensor_id: &format!("{:024x}", box_number << 8),
            title: "Temperatur",
            unit: "°C",
            sensor_type: "BME280",
            phenomenon: Some("air_temperature"),
            raw_value: Some(value.mul_add(1.8, 32.0)),
            value: Some(Canonical(value)),
            measured_at: midnight() + SignedDuration::from_mins(2 * i64::from(step)),
            verdict: if step % 10 == 0 { Verdict::Implausible } else { Verdict::Ok },
        });
    }
    collected
}

/// The answer of an engine that has read nothing before.
async fn answer(history: &History) -> Result<String, QueryError> {
    let (_engine, sql) = engines(history.clone());
    let rows = sql.query(SQL, SqlLimits { rows: 1000 }).await?;
    let rows: Vec<_> = rows.try_collect().await?;
    Ok(format!("{rows:?}"))
}

#[tokio::test]
async fn no_flipped_bit_changes_an_answer_without_a_word() {
    let objects = Arc::new(InMemory::new());
    let history = History::of(&SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>));
    history.merge(collected(), midnight() + SignedDuration::from_hours(24)).await.unwrap();
    let path = history.manifest().await.unwrap().days[0].readings.path.clone();
    let path = object_store::path::Path::from(path);
    let good = objects.get(&path).await.unwrap().bytes().await.unwrap();
    let right = answer(&history).await.unwrap();
    let mut told = 0;
    for trial in 0..TRIALS {
        // Over the whole file, the footer included.
        let byte = good.len() * trial / TRIALS + trial * 7919 % (good.len() / TRIALS);
        let mut bad = good.to_vec();
        bad[byte] ^= 1 << (trial % 8);
        objects.put(&path, bad.into()).await.unwrap();
        match answer(&history).await {
            Ok(answer) => assert_eq!(answer, right, "byte {byte}"),
            Err(QueryError::Damaged { path: damaged, .. }) => {
                assert_eq!(damaged, path.as_ref(), "byte {byte}");
                told += 1;
            }
            Err(other) => panic!("byte {byte}: {other}"),
        }
    }
    println!("{TRIALS} flipped bits in {} bytes: {told} told", good.len());
    assert!(told > TRIALS / 2, "{told}");
}
