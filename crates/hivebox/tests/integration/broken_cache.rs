//! What clients of three replicas see while the Redis behind them is broken, and after.

use std::time::Duration;

use opensensemap_sim::Fault;
use redis::Commands;

use crate::app::{TestApp, TestUpstream, eventually, retried};
use crate::clients::{Clients, no_request_has_waited};
use crate::proxy::{Network, Proxy};
use crate::redis_server::RedisServer;
use crate::sharing::{over, replica, with};

/// How long a fault lasts, if nothing else is said: two times an answer's time to live.
const WHILE: Duration = Duration::from_secs(4);

/// How long a replica waits for Redis, and a request would if it did: longer than [`Clients`] allow.
const TIMEOUT: Duration = Duration::from_secs(3);

/// Three replicas over one Redis, with a bad network between if it is told to be bad.
struct Hive {
    upstream: TestUpstream,
    redis: RedisServer,
    proxy: Proxy,
    replicas: Vec<TestApp>,
}

impl Hive {
    async fn start() -> Self {
        let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
        let proxy = Proxy::to(redis.port).await;
        let fast = [("lease-ttl", "6s"), ("cache-timeout", &format!("{}s", TIMEOUT.as_secs()))];
        let settings = with(&over(&format!("redis://{}", proxy.address)), &fast);
        let mut replicas = Vec::new();
        for _ in 0..3 {
            replicas.push(replica(&upstream, &settings).await);
        }
        let hive = Self { upstream, redis, proxy, replicas };
        hive.until_all_agree().await;
        hive
    }

    fn clients(&self) -> Clients {
        Clients::of(self.replicas.iter().map(|replica| replica.address))
    }

    /// Waits until one replica holds the lease, the others follow, and all serve the same present.
    async fn until_all_agree(&self) {
        self.until("agreed", |ready| {
            let count = |role: &str| ready.iter().filter(|ready| ready["role"] == role).count();
            let is_same = ready.iter().all(|one| one["cache_as_of"] == ready[0]["cache_as_of"]);
            count("holder") == 1 && count("follower") == 2 && is_same && ready[0]["ready"] == true
        })
        .await;
    }

    /// Waits until every replica says that it is alone.
    async fn until_all_are_alone(&self) {
        self.until("alone", |ready| ready.iter().all(|ready| ready["role"] == "alone")).await;
    }

    async fn until(&self, what: &str, is_so: impl Fn(&[serde_json::Value]) -> bool) {
        retried(async || {
            let mut ready = Vec::new();
            for replica in &self.replicas {
                ready.push(replica.json("/readyz").await);
            }
            if is_so(&ready) { Ok(()) } else { Err(format!("the replicas are not {what}: {ready:#?}")) }
        })
        .await;
    }

    /// Asks all the time while something is broken for a while and mended. All are answered, and afterwards
    /// all replicas agree again, with new data and without a restart.
    async fn goes_through(mut self, fault: impl AsyncFnOnce(&mut Self)) {
        let before = self.replicas[0].json("/readyz").await["cache_as_of"].clone();
        let clients = self.clients();
        fault(&mut self).await;
        self.until_all_agree().await;
        self.replicas[0].until("/readyz", "new data", |ready| ready["cache_as_of"] != before).await;
        self.until_all_agree().await;
        clients.were_all_served().await;
        for replica in &self.replicas {
            no_request_has_waited(replica).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_killed_and_comes_back_empty_is_noticed_by_no_client() {
    Hive::start()
        .await
        .goes_through(async |hive| {
            hive.redis.kill();
            hive.until_all_are_alone().await;
            for replica in &hive.replicas {
                let ready = replica.json("/readyz").await;
                assert!(ready["ready"] == true && ready["cache_error"].is_string(), "{ready}");
                assert_eq!(replica.metric("hivebox_cache_reachable").await, 0.0);
            }
            hive.redis.restart();
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_paused_for_half_a_minute_is_noticed_by_no_client() {
    Hive::start()
        .await
        .goes_through(async |hive| {
            hive.redis.pause();
            tokio::time::sleep(Duration::from_secs(30)).await;
            hive.until_all_are_alone().await;
            hive.redis.resume();
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_restarted_is_noticed_by_no_client() {
    Hive::start().await.goes_through(async |hive| hive.redis.restart()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redis_that_is_emptied_is_filled_again_before_the_next_poll() {
    let hive = Hive::start().await;
    hive.upstream.sim.faults().set(Fault::Status { status: 503 }).unwrap();
    hive.redis.flush();
    let is_filled = async || hive.redis.connect().exists("{hivebox}:present").unwrap_or(false);
    eventually("a Redis that is filled again", is_filled).await;
    hive.upstream.sim.faults().clear();
    hive.goes_through(async |hive| hive.redis.flush()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_under_our_keys_is_noticed_by_no_client() {
    Hive::start()
        .await
        .goes_through(async |hive| {
            let mut connection = hive.redis.connect();
            for round in 0..4 {
                for key in ["lease", "token", "present", "poll"] {
                    let key = format!("{{hivebox}}:{key}");
                    let () = connection.del(&key).unwrap();
                    let () = match round {
                        0 => connection.set(&key, "garbage").unwrap(),
                        1 => connection.lpush(&key, "garbage").unwrap(),
                        2 => connection.set(&key, vec![0xff; 4096]).unwrap(),
                        _ => connection.set(&key, b"HiveBox\x02 and then garbage").unwrap(),
                    };
                }
                tokio::time::sleep(WHILE / 4).await;
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_bad_in_every_way_is_noticed_by_no_client() {
    Hive::start()
        .await
        .goes_through(async |hive| {
            let slow = |millis| Network::Slow(Duration::from_millis(millis));
            for network in [Network::Reset, slow(50), Network::Cut, Network::Silent, slow(1000)] {
                hive.proxy.set(network);
                tokio::time::sleep(WHILE / 2).await;
            }
            hive.proxy.set(Network::Good);
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_upstream_and_redis_down_at_once_the_last_answer_is_served_on() {
    Hive::start()
        .await
        .goes_through(async |hive| {
            hive.upstream.sim.faults().set(Fault::Status { status: 503 }).unwrap();
            hive.redis.kill();
            hive.until_all_are_alone().await;
            for replica in &hive.replicas {
                let stale = |response: &reqwest::Response| {
                    crate::app::header(response, "cache-status").contains("detail=upstream-unavailable")
                };
                replica.wait_for("/temperature", "stale", stale).await;
            }
            hive.redis.restart();
            hive.upstream.sim.faults().clear();
        })
        .await;
}
