//! What clients of two replicas see while the S3 server behind them is broken, and what is stored after.

use std::time::Duration;

use hivebox_present::Clock;
use jiff::SignedDuration;
use opensensemap_sim::{Fault, SimClock};
use reqwest::StatusCode;

use crate::app::{PATIENCE, TestApp, TestUpstream, eventually, json};
use crate::clients::{Clients, no_request_has_waited};
use crate::proxy::{Network, Proxy};
use crate::redis_server::RedisServer;
use crate::replica::{Replica, command};
use crate::replicas::{names, second};
use crate::sharing::{over, with};
use crate::weed::{ACCESS_KEY, SECRET_KEY, Weed};

/// The seconds between two slots.
const SLOT: i64 = 2;
/// How long a replica waits for S3, and a request would if it did: longer than [`Clients`] allow.
const TIMEOUT: Duration = Duration::from_secs(3);
/// How many slots a fault lasts.
const SLOTS_OF_A_FAULT: usize = 2;

/// Two replicas over one bucket, with a bad network between if it is told to be bad.
struct Depot {
    weed: Option<Weed>,
    bucket: String,
    proxy: Proxy,
    replicas: Vec<TestApp>,
    clock: Clock,
    _redis: RedisServer,
    upstream: TestUpstream,
}

impl Depot {
    async fn start() -> Self {
        Self::over(None).await
    }

    /// Over a server of its own, or over the one that the tests share.
    async fn over(weed: Option<Weed>) -> Self {
        let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
        let server = weed.as_ref().unwrap_or(Weed::shared());
        let (proxy, environment) = Proxy::before(server).await;
        let bucket = server.options().bucket;
        let settings = with(
            &over(&redis.url()),
            &[
                ("cache-ttl", "1s"),
                ("store", &format!("s3://{bucket}/hive")),
                ("store-interval", &format!("{SLOT}s")),
                ("store-timeout", &format!("{}s", TIMEOUT.as_secs())),
            ],
        );
        let clock = Clock::still_at("2026-11-25T12:00:00Z".parse().unwrap());
        upstream.sim.set_time(SimClock::Fixed(clock.now()));
        let mut replicas = Vec::new();
        for _ in 0..2 {
            let environment = environment.clone();
            replicas.push(TestApp::with_clock(&upstream.url, &settings, environment, &clock).await);
        }
        let depot = Self { weed, bucket, proxy, replicas, clock, _redis: redis, upstream };
        depot.until_present().await;
        depot.pass_slot().await;
        depot.until_stored(1).await;
        depot
    }

    /// Waits until all replicas have the present of now.
    async fn until_present(&self) {
        let now = self.clock.now().to_string();
        for replica in &self.replicas {
            replica.until("/readyz", "the present of now", |ready| ready["cache_as_of"] == now).await;
        }
    }

    /// Lets time pass until the next slot has come, with a present in between that is new to it.
    async fn pass_slot(&self) {
        for _ in 0..SLOT {
            let next = self.clock.now() + SignedDuration::from_secs(1);
            self.upstream.sim.set_time(SimClock::Fixed(next));
            self.clock.set(next);
            self.until_present().await;
        }
    }

