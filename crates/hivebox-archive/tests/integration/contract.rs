//! The contract of every store, checked for a folder and for a bucket of a real server in each write mode.

use hivebox_archive::{ArchiveError, S3Options, SnapshotFormat, SnapshotName, SnapshotStore};
use jiff::{SignedDuration, Timestamp};

use crate::readings::{noon, sealed};
use crate::weed::Weed;

macro_rules! contract {
    ($kind:ident, $open:ident; $($behaviour:ident),* $(,)?) => {
        mod $kind {
            use super::*;

            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $behaviour() {
                let (_folder, store) = $open();
                super::$behaviour(store).await;
            })*
        }
    };
}

fn folder() -> (tempfile::TempDir, SnapshotStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    (folder, store)
}

/// A bucket of SeaweedFS; or of another server with the same keys, such as MinIO in CI, which has no such bucket yet.
fn options() -> S3Options {
    let mut options = Weed::shared().options();
    if let Ok(endpoint) = std::env::var("HIVEBOX_TEST_S3_ENDPOINT") {
        options.variables.retain(|(name, _)| name != "AWS_ENDPOINT_URL");
        options.variables.push(("AWS_ENDPOINT_URL".into(), endpoint.into()));
    }
    options
}

fn bucket() -> ((), SnapshotStore) {
    ((), SnapshotStore::open_s3(&options()).unwrap())
}

/// Every file goes up in parts, however small.
fn bucket_in_parts() -> ((), SnapshotStore) {
    let mut options = options();
    options.multipart_bytes = 0;
    ((), SnapshotStore::open_s3(&options).unwrap())
}

/// Writes as on a server without conditional writes.
fn bucket_after_a_look() -> ((), SnapshotStore) {
    let mut options = options();
    options.variables.push(("AWS_CONDITIONAL_PUT".into(), "disabled".into()));
    ((), SnapshotStore::open_s3(&options).unwrap())
}

fn bucket_in_parts_after_a_look() -> ((), SnapshotStore) {
    let mut options = options();
    options.variables.push(("AWS_CONDITIONAL_PUT".into(), "disabled".into()));
    options.multipart_bytes = 0;
    ((), SnapshotStore::open_s3(&options).unwrap())
}

macro_rules! contracts {
    ($($behaviour:ident),* $(,)?) => {
        contract!(in_folder, folder; of_many_who_store_the_same_name_one_does, $($behaviour),*);
        contract!(in_bucket, bucket; of_many_who_store_the_same_name_one_does, $($behaviour),*);
        contract!(in_parts, bucket_in_parts; $($behaviour),*);
        contract!(after_a_look, bucket_after_a_look; $($behaviour),*);
        contract!(in_parts_after_a_look, bucket_in_parts_after_a_look; $($behaviour),*);
    };
}

contracts!(
    what_was_put_is_got_and_is_never_changed,
    snapshots_are_listed_newest_first_in_pages,
    what_expired_is_listed_oldest_first_and_is_gone_once_removed,
    what_is_not_there_is_said_not_to_be,
    a_check_tells_what_it_found_and_leaves_nothing_to_list,
);

async fn what_was_put_is_got_and_is_never_changed(store: SnapshotStore) {
    let first = sealed(noon(), 3);
    let stored = store.put(&first).await.unwrap();
    assert_eq!((stored.rows, stored.bytes, stored.created), (9, first.file().len() as u64, true));
    let again = store.put(&sealed(noon(), 5)).await.unwrap();
    assert!(!again.created);
    assert_eq!((again.rows, again.bytes, &again.sha256), (stored.rows, stored.bytes, &stored.sha256));
    let snapshot = store.get(SnapshotName::at(noon())).await.unwrap();
    assert_eq!(snapshot.file(), first.file());
    assert_eq!(snapshot.export(SnapshotFormat::Parquet).unwrap().next().unwrap().unwrap(), first.file());
}

async fn of_many_who_store_the_same_name_one_does(store: SnapshotStore) {
    let storing: Vec<_> = (1..9)
        .map(|boxes| {
            let store = store.clone();
            tokio::spawn(async move { store.put(&sealed(noon(), boxes)).await.unwrap() })
        })
        .collect();
    let mut stored = Vec::new();
    for task in storing {
        stored.push(task.await.unwrap());
    }
    assert_eq!(stored.iter().filter(|stored| stored.created).count(), 1);
    assert!(stored.iter().all(|one| one.sha256 == stored[0].sha256));
    assert_eq!(store.get(SnapshotName::at(noon())).await.unwrap().sha256(), stored[0].sha256);
}

async fn snapshots_are_listed_newest_first_in_pages(store: SnapshotStore) {
    assert_eq!(store.list(None, 10).await.unwrap(), []);
    let mut names = Vec::new();
    for hours in [0, 1, 13, 14, 40] {
        let stored = store.put(&sealed(noon() + SignedDuration::from_hours(hours), 1)).await.unwrap();
        names.insert(0, stored.name);
    }
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

async fn what_expired_is_listed_oldest_first_and_is_gone_once_removed(store: SnapshotStore) {
    assert_eq!(store.expired(noon()).await.unwrap(), []);
    let mut names = Vec::new();
    for hours in [-40, -1, 0, 1, 40] {
        let stored = store.put(&sealed(noon() + SignedDuration::from_hours(hours), 1)).await.unwrap();
        names.push(stored.name);
    }
    let expired = store.expired(noon()).await.unwrap();
    let expired_names: Vec<&String> = expired.iter().map(|listed| &listed.name).collect();
    assert_eq!(expired_names, [&names[0], &names[1]]);
    for name in &names[..2] {
        store.remove(name.parse().unwrap()).await.unwrap();
    }
    assert_eq!(store.expired(noon()).await.unwrap(), []);
    assert_eq!(store.list(None, 10).await.unwrap().len(), 3);
    store.remove(names[0].parse().unwrap()).await.expect("what is gone already is as good as removed");
}

async fn what_is_not_there_is_said_not_to_be(store: SnapshotStore) {
    for _ in 0..2 {
        let error = store.get(SnapshotName::at(noon())).await.unwrap_err();
        assert!(matches!(error, ArchiveError::NotFound { .. }), "{error:?}");
        assert_eq!(error.to_string(), "there is no snapshot 2026-11-24T12-00-00.000Z");
        // The second time the bucket exists.
        store.put(&sealed(noon() + SignedDuration::from_secs(1), 1)).await.unwrap();
    }
}

async fn a_check_tells_what_it_found_and_leaves_nothing_to_list(store: SnapshotStore) {
    let is_bucket = store.to_string().starts_with("s3://");
    let first = store.check(Timestamp::UNIX_EPOCH).await.unwrap();
    assert_eq!(first.bucket_created, is_bucket);
    assert_eq!(store.conditional_writes(), Some(first.conditional_writes));
    assert!(!store.check(Timestamp::UNIX_EPOCH).await.unwrap().bucket_created);
    assert_eq!(store.list(None, 10).await.unwrap(), []);
}
