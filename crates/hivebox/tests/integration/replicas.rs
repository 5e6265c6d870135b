//! Many replicas act as one, also while some of them are killed, paused and restarted.

use std::collections::BTreeSet;
use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::{Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use hivebox_climate::verdict::VerdictRules;
use hivebox_config::{Config, Origin, Source};
use hivebox_present::{Clock, Poll};
use hivebox_refresh::lease::{Published, Tenure};
use hivebox_refresh::shared::Shared;
use jiff::SignedDuration;
use opensensemap_sim::{Fault, SimClock};
use redis::Commands;

use crate::app::{TestApp, TestUpstream, eventually};
use crate::clients::Clients;
use crate::proxy::{Network, Proxy};
use crate::redis_server::RedisServer;
use crate::replica::{Replica, command, holder};
use crate::sharing::{over, replica, with};
use crate::weed::Weed;

/// Lists the names of what is stored, oldest first.
pub(crate) async fn names(app: &TestApp) -> Vec<String> {
    let page = app.json("/api/v1/snapshots?limit=1000").await;
    let mut names: Vec<String> =
        page["snapshots"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap().into()).collect();
    names.reverse();
    names
}

/// The moment that a snapshot is named for, in seconds.
pub(crate) fn second(name: &str) -> i64 {
    name.parse::<SnapshotName>().unwrap().moment().as_second()
}

/// A bucket of its own for a test, as the settings name it.
pub(crate) fn bucket() -> String {
    format!("s3://{}/hive", Weed::shared().options().bucket)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_replicas_ask_as_one_answer_alike_and_store_each_slot_once() {
    const ROUNDS: u64 = 6;
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let clock = Clock::still_at("2026-11-25T12:01:00Z".parse().unwrap());
    upstream.sim.set_time(SimClock::Fixed(clock.now()));
    let settings =
        with(&over(&redis.url()), &[("store", &bucket()), ("store-interval", "5m"), ("cache-ttl", "5m")]);
    let mut replicas = Vec::new();
    for _ in 0..5 {
        replicas.push({
            let environment = Weed::shared().environment();
            TestApp::with_clock(&upstream.url, &settings, environment, &clock).await
        });
    }
    for round in 0..ROUNDS {
        let mut means = BTreeSet::new();
        for replica in &replicas {
            let as_of = clock.now().to_string();
            let what = format!("the present of round {round}");
            replica.until("/readyz", &what, |ready| ready["cache_as_of"] == as_of).await;
            means.insert(replica.get("/temperature").await.text().await.unwrap());
        }
        assert_eq!(means.len(), 1, "not all say the same: {means:?}");
        eventually("a snapshot of the slot", async || names(&replicas[0]).await.len() as u64 >= round).await;
        clock.advance(SignedDuration::from_mins(5));
        upstream.sim.set_time(SimClock::Fixed(clock.now()));
    }
    let polls = upstream.sim.requests().count("/boxes");
    assert!(polls <= ROUNDS + 1, "{polls} polls in {ROUNDS} rounds are those of many");

    eventually("a snapshot of the last slot", async || names(&replicas[0]).await.len() as u64 >= ROUNDS)
        .await;
    let names = names(&replicas[0]).await;
    let seconds: Vec<i64> = names.iter().map(|name| second(name)).collect();
    assert!(seconds.windows(2).all(|pair| pair[1] - pair[0] == 300), "a slot is missing: {names:?}");
    let mut stores = 0.0;
    for replica in &replicas {
        stores += replica.metric("hivebox_stores_total").await;
    }
    assert_eq!(stores as usize, names.len(), "each slot is stored once");
}

/// Settings of replicas that are processes, over a Redis and a bucket.
fn of_processes(upstream: &TestUpstream, redis: &RedisServer, store: &str) -> Vec<(&'static str, String)> {
    with(
        &over(&redis.url()),
        &[
            ("upstream", &upstream.url),
            ("cache-ttl", "1s"),
            ("cache-timeout", "1500ms"),
            ("lease-ttl", &format!("{}s", LEASE.as_secs())),
            ("store", store),
            ("store-interval", "2s"),
            ("store-timeout", "5s"),
            ("drain-delay", "0s"),
            // The tests ask for the snapshots again and again.
            ("rate-limit", "off"),
        ],
    )
}

const LEASE: Duration = Duration::from_secs(3);
/// By how much a busy machine may delay a process.
const DELAY: Duration = Duration::from_mins(4);

/// Waits until upstream is asked once more, which is when a poll has begun.
async fn poll_begins(upstream: &TestUpstream) {
    let asked = upstream.sim.requests().count("/boxes");
    eventually("a poll", async || upstream.sim.requests().count("/boxes") > asked).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_holder_is_killed_in_the_middle_of_a_poll_another_takes_over_within_two_leases() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let settings = of_processes(&upstream, &redis, "file:data");
    let mut replicas: Vec<Replica> = (0..3).map(|_| Replica::start((&settings, &[]))).collect();
    let killed = holder(&replicas).await;
    for replica in &replicas {
        assert!(replica.json("/temperature").await.unwrap()["status"].is_string());
    }
    upstream.sim.faults().set(Fault::Delay { millis: 1000 }).unwrap();
    poll_begins(&upstream).await;
    replicas.remove(killed).signal("KILL");
    let started = Instant::now();
    let clients = Clients::of(replicas.iter().map(|replica| replica.address));
    let next = holder(&replicas).await;
    assert!(started.elapsed() < 2 * LEASE + DELAY, "took over after {:?}", started.elapsed());
    let before = replicas[next].json("/readyz").await.unwrap()["cache_as_of"].clone();
    eventually("a new present", async || {
        replicas[1 - next].json("/readyz").await.unwrap()["cache_as_of"] != before
    })
    .await;
    clients.were_all_served().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_holder_is_killed_in_the_middle_of_a_store_no_object_is_half_and_no_slot_is_lost() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let store = bucket();
    // Two leases are shorter than the time between two slots, as they are where HiveBox is at work.
    let settings = with(&of_processes(&upstream, &redis, &store), &[("store-interval", "15s")]);
    let (mut proxy, environment) = Proxy::before(Weed::shared()).await;
    let mut replicas: Vec<Replica> = (0..3).map(|_| Replica::start((&settings, &environment))).collect();
    let killed = holder(&replicas).await;
    let stored = async |replicas: &[Replica]| {
        let page = replicas[0].json("/api/v1/snapshots").await.unwrap_or_default();
        page["snapshots"].as_array().map_or(0, Vec::len)
    };
    eventually("a first snapshot", async || stored(&replicas).await >= 1).await;
    proxy.set(Network::Silent);
    proxy.until_held().await;
    let clients = Clients::of(
        replicas.iter().enumerate().filter(|(index, _)| *index != killed).map(|(_, replica)| replica.address),
    );
    replicas.remove(killed).signal("KILL");
    let started = Instant::now();
    proxy.set(Network::Good);
    holder(&replicas).await;
    assert!(started.elapsed() < 2 * LEASE + DELAY, "took over after {:?}", started.elapsed());
    let before = stored(&replicas).await;
    eventually("two more snapshots", async || stored(&replicas).await >= before + 2).await;
    clients.were_all_served().await;

    let page = replicas[0].json("/api/v1/snapshots?limit=1000").await.unwrap();
    let all: Vec<i64> =
        page["snapshots"].as_array().unwrap().iter().map(|it| second(it["name"].as_str().unwrap())).collect();
    assert!(all.windows(2).all(|pair| pair[0] - pair[1] == 15), "a slot is missing: {page}");
    let folder = tempfile::tempdir().unwrap();
    let mut verify = command(folder.path(), "snapshots", &[], &environment);
    let verified = verify.args(["verify", "--store", &store]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stdout));
}

/// The moment of the present in Redis.
fn shared_as_of(redis: &RedisServer) -> Option<i64> {
    let head: Vec<u8> = redis.connect().getrange("{hivebox}:present", 8, 15).unwrap();
    Some(i64::from_be_bytes(head.try_into().ok()?))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_holder_that_wakes_up_does_not_overwrite_newer_data() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let settings = of_processes(&upstream, &redis, "file:data");
    let replicas: Vec<Replica> = (0..2).map(|_| Replica::start((&settings, &[]))).collect();
    let paused = holder(&replicas).await;
    eventually("a present in Redis", async || shared_as_of(&redis).is_some()).await;
    upstream.sim.faults().set(Fault::Delay { millis: 500 }).unwrap();
    poll_begins(&upstream).await;
    replicas[paused].signal("STOP");
    let at_pause = shared_as_of(&redis);
    let other = &replicas[1 - paused];
    eventually("another holder with a newer present", async || {
        other.role().await == "holder" && shared_as_of(&redis) > at_pause
    })
    .await;
    let newest = shared_as_of(&redis);
    replicas[paused].signal("CONT");
    // It is awake, and has seen that it is the holder no more, once it follows.
    eventually("a former holder that follows", async || {
        assert!(shared_as_of(&redis) >= newest, "it has overwritten newer data");
        replicas[paused].role().await == "follower"
    })
    .await;
    poll_begins(&upstream).await;
    poll_begins(&upstream).await;
    assert!(shared_as_of(&redis) >= newest);
    assert_eq!(other.role().await, "holder", "the lease stays with who took it over");
}

#[tokio::test]
async fn what_is_published_under_a_lease_that_another_has_by_now_is_refused() {
    let redis = RedisServer::start();
    let named = |(name, value): &(&str, String)| ((*name).to_owned(), value.clone());
    let source = Source::default().with_names(Origin::Flag, over(&redis.url()).iter().map(named));
    let config = Config::read(&source).unwrap().cache;
    let (first, second) = (Shared::new(&config), Shared::new(&config));
    let Tenure::Here(early) = first.look(true).await.unwrap().tenure else { panic!("the lease is free") };
    let Tenure::Elsewhere { for_at_most } = second.look(true).await.unwrap().tenure else {
        panic!("it is taken")
    };
    assert!(for_at_most <= config.lease_ttl);
    // As if the first were paused for longer than its lease lasts.
    let () = redis.connect().del("{hivebox}:lease").unwrap();
    let Tenure::Here(late) = second.look(true).await.unwrap().tenure else {
        panic!("the lease is free again")
    };
    assert!(late.token > early.token, "the token grows");

    let poll = |error: &str| Poll { error: Some(error.into()), ..Poll::good(Clock::system().now()) };
    assert_eq!(second.publish(late, &poll("late"), None).await.unwrap(), Published::Yes { bytes: 0 });
    assert_eq!(first.publish(early, &poll("early"), None).await.unwrap(), Published::Fenced);
    let seen = first.look(true).await.unwrap();
    assert_eq!(seen.poll.unwrap().error.as_deref(), Some("late"));
    first.release().await.unwrap();
    assert!(
        matches!(second.look(true).await.unwrap().tenure, Tenure::Here(_)),
        "only the holder gives a lease back"
    );

    let seen = first.look(false).await.unwrap();
    assert!(matches!(seen.tenure, Tenure::Elsewhere { .. }));
    second.release().await.unwrap();
    assert_eq!(first.look(false).await.unwrap().tenure, Tenure::Nobody, "a free lease can be left to others");

    // A server that has forgotten all still gives a larger token.
    redis.flush();
    let Tenure::Here(later) = first.look(true).await.unwrap().tenure else {
        panic!("the lease is free once more")
    };
    assert!(later.token > late.token);
}

#[tokio::test]
async fn snapshots_that_are_too_old_are_removed_by_the_holder_alone() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let now = Clock::system().now();
    let readings = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), now).finish();
    for hours in [0, 1, 30, 31, 24 * 400] {
        let name = SnapshotName::at(now - SignedDuration::from_hours(hours));
        store.put(&Sealed::of(name, &readings, Catalogue::builtin()).unwrap()).await.unwrap();
    }
    let store_setting = format!("file:{}", folder.path().display());
    let settings = with(&over(&redis.url()), &[("store", &store_setting), ("lease-ttl", "1m")]);
    let keeper = replica(&upstream, &settings).await;
    keeper.until_role("holder").await;
    let settings = with(&settings, &[("retention", "1d")]);
    let follower = replica(&upstream, &settings).await;
    follower.until_role("follower").await;
    assert_eq!(store.list(None, 10).await.unwrap().len(), 5);
    assert!(keeper.stop().await);
    follower.until_metric("hivebox_removed_snapshots_total", 3.0).await;
    let left = store.list(None, 10).await.unwrap();
    assert_eq!(left.iter().map(|it| (now - it.moment).as_hours()).collect::<Vec<_>>(), [0, 1]);
}

#[tokio::test]
async fn replicas_of_another_prefix_are_strangers() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let settings = over(&redis.url());
    let one = replica(&upstream, &settings).await;
    let settings = with(&settings, &[("cache-prefix", "other")]);
    let other = replica(&upstream, &settings).await;
    one.get("/temperature").await;
    other.get("/temperature").await;
    one.until_role("holder").await;
    other.until_role("holder").await;
    let prefixes: BTreeSet<String> =
        redis.keys().iter().map(|key| key.split(':').next().unwrap().to_owned()).collect();
    assert_eq!(prefixes.into_iter().collect::<Vec<_>>(), ["{hivebox}", "{other}"]);
}
