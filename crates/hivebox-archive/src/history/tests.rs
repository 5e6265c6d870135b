//! Compaction that is interrupted anywhere, or competes with another.

mod future;
mod shared_ids;
mod stopping;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use object_store::memory::InMemory;
use object_store::{ObjectStore, PutOptions};

use super::History;
use super::compact::{Compacted, CompactionLimits, GRACE};
use super::day::read_day;
use super::utc_day::day_of;
use crate::{Sealed, SnapshotName, SnapshotStore};
use stopping::{StopAt, Stopping};

/// One snapshot a step, for many steps.
const SMALL: CompactionLimits = CompactionLimits { max_rows: 1, since: None };
const ALL: CompactionLimits = CompactionLimits { max_rows: u64::MAX, since: None };

/// Enough for two days.
const SNAPSHOTS: i64 = 4;

fn begin() -> Timestamp {
    "2026-11-24T23:45:00Z".parse().unwrap()
}

fn after(minutes: i64) -> Timestamp {
    begin() + SignedDuration::from_mins(minutes)
}

/// Every box has two sensors. The second one measures only every other time, so its readings are in two snapshots.
fn snapshot(number: i64) -> Sealed {
    let moment = after(10 * number);
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment);
    for box_number in 0..5 {
        builder.add_box(&BoxFacts {
            id: &format!("{box_number:024x}"),
            name: "Bienen",
            model: "homeV2Wifi",
            exposure: Exposure::Outdoor,
            place: Some(Place::new(50.0 + box_number as f64, 7.6, None).unwrap()),
        });
        for (slot, title, unit) in [(0, "Temperatur", "°C"), (1, "rel. Luftfeuchte", "%")] {
            let measured = if slot == 0 { number } else { number / 2 * 2 };
            let value = format!("{}.25", 10 + measured);
            let id = format!("{:024x}", box_number << 8 | slot);
            let measured = Some(Measured { value: &value, at: after(10 * measured - box_number) });
            builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type: "BME280", measured });
        }
    }
    Sealed::of(SnapshotName::at(moment), &builder.finish(), Catalogue::builtin()).unwrap()
}

async fn world() -> Arc<InMemory> {
    let objects = Arc::new(InMemory::new());
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    for number in 0..SNAPSHOTS {
        store.put(&snapshot(number)).await.unwrap();
    }
    objects
}

type Keys = BTreeSet<(String, Timestamp)>;

fn expected() -> Keys {
    let mut keys = Keys::new();
    for number in 0..SNAPSHOTS {
        let sealed = snapshot(number);
        let snapshot = crate::Snapshot::open(sealed.name(), sealed.file().clone()).unwrap();
        snapshot.keys(|_, sensor_id, at| keys.extend([(sensor_id.into(), at)])).unwrap();
    }
    keys
}

/// All readings of the history. Each must occur once.
async fn in_history(store: &SnapshotStore) -> Keys {
    let history = History::of(store);
    let manifest = history.manifest().await.unwrap();
    let mut keys = Keys::new();
    for day in &manifest.days {
        history.fetch(&day.hourly).await.unwrap();
        let file = history.fetch(&day.readings).await.unwrap();
        read_day(&file, |row| {
            let (sensor_id, at) = (row.sensor_id, row.measured_at);
            assert_eq!(day_of(at), day.date);
            assert!(keys.insert((sensor_id.into(), at)), "{sensor_id} at {at} is there twice");
        })
        .unwrap();
    }
    for entry in manifest.boxes.iter().chain(&manifest.sensors) {
        history.fetch(entry).await.unwrap();
    }
    keys
}

async fn in_snapshots(store: &SnapshotStore) -> Keys {
    let mut keys = Keys::new();
    for listed in store.list(None, usize::MAX).await.unwrap() {
        let snapshot = store.get(listed.name.parse().unwrap()).await.unwrap();
        snapshot.keys(|_, sensor_id, at| keys.extend([(sensor_id.into(), at)])).unwrap();
    }
    keys
}

/// Ingests all snapshots, removes them, and cleans up after interrupted attempts.
async fn compact(store: &SnapshotStore, limits: CompactionLimits) {
    let history = History::of(store);
    let mut now = after(600);
    while history.compact(&limits, now).await.unwrap().more {
        now += GRACE;
    }
    let removed = history.remove_taken(now).await.unwrap();
    assert!(removed.kept.is_empty(), "{removed:?}");
    history.clean().await.unwrap();
}

