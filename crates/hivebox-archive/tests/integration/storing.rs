//! Writing and listing.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hivebox_archive::{ArchiveError, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use jiff::SignedDuration;

use crate::readings::{noon, readings};

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
    let stored = store.put(SnapshotName::at(noon()), &readings(3), Catalogue::builtin()).await.unwrap();
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
        let stored = store.put(SnapshotName::at(noon()), &readings(3), Catalogue::builtin()).await.unwrap();
        checksums.push(stored.sha256);
    }
    assert_eq!(checksums[0], checksums[1]);
}

#[tokio::test]
async fn a_snapshot_is_never_changed_by_a_later_one_of_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let name = SnapshotName::at(noon());
    let first = store.put(name, &readings(3), Catalogue::builtin()).await.unwrap();
    let second = store.put(name, &readings(5), Catalogue::builtin()).await.unwrap();
    assert!(first.created && !second.created);
    assert_eq!((second.rows, second.bytes, second.sha256), (first.rows, first.bytes, first.sha256));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_store_the_same_name_one_does() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let storing: Vec<_> = (1..9)
        .map(|boxes| {
            let store = store.clone();
            tokio::spawn(async move {
                store.put(SnapshotName::at(noon()), &readings(boxes), Catalogue::builtin()).await.unwrap()
            })
        })
        .collect();
    let mut stored = Vec::new();
    for task in storing {
        stored.push(task.await.unwrap());
    }
    assert_eq!(stored.iter().filter(|stored| stored.created).count(), 1);
    assert!(stored.iter().all(|one| one.sha256 == stored[0].sha256));
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
    let many = readings(500);
    for second in 0..20 {
        let name = SnapshotName::at(noon() + SignedDuration::from_secs(second));
        store.put(name, &many, Catalogue::builtin()).await.unwrap();
    }
    is_over.store(true, Ordering::Release);
    assert!(watcher.await.unwrap() >= 20);
}

#[tokio::test]
async fn snapshots_are_listed_newest_first_in_pages_and_nothing_else_is() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    assert_eq!(store.list(None, 10).await.unwrap(), []);
    let mut names = Vec::new();
    for hours in [0, 1, 13, 14, 40] {
        let name = SnapshotName::at(noon() + SignedDuration::from_hours(hours));
        store.put(name, &readings(1), Catalogue::builtin()).await.unwrap();
        names.insert(0, name.to_string());
    }
    fs::write(folder.path().join("readings/date=2026-11-24/notes.txt"), "mine").unwrap();
    fs::create_dir_all(folder.path().join("readings/other")).unwrap();
    let mut listed = Vec::new();
    let mut before = None;
    loop {
        let page = store.list(before, 2).await.unwrap();
        assert!(page.len() <= 2);
        let Some(last) = page.last() else { break };
        before = Some(last.name.parse().unwrap());
        listed.extend(page.into_iter().map(|listed| listed.name));
    }
    assert_eq!(listed, names);
}

#[tokio::test]
async fn what_is_not_there_is_said_not_to_be() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let error = store.get(SnapshotName::at(noon())).await.unwrap_err();
    assert!(matches!(error, ArchiveError::NotFound { .. }));
    assert_eq!(error.to_string(), "there is no snapshot 2026-11-24T12-00-00.000Z");
}

#[test]
fn a_folder_that_cannot_be_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = SnapshotStore::open_folder(&file.join("below")).unwrap_err().to_string();
    assert!(error.contains(&file.display().to_string()), "{error}");
}
