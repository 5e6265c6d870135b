//! What lies in the folder of the store and is no snapshot, or one that cannot be read.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use hivebox_archive::history::{CompactionLimits, Verification};
use hivebox_archive::{History, SnapshotName, SnapshotStore};
use jiff::SignedDuration;

use crate::readings::{noon, sealed};

/// Nothing here may wait for another process.
const PATIENCE: Duration = Duration::from_mins(2);

fn fifo(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn after(minutes: i64) -> jiff::Timestamp {
    noon() + SignedDuration::from_mins(minutes)
}

/// A store with two snapshots, and with whatever else a folder can contain.
async fn littered(folder: &Path) -> SnapshotStore {
    let store = SnapshotStore::open_folder(folder).unwrap();
    for minutes in [0, 5] {
        store.put(&sealed(after(minutes), 2)).await.unwrap();
    }
    let (readings, day) = (folder.join("readings"), folder.join("readings/date=2026-11-24"));
    let good = fs::read(day.join("2026-11-24T12-00-00.000Z.parquet")).unwrap();
    fs::write(day.join("copy of a snapshot.parquet"), &good).unwrap();
    fs::create_dir(readings.join("date=2026-11-25")).unwrap();
    fs::write(readings.join("date=2026-11-25/2026-11-24T12-00-00.000Z.parquet"), &good).unwrap();
    fs::create_dir(day.join("2026-11-24T12-10-00.000Z.parquet")).unwrap();
    fs::create_dir(readings.join("date=tomorrow")).unwrap();
    fs::write(readings.join("notes.txt"), "mine").unwrap();
    symlink("itself", day.join("itself")).unwrap();
    symlink("../..", day.join("up")).unwrap();
    symlink("..", readings.join("above")).unwrap();
    fifo(&day.join("fifo"));
    fifo(&day.join("2026-11-24T12-15-00.000Z.parquet"));
    symlink("nowhere", day.join("2026-11-24T12-20-00.000Z.parquet")).unwrap();
    fs::write(day.join(OsStr::from_bytes(b"caf\xe9\n.parquet")), &good).unwrap();
    fs::create_dir_all(folder.join("history/readings/date=2026-11-24")).unwrap();
    symlink("..", folder.join("history/readings/date=2026-11-24/loop")).unwrap();
    fs::write(folder.join("history/readings").join(OsStr::from_bytes(b"\xff")), "").unwrap();
    store
}

/// All of them, as they are told.
const STRAYS: [&str; 9] = [
    "readings/above",
    "readings/date=2026-11-24/2026-11-24T12-10-00.000Z.parquet",
    "readings/date=2026-11-24/caf\\xe9\\n.parquet",
    "readings/date=2026-11-24/copy of a snapshot.parquet",
    "readings/date=2026-11-24/fifo",
    "readings/date=2026-11-24/itself",
    "readings/date=2026-11-24/up",
    "readings/date=2026-11-25/2026-11-24T12-00-00.000Z.parquet",
    "readings/date=tomorrow",
];

fn told(strays: &[hivebox_archive::Stray]) -> Vec<&str> {
    let mut told: Vec<&str> = strays.iter().map(|stray| stray.object.as_str()).collect();
    told.sort_unstable();
    told.retain(|object| *object != "readings/notes.txt");
    told
}

#[tokio::test]
async fn what_is_no_snapshot_is_told_and_skipped_and_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let whole = async {
        let store = littered(folder.path()).await;
        let history = History::of(&store);
        let found = store.find(None, usize::MAX).await.unwrap();
        assert_eq!(told(&found.strays), STRAYS);
        assert_eq!(found.snapshots.len(), 4, "the FIFO and the link have the names of snapshots");

        let compacted = history.compact(&CompactionLimits::default(), after(60)).await.unwrap();
        assert_eq!((compacted.snapshots, told(&compacted.strays)), (2, STRAYS.to_vec()));
        let damaged: Vec<String> = compacted.damaged.iter().map(|(name, _)| name.to_string()).collect();
        assert_eq!(damaged, ["2026-11-24T12-15-00.000Z", "2026-11-24T12-20-00.000Z"]);
        assert_eq!(compacted.damaged[0].1, "the object cannot be read: it is not a file");

        let verified = history.verify(|_, _| ()).await.unwrap();
        assert_eq!((verified.snapshots, verified.damaged_snapshots, verified.faults.len()), (2, 2, 2));
        assert_eq!(told(&verified.strays), STRAYS);

        history.clean().await.unwrap();
        assert_eq!(store.expired(after(60)).await.unwrap().len(), 4);
        assert_eq!(history.remove_taken(after(60)).await.unwrap().snapshots, 2);
        assert!(store.get(SnapshotName::at(after(15))).await.is_err());
        store.remove(SnapshotName::at(after(15))).await.unwrap();
        assert_eq!(store.list(None, usize::MAX).await.unwrap().len(), 1, "the link is left");
    };
    tokio::time::timeout(PATIENCE, whole).await.expect("something waits for the FIFO");
}

#[tokio::test]
async fn damaged_snapshots_are_counted_as_faults_whether_they_are_history_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let history = History::of(&store);
    store.put(&sealed(noon(), 1)).await.unwrap();
    history.compact(&CompactionLimits::default(), after(60)).await.unwrap();
    for minutes in 1..70 {
        let stored = store.put(&sealed(after(minutes), 1)).await.unwrap();
        fs::write(folder.path().join(&stored.object), "no Parquet").unwrap();
    }
    store.put(&sealed(after(70), 1)).await.unwrap();
    let verified = history.verify(|_, _| ()).await.unwrap();
    let Verification { snapshots, waiting, damaged_snapshots, faults, .. } = verified;
    assert_eq!((snapshots, waiting, damaged_snapshots, faults.len()), (1, 1, 69, 69));
    assert_eq!(faults[0].object, "readings/date=2026-11-24/2026-11-24T12-01-00.000Z.parquet");

    let compacted = history.compact(&CompactionLimits::default(), after(80)).await.unwrap();
    assert_eq!((compacted.snapshots, compacted.damaged.len()), (1, 69), "the good one is taken in");
}

#[tokio::test]
async fn a_damaged_manifest_or_day_does_not_hide_the_state_of_the_others() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let history = History::of(&store);
    for minutes in [0, 24 * 60] {
        store.put(&sealed(after(minutes), 1)).await.unwrap();
    }
    history.compact(&CompactionLimits::default(), after(60)).await.unwrap();
    let manifest = history.manifest().await.unwrap();
    let first_day = folder.path().join(&manifest.days[0].readings.path);
    let good = fs::read(&first_day).unwrap();
    fs::write(&first_day, "no Parquet").unwrap();
    let removed = history.remove_taken(after(25 * 60)).await.unwrap();
    assert_eq!((removed.snapshots, removed.kept.len()), (0, 2), "a damaged day proves nothing");
    fs::write(&first_day, good).unwrap();

    let newest = folder.path().join(format!("history/manifest/{:010}.json", manifest.number));
    fs::write(&newest, "{").unwrap();
    let verified = history.verify(|_, _| ()).await.unwrap();
    assert_eq!((verified.faults.len(), verified.waiting), (1, 2));
    assert!(verified.faults[0].object.starts_with("history/manifest/"));
}
