//! Boxes that share the id of a sensor.

use super::*;
use crate::history::collected::{CollectedReading, CollectedReadings};
use crate::history::day::merge_day;
use crate::history::storage::FileKind;

/// Three boxes with one sensor each, all with the same id, at the same time.
fn snapshot_of_three() -> Sealed {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), begin());
    for (box_id, value) in [("a", "10"), ("b", "20"), ("c", "12")] {
        let (name, model, exposure) = ("Bienen", "custom", Exposure::Outdoor);
        builder.add_box(&BoxFacts { id: box_id, name, model, exposure, place: None });
        let measured = Some(Measured { value, at: begin() });
        let (title, unit, sensor_type) = ("Temperatur", "°C", "BME280");
        builder.add_sensor(&SensorFacts { id: "s", title, unit, sensor_type, measured });
    }
    Sealed::of(SnapshotName::at(begin()), &builder.finish(), Catalogue::builtin()).unwrap()
}

async fn store() -> SnapshotStore {
    let store = SnapshotStore::over(Arc::new(InMemory::new()));
    store.put(&snapshot_of_three()).await.unwrap();
    store
}

async fn boxes_in(history: &History) -> Vec<String> {
    let manifest = history.manifest().await.unwrap();
    let file = history.fetch(&manifest.days[0].readings).await.unwrap();
    let mut boxes = Vec::new();
    read_day(&file, |row| boxes.push(row.box_id.to_owned())).unwrap();
    boxes.sort_unstable();
    boxes
}

/// What an earlier version made of the snapshot: the last box has the reading of all three.
async fn compact_as_before(history: &History) {
    let mut collected = CollectedReadings::default();
    collected.add(&CollectedReading {
        box_id: "c",
        box_name: "Bienen",
        model: "custom",
        exposure: Exposure::Outdoor,
        place: None,
        sensor_id: "s",
        title: "Temperatur",
        unit: "°C",
        sensor_type: "BME280",
        phenomenon: Some("air_temperature"),
        raw_value: Some(12.0),
        value: Some(hivebox_climate::quantity::Canonical(12.0)),
        measured_at: begin(),
        verdict: hivebox_climate::verdict::Verdict::Ok,
    });
    let date = day_of(begin());
    let day = merge_day(date, None, &collected, Catalogue::builtin()).unwrap().unwrap();
    let readings = history.write(FileKind::Readings(date), 1, None, &day.readings, 1).await.unwrap();
    let hourly = history.write(FileKind::Hourly(date), 1, None, &day.hourly, day.hourly_rows).await.unwrap();
    let mut manifest = history.manifest().await.unwrap().next(after(10));
    manifest.take(&[snapshot_of_three().name()]);
    manifest.set_day(crate::history::manifest::Day {
        date,
        readings,
        first_at: begin(),
        last_at: begin(),
        hourly,
        taken_in: None,
    });
    let mut json = serde_json::to_value(&manifest).unwrap();
    json.as_object_mut().unwrap().remove("by_box").unwrap();
    let path = object_store::path::Path::from("history/manifest/0000000001.json");
    history.objects().create(&path, &json.to_string().into(), "write a manifest").await.unwrap();
}

#[tokio::test]
async fn each_box_keeps_its_reading_of_a_shared_sensor() {
    let store = store().await;
    let history = History::of(&store);
    assert_eq!(history.compact(&ALL, after(10)).await.unwrap().change.added, 3);
    assert_eq!(boxes_in(&history).await, ["a", "b", "c"]);
    let verified = history.verify(|_, _| {}).await.unwrap();
    assert_eq!((verified.faults, verified.readings, verified.snapshots), (Vec::new(), 3, 1));
    assert_eq!((verified.taken_in, verified.repeated, verified.uncounted), (3, 0, 0));
    assert_eq!(history.remove_taken(after(600)).await.unwrap().snapshots, 1);
}

#[tokio::test]
async fn what_earlier_versions_lost_is_told_and_comes_back_from_the_snapshots() {
    let store = store().await;
    let history = History::of(&store);
    compact_as_before(&history).await;
    assert_eq!(boxes_in(&history).await, ["c"], "it stays readable");
    let verified = history.verify(|_, _| {}).await.unwrap();
    assert_eq!(verified.faults[0].reason, "the history lacks some of its readings");
    assert_eq!((verified.uncounted, verified.waiting), (1, 1));
    assert_eq!(history.remove_taken(after(600)).await.unwrap().kept.len(), 1, "the snapshot is kept");

    let compacted = history.compact(&ALL, after(10)).await.unwrap();
    assert_eq!((compacted.snapshots, compacted.change.added), (1, 2));
    assert_eq!(boxes_in(&history).await, ["a", "b", "c"]);
    let verified = history.verify(|_, _| {}).await.unwrap();
    assert_eq!((verified.faults, verified.waiting), (Vec::new(), 0));
    assert_eq!((verified.uncounted, verified.taken_in, verified.repeated), (1, 3, 1));
    assert_eq!(history.compact(&ALL, after(20)).await.unwrap(), Compacted::default(), "only once");
}

#[tokio::test]
async fn a_day_with_fewer_readings_than_were_added_to_it_is_no_whole_one() {
    let store = store().await;
    let history = History::of(&store);
    history.compact(&ALL, after(10)).await.unwrap();
    // Without the snapshot, only the count tells that a reading is missing.
    store.remove(snapshot_of_three().name()).await.unwrap();
    let mut manifest = history.manifest().await.unwrap().next(after(20));
    let taken_in = manifest.days[0].taken_in.as_mut().unwrap();
    taken_in.readings += 1;
    history.commit(&manifest).await.unwrap();
    let verified = history.verify(|_, _| {}).await.unwrap();
    assert_eq!(verified.faults.len(), 1, "{verified:?}");
    assert_eq!(verified.faults[0].reason, "it has 3 readings, but 4 different ones were added to it");
}