#[tokio::test]
async fn wherever_compaction_is_stopped_nothing_is_lost_or_doubled_and_it_can_go_on() {
    let (world, expected) = (world().await, expected());
    let whole = Stopping::new(Arc::new(world.fork()), StopAt::Never);
    let calls = whole.calls();
    compact(&SnapshotStore::over(Arc::new(whole)), SMALL).await;
    let calls = calls.load(Ordering::Relaxed);
    assert!(calls > 40, "{calls} calls are too few for a test of each");

    for stop in (0..calls).flat_map(|number| [StopAt::Before(number), StopAt::After(number)]) {
        let objects = Arc::new(world.fork());
        let stopping = Stopping::new(Arc::clone(&objects), stop);
        let stopped = stopping.stopped();
        let stopping = SnapshotStore::over(Arc::new(stopping));
        tokio::select! {
            () = compact(&stopping, SMALL) => panic!("{stop:?} was passed"),
            () = stopped.notified() => {}
        }

        let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
        let history = in_history(&store).await;
        assert!(history.is_subset(&expected), "{stop:?}");
        let all: Keys = history.union(&in_snapshots(&store).await).cloned().collect();
        assert_eq!(all, expected, "{stop:?} lost readings");

        compact(&store, SMALL).await;
        assert_eq!(in_history(&store).await, expected, "{stop:?}");
        assert!(in_snapshots(&store).await.is_empty(), "{stop:?}");
        assert_eq!(History::of(&store).clean().await.unwrap(), 0, "{stop:?}");
    }
}

#[tokio::test]
async fn two_who_compact_at_once_come_to_the_same() {
    let objects = world().await;
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    let (one, other) = (History::of(&store), History::of(&store));
    let now = after(600);
    let (one, other) = tokio::join!(one.compact(&ALL, now), other.compact(&ALL, now));
    let (one, other) = (one.unwrap(), other.unwrap());
    let expected = expected();
    assert_eq!(one.change.added + other.change.added, expected.len() as u64);
    assert_eq!(in_history(&store).await, expected);
}

#[tokio::test]
async fn what_a_reader_began_with_stays_until_it_is_done() {
    let objects = world().await;
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    let history = History::of(&store);
    assert!(history.compact(&SMALL, after(600)).await.unwrap().more);
    let manifest = history.manifest().await.unwrap();
    let just_before = GRACE - SignedDuration::from_secs(1);
    history.compact(&SMALL, after(601)).await.unwrap();
    history.compact(&SMALL, after(601) + just_before).await.unwrap();
    history.clean().await.unwrap();
    history.fetch(&manifest.days[0].readings).await.unwrap();

    history.compact(&SMALL, after(601) + GRACE).await.unwrap();
    let gone = history.fetch(&manifest.days[0].readings).await.unwrap_err();
    assert!(gone.to_string().contains("it is missing"), "{gone}");
}

#[tokio::test]
async fn a_snapshot_that_comes_late_is_taken_in_and_one_that_is_known_changes_nothing() {
    let objects = Arc::new(InMemory::new());
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    let history = History::of(&store);
    for number in [3, 1, 2] {
        store.put(&snapshot(number)).await.unwrap();
        assert_eq!(history.compact(&ALL, after(600)).await.unwrap().snapshots, 1);
    }
    let before = history.manifest().await.unwrap();
    assert_eq!(history.compact(&ALL, after(600)).await.unwrap(), Compacted::default());
    assert_eq!(history.manifest().await.unwrap(), before);
    store.put(&snapshot(0)).await.unwrap();
    assert_eq!(history.compact(&ALL, after(600)).await.unwrap().snapshots, 1);
    assert_eq!(in_history(&store).await, expected());
}

#[tokio::test]
async fn a_damaged_snapshot_is_told_and_left_and_the_others_are_taken_in() {
    let objects = world().await;
    let store = SnapshotStore::over(Arc::clone(&objects) as Arc<dyn ObjectStore>);
    let damaged = snapshot(1);
    let path = object_store::path::Path::from(damaged.name().object_path());
    let mut file = damaged.file().to_vec();
    file[100] ^= 1;
    objects.put_opts(&path, file.into(), PutOptions::default()).await.unwrap();
    let history = History::of(&store);
    let compacted = history.compact(&ALL, after(600)).await.unwrap();
    assert_eq!(compacted.snapshots, 3);
    assert_eq!(compacted.damaged[0].0, damaged.name());
    assert_eq!(history.remove_taken(after(600)).await.unwrap().snapshots, 3);
    assert_eq!(store.list(None, 10).await.unwrap().len(), 1);
}
