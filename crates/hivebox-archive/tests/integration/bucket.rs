//! What only a bucket of an S3 server does.

use std::error::Error;
use std::time::Duration;

use hivebox_archive::{ArchiveError, S3Options, SnapshotName, SnapshotStore, StoreFault};
use jiff::{SignedDuration, Timestamp};
use object_store::aws::{AmazonS3, AmazonS3Builder, AwsAuthorizer};
use object_store::client::{HttpConnector, HttpRequest, HttpRequestBody, ReqwestConnector};
use object_store::path::Path;
use object_store::{ClientOptions, ObjectStore, ObjectStoreExt};

use crate::readings::{noon, sealed, sealed_noise};
use crate::stub::{Fault, Stub};
use crate::weed::{ACCESS_KEY, SECRET_KEY, Weed};

fn open(options: &S3Options) -> SnapshotStore {
    SnapshotStore::open_s3(options).unwrap()
}

fn set(options: &mut S3Options, name: &str, value: &str) {
    options.variables.retain(|(given, _)| given != name);
    options.variables.push((name.into(), value.into()));
}

/// The whole bucket, without a prefix.
fn raw(options: &S3Options, weed: &Weed) -> AmazonS3 {
    AmazonS3Builder::new()
        .with_bucket_name(&options.bucket)
        .with_endpoint(weed.endpoint())
        .with_allow_http(true)
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .build()
        .unwrap()
}

async fn delete_bucket(options: &S3Options, weed: &Weed) {
    let credential = raw(options, weed).credentials().get_credential().await.unwrap();
    let mut request = HttpRequest::new(HttpRequestBody::empty());
    *request.method_mut() = http::Method::DELETE;
    *request.uri_mut() = format!("{}/{}", weed.endpoint(), options.bucket).parse().unwrap();
    AwsAuthorizer::new(&credential, "s3", "us-east-1").authorize(&mut request, None);
    let client = ReqwestConnector::default().connect(&ClientOptions::new().with_allow_http(true)).unwrap();
    assert_eq!(client.execute(request).await.unwrap().status(), 204);
}

fn fault(error: &ArchiveError) -> &StoreFault {
    match error {
        ArchiveError::Store { source, .. } => source,
        other => panic!("not a fault of the store: {other:?}"),
    }
}

/// An error as text in every form: display, debug and its sources.
fn everything_shown(error: &dyn Error) -> String {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    chain.flat_map(|error| [format!("{error}\n"), format!("{error:?}\n"), format!("{error:#?}\n")]).collect()
}