    /// Waits until so many snapshots are stored, and none waits in a spool.
    async fn until_stored(&self, count: usize) {
        let started = tokio::time::Instant::now();
        loop {
            let mut waiting = 0.0;
            for replica in &self.replicas {
                waiting += replica.metric("hivebox_spool_snapshots").await;
            }
            let response = self.replicas[0].get("/api/v1/snapshots?limit=1000").await;
            if response.status() == StatusCode::OK {
                let stored = json(response).await["snapshots"].as_array().unwrap().len();
                if stored >= count && waiting == 0.0 {
                    return;
                }
            }
            assert!(started.elapsed() < PATIENCE, "the store is not in order again");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Asks all the time while something is broken for a while and mended. All are answered; what could not
    /// be stored is stored afterwards, each slot once, without a restart.
    async fn goes_through(mut self, fault: impl AsyncFnOnce(&mut Self)) -> Self {
        let clients = Clients::of(self.replicas.iter().map(|replica| replica.address));
        fault(&mut self).await;
        for _ in 0..2 {
            self.pass_slot().await;
        }
        self.until_stored(2).await;
        let before = names(&self.replicas[0]).await.len();
        for more in 1..=2 {
            self.pass_slot().await;
            self.until_stored(before + more).await;
        }
        clients.were_all_served().await;
        for replica in &self.replicas {
            no_request_has_waited(replica).await;
        }
        self
    }

    async fn has_every_slot(&self) {
        let names = names(&self.replicas[0]).await;
        let seconds: Vec<i64> = names.iter().map(|name| second(name)).collect();
        assert!(seconds.windows(2).all(|pair| pair[1] - pair[0] == SLOT), "a slot is missing: {names:?}");
        for replica in &self.replicas {
            assert_eq!(replica.metric("hivebox_spool_dropped_snapshots_total").await, 0.0);
        }
    }

    async fn is_broken_by(network: Network) {
        let depot = Self::start()
            .await
            .goes_through(async |depot| {
                depot.proxy.set(network);
                for _ in 0..SLOTS_OF_A_FAULT {
                    depot.pass_slot().await;
                }
                eventually(&format!("a store that {network:?} has broken"), async || {
                    let mut failures = 0.0;
                    for replica in &depot.replicas {
                        failures += replica.metric("hivebox_store_failures_total").await;
                    }
                    failures >= 1.0
                })
                .await;
                depot.proxy.set(Network::Good);
            })
            .await;
        depot.has_every_slot().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_silent_is_noticed_by_no_client_and_loses_no_slot() {
    Depot::is_broken_by(Network::Silent).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_answers_500_is_noticed_by_no_client_and_loses_no_slot() {
    Depot::is_broken_by(Network::Failing).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_resets_connections_is_noticed_by_no_client_and_loses_no_slot() {
    Depot::is_broken_by(Network::Reset).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_slow_is_noticed_by_no_client_and_loses_no_slot() {
    Depot::is_broken_by(Network::Slow(TIMEOUT)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_killed_is_noticed_by_no_client_and_loses_no_slot() {
    let depot = Depot::over(Some(Weed::start()))
        .await
        .goes_through(async |depot| {
            depot.weed.as_mut().unwrap().kill();
            for _ in 0..SLOTS_OF_A_FAULT {
                depot.pass_slot().await;
            }
            depot.weed.as_mut().unwrap().restart();
        })
        .await;
    depot.has_every_slot().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bucket_that_is_deleted_is_made_again_and_noticed_by_no_client() {
    Depot::start().await.goes_through(async |depot| Weed::shared().remove_bucket(&depot.bucket)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_wrong_key_all_is_served_and_the_log_says_what_to_check_and_no_secret() {
    let upstream = TestUpstream::start().await;
    let mut environment = Weed::shared().environment();
    environment[2].1 = "a-wrong-secret".into();
    let settings = [
        ("upstream", upstream.url.clone()),
        ("store", format!("s3://{}", Weed::shared().options().bucket)),
        ("store-interval", "1s".into()),
        ("log", "trace".into()),
    ];
    let replica = Replica::start((&settings, &environment));
    let clients = Clients::of([replica.address]);
    eventually("a store that fails", async || replica.log().contains("could not be stored")).await;
    assert_eq!(replica.json("/store").await.unwrap()["status"], 503);
    clients.were_all_served().await;
    let log = replica.log();
    assert!(log.contains("check AWS_SECRET_ACCESS_KEY"), "{log}");
    let doctor = command(replica.folder.path(), "doctor", &settings, &environment).output().unwrap();
    let told = String::from_utf8([doctor.stdout, doctor.stderr].concat()).unwrap();
    assert!(told.contains("check AWS_SECRET_ACCESS_KEY"), "{told}");
    assert_eq!(doctor.status.code(), Some(69));
    for secret in ["a-wrong-secret", SECRET_KEY, ACCESS_KEY] {
        assert!(!log.contains(secret) && !told.contains(secret), "{secret} is shown");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_waits_when_the_service_stops_is_stored_after_the_next_start() {
    let upstream = TestUpstream::start().await;
    let (proxy, environment) = Proxy::before(Weed::shared()).await;
    let spool = tempfile::tempdir().unwrap();
    let (bucket, spool) = (crate::replicas::bucket(), spool.path().display().to_string());
    let settings = [("store", bucket.as_str()), ("spool", spool.as_str()), ("store-timeout", "1s")];
    let start = async || TestApp::with_environment(&upstream.url, &settings, environment.clone()).await;

    let first = start().await;
    first.get("/temperature").await;
    proxy.set(Network::Cut);
    let refused = json(first.get("/store").await).await;
    assert_eq!((&refused["status"], &refused["title"]), (&503.into(), &"Stored later".into()));
    assert_eq!(first.metric("hivebox_spool_snapshots").await, 1.0);
    assert!(first.metric("hivebox_spool_bytes").await > 1000.0);
    assert!(first.stop().await);

    proxy.set(Network::Good);
    upstream.sim.faults().set(Fault::Status { status: 503 }).unwrap();
    let second = start().await;
    second.until_metric("hivebox_stores_total", 1.0).await;
    let stored = names(&second).await;
    assert!(refused["detail"].as_str().unwrap().contains(&stored[0]), "{refused} {stored:?}");
    assert_eq!(second.metric("hivebox_spool_snapshots").await, 0.0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_that_hangs_when_the_service_stops_waits_in_the_spool() {
    let upstream = TestUpstream::start().await;
    let (mut proxy, environment) = Proxy::before(Weed::shared()).await;
    let spool = tempfile::tempdir().unwrap();
    let (bucket, path) = (crate::replicas::bucket(), spool.path().display().to_string());
    let settings = [("store", bucket.as_str()), ("spool", path.as_str())];
    let app = std::sync::Arc::new(TestApp::with_environment(&upstream.url, &settings, environment).await);
    app.get("/temperature").await;
    app.get("/store").await;
    proxy.set(Network::Silent);
    let storing = tokio::spawn({
        let app = app.clone();
        async move { app.request("/store").timeout(Duration::from_millis(500)).send().await.is_err() }
    });
    proxy.until_held().await;
    assert!(storing.await.unwrap());
    let app = std::sync::Arc::into_inner(app).unwrap();
    assert!(app.stop().await, "it does not wait for ever");
    assert_eq!(hivebox_archive::Spool::look_into(spool.path()).unwrap().0, 1, "one snapshot waits");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_store_is_away_its_routes_say_so_and_when_to_ask_again() {
    let upstream = TestUpstream::start().await;
    let (proxy, environment) = Proxy::before(Weed::shared()).await;
    let bucket = crate::replicas::bucket();
    let settings = [("store", bucket.as_str()), ("store-timeout", "1s")];
    let app = TestApp::with_environment(&upstream.url, &settings, environment).await;
    app.get("/temperature").await;
    assert_eq!(app.post("/store").await.status(), StatusCode::OK);
    for network in [Network::Cut, Network::Failing] {
        proxy.set(network);
        for path in [
            "/api/v1/snapshots",
            "/api/v1/snapshots/2024-10-14T09-20-00.000Z",
            "/api/v1/history?from=-P1D",
            "/store",
        ] {
            let answer = app.get(path).await;
            let retry_after = answer.headers().get("retry-after").cloned();
            let status = answer.status();
            let problem = json(answer).await;
            assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{path} with {network:?}: {problem}");
            assert!(retry_after.is_some(), "{path} with {network:?}: {problem}");
            assert!(!problem["detail"].as_str().unwrap().contains("HiveBox failed"), "{problem}");
        }
    }
    proxy.set(Network::Good);
    assert_eq!(app.get("/api/v1/snapshots").await.status(), StatusCode::OK);
}
