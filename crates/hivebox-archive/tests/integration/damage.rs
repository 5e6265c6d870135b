//! Damaged files.

use std::fs;

use hivebox_archive::{ArchiveError, SnapshotName, SnapshotStore};

use crate::readings::{noon, sealed};

async fn is_damaged(store: &SnapshotStore) -> bool {
    matches!(store.get(SnapshotName::at(noon())).await, Err(ArchiveError::Corrupt { .. }))
}

#[tokio::test]
async fn any_changed_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let stored = store.put(&sealed(noon(), 1)).await.unwrap();
    let path = folder.path().join(stored.object);
    let good = fs::read(&path).unwrap();
    assert!(!is_damaged(&store).await);
    for position in 0..good.len() {
        let mut bad = good.clone();
        bad[position] ^= 1 << (position % 8);
        fs::write(&path, &bad).unwrap();
        assert!(is_damaged(&store).await, "a changed byte {position} of {} was not found", good.len());
    }
}

#[tokio::test]
async fn a_cut_or_foreign_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let stored = store.put(&sealed(noon(), 1)).await.unwrap();
    let path = folder.path().join(stored.object);
    let good = fs::read(&path).unwrap();
    for length in [0, 1, good.len() / 2, good.len() - 1] {
        fs::write(&path, &good[..length]).unwrap();
        assert!(is_damaged(&store).await, "cut to {length}");
    }
    fs::write(&path, b"hivebox.sha256 is a fine text").unwrap();
    assert!(is_damaged(&store).await);
}