#[tokio::test]
async fn no_fault_shows_a_key_and_each_says_what_to_check() {
    let weed = Weed::shared();
    let mut wrong_secret = weed.options();
    set(&mut wrong_secret, "AWS_SECRET_ACCESS_KEY", "a-wrong-secret");
    let mut unknown_key = weed.options();
    set(&mut unknown_key, "AWS_ACCESS_KEY_ID", "an-unknown-key");
    let mut dead = weed.options();
    dead.retries = 0;
    // The discard port: only root could listen on it, and nobody does.
    set(&mut dead, "AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    for (options, advice) in [
        (wrong_secret, "check AWS_SECRET_ACCESS_KEY"),
        (unknown_key, "check AWS_ACCESS_KEY_ID"),
        (dead, "http://127.0.0.1:9 cannot be reached: Connection refused"),
    ] {
        let store = open(&options);
        let name = SnapshotName::at(noon());
        let errors = [
            store.put(&sealed(noon(), 1)).await.unwrap_err(),
            store.get(name).await.unwrap_err(),
            store.list(None, 1).await.unwrap_err(),
            store.expired(noon()).await.unwrap_err(),
            store.remove(name).await.unwrap_err(),
            store.check(Timestamp::UNIX_EPOCH).await.unwrap_err(),
        ];
        let mut shown = format!("{store} {store:?} {options:?}");
        for error in &errors {
            assert!(fault(error).to_string().contains(advice), "{error:?}");
            shown += &everything_shown(error);
        }
        for secret in [ACCESS_KEY, SECRET_KEY, "a-wrong-secret", "an-unknown-key"] {
            assert!(!shown.contains(secret), "{secret} is shown: {shown}");
        }
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up_in_time() {
    let mut options = Stub::start(Fault::Silence).await.options();
    options.request_timeout = Duration::from_millis(200);
    let error = open(&options).put(&sealed(noon(), 1)).await.unwrap_err();
    assert!(matches!(fault(&error), StoreFault::TimedOut { .. }), "{error:?}");
}

#[tokio::test]
async fn a_missing_bucket_is_made_only_where_that_is_allowed() {
    let mut options = Weed::shared().options();
    options.create_bucket = false;
    let forbidden = open(&options);
    for error in [
        forbidden.put(&sealed(noon(), 1)).await.unwrap_err(),
        forbidden.get(SnapshotName::at(noon())).await.unwrap_err(),
        forbidden.list(None, 1).await.unwrap_err(),
        forbidden.check(Timestamp::UNIX_EPOCH).await.unwrap_err(),
    ] {
        assert!(matches!(fault(&error), StoreFault::NoBucket { .. }), "{error:?}");
        assert!(fault(&error).to_string().contains(&options.bucket));
    }
    options.create_bucket = true;
    let allowed = open(&options);
    assert_eq!(allowed.conditional_writes(), None, "nothing is asked before it is needed");
    assert!(allowed.put(&sealed(noon(), 1)).await.unwrap().created);
    assert_eq!(allowed.conditional_writes(), Some(true));
    assert_eq!(forbidden.list(None, 2).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_bucket_deleted_while_we_run_is_made_again() {
    let weed = Weed::shared();
    let options = weed.options();
    let store = open(&options);
    store.put(&sealed(noon(), 1)).await.unwrap();
    delete_bucket(&options, weed).await;
    assert_eq!(store.list(None, 1).await.unwrap(), []);
    assert!(store.put(&sealed(noon(), 2)).await.unwrap().created);
    assert_eq!(store.get(SnapshotName::at(noon())).await.unwrap().rows(), 6);
}

#[tokio::test]
async fn snapshots_outlive_the_death_of_the_server() {
    let mut weed = Weed::start();
    let mut options = weed.options();
    options.retries = 0;
    let store = open(&options);
    let later = noon() + SignedDuration::from_secs(1);
    store.put(&sealed(noon(), 1)).await.unwrap();
    weed.kill();
    let error = store.put(&sealed(later, 1)).await.unwrap_err();
    assert!(matches!(fault(&error), StoreFault::Unreachable { .. }), "{error:?}");
    weed.restart();
    assert!(store.put(&sealed(later, 1)).await.unwrap().created);
    assert!(!store.put(&sealed(noon(), 1)).await.unwrap().created);
    assert_eq!(store.list(None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn damage_in_the_bucket_is_found() {
    let weed = Weed::shared();
    let options = weed.options();
    let store = open(&options);
    let good = sealed(noon(), 1);
    let stored = store.put(&good).await.unwrap();
    let mut bad = good.file().to_vec();
    bad[100] ^= 1;
    let path = Path::from(format!("{}/{}", options.prefix, stored.object));
    raw(&options, weed).put(&path, bad.into()).await.unwrap();
    let error = store.get(SnapshotName::at(noon())).await.unwrap_err();
    assert!(matches!(error, ArchiveError::Corrupt { .. }), "{error:?}");
}

#[tokio::test]
async fn a_large_file_goes_up_in_parts_and_leaves_nothing_beside_it() {
    let weed = Weed::shared();
    let options = S3Options { multipart_bytes: 1 << 20, ..weed.options() };
    let store = open(&options);
    let large = sealed_noise(noon(), 12_000);
    assert!(large.file().len() > 8 << 20, "one part would hold {} bytes", large.file().len());
    assert!(store.put(&large).await.unwrap().created);
    assert_eq!(store.get(large.name()).await.unwrap().file(), large.file());
    assert!(!store.put(&sealed_noise(noon(), 12_000)).await.unwrap().created);
    let beside = Path::from(format!("{}/.uploading", options.prefix));
    let left = raw(&options, weed).list_with_delimiter(Some(&beside)).await.unwrap();
    // SeaweedFS lists the folder itself as an empty object.
    assert!(left.objects.iter().all(|object| object.size == 0), "{:?}", left.objects);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_store_the_same_name_in_parts_what_stays_is_one_and_whole() {
    let store = open(&S3Options { multipart_bytes: 0, ..Weed::shared().options() });
    let storing: Vec<_> = (1..9)
        .map(|boxes| {
            let store = store.clone();
            tokio::spawn(async move { store.put(&sealed(noon(), boxes)).await.unwrap() })
        })
        .collect();
    for task in storing {
        task.await.unwrap();
    }
    let stays = store.get(SnapshotName::at(noon())).await.unwrap().sha256();
    let late = store.put(&sealed(noon(), 9)).await.unwrap();
    assert_eq!((late.created, late.sha256), (false, stays));
}

#[tokio::test]
async fn an_upload_that_fails_halfway_is_aborted_and_leaves_nothing() {
    let stub = Stub::start(Fault::LosesParts).await;
    let options = S3Options { multipart_bytes: 1 << 20, ..stub.options() };
    open(&options).put(&sealed_noise(noon(), 12_000)).await.unwrap_err();
    let requests = stub.requests();
    assert!(requests.last().unwrap().starts_with("DELETE /hive/readings/"), "{requests:?}");
    assert_eq!(stub.objects(), ["/hive/.hivebox-probe"]);
}

#[tokio::test]
async fn a_server_that_does_no_conditional_writes_is_known_and_looked_into_first() {
    for kind in [Fault::IgnoresConditions, Fault::RefusesConditions] {
        let stub = Stub::start(kind).await;
        let store = open(&stub.options());
        let first = store.put(&sealed(noon(), 1)).await.unwrap();
        assert_eq!((first.created, store.conditional_writes()), (true, Some(false)), "{kind:?}");
        let second = store.put(&sealed(noon(), 2)).await.unwrap();
        assert_eq!((second.created, second.sha256), (false, first.sha256), "{kind:?}");
        let probes = stub.requests().iter().filter(|request| request.ends_with("/.hivebox-probe")).count();
        assert!(probes <= 2, "what was found out is remembered: {:?}", stub.requests());
    }
}
