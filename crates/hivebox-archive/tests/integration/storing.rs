//! Storing and listing snapshots.

use std::fs;
use std::path::{Path, PathBuf};
#[cfg(target_os = "linux")]
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hivebox_archive::SnapshotStore;
#[cfg(target_os = "linux")]
use hivebox_archive::{ArchiveError, StoreFault};
use jiff::SignedDuration;

use crate::readings::{noon, sealed};

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path()));
        } else {
            files.push(entry.path());
        }
    }
    files
}

#[tokio::test]
async fn a_snapshot_lies_under_its_day_and_is_described_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let stored = store.put(&sealed(noon(), 3)).await.unwrap();
    assert_eq!(stored.object, "readings/date=2026-11-24/2026-11-24T12-00-00.000Z.parquet");
    let file = fs::read(folder.path().join(&stored.object)).unwrap();
    assert_eq!((stored.rows, stored.bytes, stored.created), (9, file.len() as u64, true));
    assert_eq!(stored.sha256.len(), 64);
    assert_eq!(
        files_below(folder.path()),
        [folder.path().join(&stored.object)],
        "nothing else is left behind"
    );
}

#[tokio::test]
async fn the_same_readings_give_the_same_bytes() {
    let mut checksums = Vec::new();
    for _ in 0..2 {
        let folder = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open_folder(folder.path()).unwrap();
        let stored = store.put(&sealed(noon(), 3)).await.unwrap();
        checksums.push(stored.sha256);
    }
    assert_eq!(checksums[0], checksums[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_under_its_final_name_is_always_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let is_over = Arc::new(AtomicBool::new(false));
    let watcher = tokio::spawn({
        let (store, is_over) = (store.clone(), Arc::clone(&is_over));
        async move {
            let mut seen = 0;
            loop {
                let is_last_look = is_over.load(Ordering::Acquire);
                for listed in store.list(None, usize::MAX).await.unwrap() {
                    store.get(listed.name.parse().unwrap()).await.unwrap();
                    seen += 1;
                }
                if is_last_look {
                    return seen;
                }
            }
        }
    });
    for second in 0..20 {
        store.put(&sealed(noon() + SignedDuration::from_secs(second), 500)).await.unwrap();
    }
    is_over.store(true, Ordering::Release);
    assert!(watcher.await.unwrap() >= 20);
}

#[tokio::test]
async fn what_is_no_snapshot_is_neither_listed_nor_expired() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let stored = store.put(&sealed(noon(), 1)).await.unwrap();
    let day = folder.path().join("readings/date=2026-11-24");
    fs::write(day.join("notes.txt"), "mine").unwrap();
    fs::write(day.join("2020-01-01T00-00-00.000Z.parquet"), "in the wrong folder").unwrap();
    fs::create_dir_all(folder.path().join("readings/other")).unwrap();
    let listed = store.list(None, 10).await.unwrap();
    assert_eq!(listed.len(), 1);
    assert_eq!(listed[0].name, stored.name);
    assert_eq!(store.expired(noon() + SignedDuration::from_secs(1)).await.unwrap(), listed);
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = SnapshotStore::open_folder(&file.join("below")).unwrap_err().to_string();
    assert!(error.contains(&file.display().to_string()), "{error}");
}

/// A file system of a few blocks; unmounted at the end.
#[cfg(target_os = "linux")]
struct SmallDisk(tempfile::TempDir);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=16k", "tmpfs"])
            .arg(folder.path())
            .output();
        mount.is_ok_and(|mount| mount.status.success()).then(|| Self(folder))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        // If it fails, the machine has a small mount more.
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_is_told_as_such_and_leaves_nothing_behind() {
    // Mounting needs rights that not every machine gives; the unit test of `folder_fault` remains.
    let Some(disk) = SmallDisk::mount() else { return };
    let store = SnapshotStore::open_folder(disk.0.path()).unwrap();
    let error = store.put(&sealed(noon(), 20_000)).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Store { source: StoreFault::Full { .. }, .. }), "{error:?}");
    assert!(std::error::Error::source(&error).unwrap().to_string().contains("is full"));
    assert_eq!(store.list(None, 10).await.unwrap(), []);
    store.put(&sealed(noon(), 1)).await.unwrap();
}
