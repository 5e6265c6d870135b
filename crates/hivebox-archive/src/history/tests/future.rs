//! Readings of clocks that run ahead.

use futures_util::TryStreamExt;

use super::*;

/// A box with a good reading, one of a clock that is a little fast, and `future` readings on as many days to come.
fn snapshot_ahead(future: i64) -> Sealed {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), begin());
    let (name, model, exposure) = ("Bienen", "custom", Exposure::Outdoor);
    builder.add_box(&BoxFacts { id: "a", name, model, exposure, place: None });
    let minutes = [-5, 5].into_iter().chain((1..=future).map(|day| day * 24 * 60));
    for (number, minutes) in minutes.enumerate() {
        // A value that is no number, since its verdict says nothing about its time.
        let value = if minutes == 24 * 60 { "nan" } else { "10" };
        let measured = Some(Measured { value, at: after(minutes) });
        let (title, unit, sensor_type) = ("Temperatur", "°C", "BME280");
        builder.add_sensor(&SensorFacts { id: &number.to_string(), title, unit, sensor_type, measured });
    }
    Sealed::of(SnapshotName::at(begin()), &builder.finish(), Catalogue::builtin()).unwrap()
}

#[tokio::test]
async fn days_to_come_make_no_files_and_are_counted() {
    let objects = Arc::new(InMemory::new());
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    store.put(&snapshot_ahead(100)).await.unwrap();
    let history = History::of(&store);
    let compacted = history.compact(&ALL, after(10)).await.unwrap();
    assert_eq!((compacted.readings, compacted.from_future, compacted.change.added), (102, 100, 2));
    assert_eq!(compacted.change.days.len(), 1);
    let manifest = history.manifest().await.unwrap();
    assert_eq!((manifest.days.len(), manifest.through()), (1, Some(after(5))));
    // Two files of the day, those of boxes and sensors, the manifest and the snapshot.
    let stored = objects.list(None).try_collect::<Vec<_>>().await.unwrap();
    assert_eq!(stored.len(), 6, "{stored:?}");

    let verified = history.verify(|_, _| {}).await.unwrap();
    assert_eq!((verified.faults, verified.snapshots, verified.readings), (Vec::new(), 1, 2));
    let kept = store.get(snapshot_ahead(100).name()).await.unwrap();
    assert_eq!(kept.rows(), 102, "the snapshot has them all");
}

#[tokio::test]
async fn a_backfill_adds_nothing_from_the_future() {
    let store = SnapshotStore::over(Arc::new(InMemory::new()));
    store.put(&snapshot_ahead(0)).await.unwrap();
    let snapshot = store.get(snapshot_ahead(0).name()).await.unwrap();
    let history = History::of(&store);
    let mut collected = crate::history::CollectedReadings::default();
    collected.add_snapshot(&snapshot).unwrap();
    // Five minutes after the first reading, so six before the second one: one minute more than a clock may be fast.
    let changed = history.merge(collected, after(-1)).await.unwrap();
    assert_eq!(changed.added, 1);
    assert_eq!(history.manifest().await.unwrap().through(), Some(after(-5)));
}
