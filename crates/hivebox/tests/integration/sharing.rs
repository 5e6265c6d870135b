//! Replicas that share the present through Redis: one polls, all give the same answer.

use hivebox_config::RedisAddress;
use hivebox_present::Clock;
use jiff::SignedDuration;
use opensensemap_sim::{Fault, SimClock};
use redis::Commands;
use reqwest::StatusCode;

use crate::app::{TestApp, TestUpstream, header};
use crate::redis_server::{RedisServer, free_port, program, wait_until};

/// Settings of replicas with fast renewal of answers. The lease is slow, so that a busy machine does not lose it.
pub(crate) fn over(redis: &str) -> Vec<(&'static str, String)> {
    with(
        &[("cache", redis.to_owned())],
        &[("cache-ttl", "2s"), ("lease-ttl", "20s"), ("cache-timeout", "10s")],
    )
}

/// The settings, with some replaced or added.
pub(crate) fn with(
    settings: &[(&'static str, String)],
    others: &[(&'static str, &str)],
) -> Vec<(&'static str, String)> {
    let is_kept = |(name, _): &&(&str, String)| others.iter().all(|(other, _)| other != name);
    let others = others.iter().map(|(name, value)| (*name, (*value).to_owned()));
    settings.iter().filter(is_kept).cloned().chain(others).collect()
}

/// A replica with these settings.
pub(crate) async fn replica(upstream: &TestUpstream, settings: &[(&str, String)]) -> TestApp {
    let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
    TestApp::with(&upstream.url, &settings).await
}

#[tokio::test]
async fn a_new_replica_serves_the_present_of_another_at_once() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let first = replica(&upstream, &over(&redis.url())).await;
    let told = first.get("/temperature").await.text().await.unwrap();
    first.until_metric("hivebox_cache_publishes_total", 1.0).await;
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    let asked = upstream.sim.requests().total();

    let second = replica(&upstream, &over(&redis.url())).await;
    let response = second.get("/temperature").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.unwrap(), told);
    assert_eq!(upstream.sim.requests().total(), asked, "it has not asked openSenseMap");
    assert_eq!(
        second.metric("hivebox_readings{phenomenon=\"air_temperature\",verdict=\"ok\"}").await,
        first.metric("hivebox_readings{phenomenon=\"air_temperature\",verdict=\"ok\"}").await
    );
    let stored = second.json("/store").await;
    assert!(stored["rows"].as_u64().unwrap() > 100, "all readings came along");
}

#[tokio::test]
async fn each_key_has_the_prefix_and_an_expiry_and_other_keys_are_untouched() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let () = redis.connect().set("of-somebody-else", "precious").unwrap();
    let settings = with(&over(&redis.url()), &[("cache-prefix", "apiary")]);
    let app = replica(&upstream, &settings).await;
    app.get("/temperature").await;
    app.until_metric("hivebox_cache_publishes_total", 1.0).await;
    let ours = ["{apiary}:lease", "{apiary}:poll", "{apiary}:present", "{apiary}:token"];
    let mut all = vec!["of-somebody-else"];
    all.splice(0..0, ours);
    all.sort_unstable();
    assert_eq!(redis.keys(), all);
    let mut connection = redis.connect();
    for key in ours {
        let left: i64 = connection.pttl(key).unwrap();
        assert!(left > 0, "{key} has no expiry");
    }
    let precious: String = connection.get("of-somebody-else").unwrap();
    assert_eq!(precious, "precious");
}

#[tokio::test]
async fn requests_never_use_redis() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let settings = with(&over(&redis.url()), &[("lease-ttl", "5m"), ("cache-ttl", "5m")]);
    let app = replica(&upstream, &settings).await;
    app.get("/temperature").await;
    app.until_metric("hivebox_cache_publishes_total", 1.0).await;
    // The replica looks once more at its own publication.
    wait_until("a second look", || redis.calls("eval") >= 3);
    for path in ["/temperature", "/readyz", "/metrics", "/livez"] {
        for _ in 0..50 {
            app.get(path).await;
        }
    }
    assert_eq!(redis.calls("eval"), 3);
}

#[tokio::test]
async fn a_stopping_replica_releases_the_lease_to_another_at_once() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let settings = with(&over(&redis.url()), &[("lease-ttl", "1m")]);
    let first = replica(&upstream, &settings).await;
    first.get("/temperature").await;
    let second = replica(&upstream, &settings).await;
    second.get("/temperature").await;
    assert_eq!(second.json("/readyz").await["role"], "follower");
    assert!(first.stop().await);
    second.until_role("holder").await;
}

#[tokio::test]
async fn a_replica_without_redis_polls_alone_and_reports_it() {
    let upstream = TestUpstream::start().await;
    let app = replica(&upstream, &over(&format!("redis://127.0.0.1:{}", free_port()))).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    let ready = app.json("/readyz").await;
    assert_eq!(
        (&ready["ready"], &ready["role"], &ready["cache"]),
        (&true.into(), &"alone".into(), &"redis".into())
    );
    assert!(ready["cache_error"].as_str().unwrap().contains("refused"), "{ready}");
    assert_eq!(app.metric("hivebox_cache_reachable").await, 0.0);
    assert!(app.metric("hivebox_cache_failures_total{kind=\"unreachable\"}").await >= 1.0);
    assert_eq!(app.metric("hivebox_replica_role{role=\"alone\"}").await, 1.0);
}

#[tokio::test]
async fn a_wrong_password_is_told_and_not_shown() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::with(&["--requirepass", "honey"]));
    let address = |password: &str| format!("redis://:{password}@127.0.0.1:{}", redis.port);
    let wrong = replica(&upstream, &over(&address("wax-secret"))).await;
    assert_eq!(wrong.get("/temperature").await.status(), StatusCode::OK);
    let error = wrong.json("/readyz").await["cache_error"].as_str().unwrap().to_owned();
    assert!(error.contains("WRONGPASS") || error.to_lowercase().contains("auth"), "{error}");
    assert!(!error.contains("wax-secret"));
    let right = replica(&upstream, &over(&address("honey"))).await;
    right.get("/temperature").await;
    right.until_role("holder").await;
}

/// The permissions that a Redis user needs, from docs/operating.md.
fn permissions() -> String {
    let docs = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operating.md");
    let docs = std::fs::read_to_string(docs).unwrap();
    docs.split("`~{hivebox}:*").nth(1).unwrap().split('`').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_documented_permissions_of_a_redis_user_suffice() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let mut command = redis::cmd("ACL");
    command.arg("SETUSER").arg("bee").arg("on").arg(">honey").arg("-@all").arg("~{hivebox}:*");
    for permission in permissions().split_whitespace() {
        command.arg(permission);
    }
    command.exec(&mut redis.connect()).unwrap();
    let settings = over(&format!("redis://bee:honey@127.0.0.1:{}", redis.port));
    let first = replica(&upstream, &settings).await;
    first.until_role("holder").await;
    first.until_metric("hivebox_cache_publishes_total", 1.0).await;
    let second = replica(&upstream, &settings).await;
    second.until_metric("hivebox_cache_takeovers_total", 1.0).await;
    let folder = tempfile::tempdir().unwrap();
    let settings = with(&settings, &[("upstream", &upstream.url)]);
    let doctor = crate::replica::command(folder.path(), "doctor", &settings, &[]).output().unwrap();
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(told.contains("ok  cache     Redis 7"), "{told}");
    assert!(first.stop().await);
    second.until_role("holder").await;
}

#[tokio::test]
async fn while_the_upstream_is_down_followers_know_and_leave_the_asking_to_the_holder() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    upstream.sim.faults().set(Fault::Status { status: 503 }).unwrap();
    let holder = replica(&upstream, &over(&redis.url())).await;
    holder.get("/temperature").await;
    let follower = replica(&upstream, &over(&redis.url())).await;
    let response = follower.get("/temperature").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let ready = follower.json("/readyz").await;
    assert_eq!((&ready["role"], &ready["boxes_failed"]), (&"follower".into(), &1.into()));
    assert!(ready["last_poll_error"].as_str().unwrap().contains("503"), "{ready}");
}

#[tokio::test]
async fn a_poll_without_an_answer_takes_none_away_from_a_new_replica() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let first = replica(&upstream, &over(&redis.url())).await;
    first.until_metric("hivebox_cache_publishes_total", 1.0).await;
    let told = first.get("/temperature").await.text().await.unwrap();
    // Each reading is now two hours old.
    upstream.sim.set_time(SimClock::Fixed(Clock::system().now() - SignedDuration::from_hours(2)));
    let is_empty = |ready: &serde_json::Value| {
        ready["last_poll_error"]
            .as_str()
            .is_some_and(|error| error.contains("no air temperature reading counts"))
    };
    first.until("/readyz", "a poll without an answer", is_empty).await;
    let second = replica(&upstream, &over(&redis.url())).await;
    let response = second.get("/temperature").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.text().await.unwrap(), told);
    second.until_metric("hivebox_cache_takeovers_total", 1.0).await;
}

#[tokio::test]
async fn a_holder_that_cannot_poll_lets_another_try() {
    let (broken, good, redis) =
        (TestUpstream::start().await, TestUpstream::start().await, RedisServer::start());
    broken.sim.faults().set(Fault::Status { status: 503 }).unwrap();
    let settings = with(&over(&redis.url()), &[("cache-ttl", "1s")]);
    let unlucky = replica(&broken, &settings).await;
    unlucky.until_role("holder").await;
    let lucky = replica(&good, &settings).await;
    lucky.until_role("holder").await;
    let taken_over = |response: &reqwest::Response| response.status() == StatusCode::OK;
    unlucky.wait_for("/temperature", "taken over", taken_over).await;
    assert_eq!(unlucky.json("/readyz").await["role"], "follower");
}

#[tokio::test]
async fn a_redis_without_memory_is_not_asked_again_and_again() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let app = replica(&upstream, &over(&redis.url())).await;
    app.until_metric("hivebox_cache_publishes_total", 1.0).await;
    let limit = |bytes: &str| {
        redis::cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes).exec(&mut redis.connect()).unwrap();
    };
    limit("1");
    app.until_metric("hivebox_cache_failures_total{kind=\"refused\"}", 3.0).await;
    let polls = upstream.sim.requests().count("/boxes");
    assert!(redis.calls("eval") < 3 * polls + 10, "{} calls for {polls} polls", redis.calls("eval"));
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    limit("0");
    let published = app.metric("hivebox_cache_publishes_total").await;
    app.until_metric("hivebox_cache_publishes_total", published + 1.0).await;
}

#[tokio::test]
async fn garbage_under_every_key_is_swept_away() {
    let (upstream, redis) = (TestUpstream::start().await, RedisServer::start());
    let mut connection = redis.connect();
    let () = connection.set("{hivebox}:lease", "garbage").unwrap();
    let () = connection.set("{hivebox}:token", "99999999999999999999999999").unwrap();
    let () = connection.lpush("{hivebox}:present", "garbage").unwrap();
    let () = connection.hset("{hivebox}:poll", "garbage", 1).unwrap();
    let app = replica(&upstream, &over(&redis.url())).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    app.until_metric("hivebox_cache_publishes_total", 1.0).await;
    assert!(app.metric("hivebox_cache_failures_total{kind=\"garbage\"}").await >= 1.0);
    let present: Vec<u8> = connection.get("{hivebox}:present").unwrap();
    assert!(present.starts_with(b"HiveBox"));
    let token: u64 = connection.get("{hivebox}:token").unwrap();
    assert!(token < 1 << 50, "{token} is a time in milliseconds");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_can_share_a_cluster() {
    let redis = RedisServer::with(&["--cluster-enabled yes", "--cluster-config-file {folder}/nodes.conf"]);
    redis::cmd("CLUSTER").arg("ADDSLOTSRANGE").arg(0).arg(16_383).exec(&mut redis.connect()).unwrap();
    wait_until("a cluster that is up", || {
        let info: String = redis::cmd("CLUSTER").arg("INFO").query(&mut redis.connect()).unwrap();
        info.contains("cluster_state:ok")
    });
    let address = format!("redis+cluster://127.0.0.1:{0},127.0.0.1:{0}", redis.port);
    assert!(RedisAddress::parse(&address).is_ok());
    let upstream = TestUpstream::start().await;
    let first = replica(&upstream, &over(&address)).await;
    first.get("/temperature").await;
    let second = replica(&upstream, &over(&address)).await;
    second.get("/temperature").await;
    second.until_role("follower").await;
    let folder = tempfile::tempdir().unwrap();
    let settings = with(&over(&address), &[("upstream", &upstream.url)]);
    let doctor = crate::replica::command(folder.path(), "doctor", &settings, &[]).output().unwrap();
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(told.contains("ok  cache     Redis 7") && told.contains("has held the lease since"), "{told}");
    assert!(first.stop().await);
    second.until_role("holder").await;
}

#[tokio::test]
async fn replicas_find_the_master_through_sentinels() {
    let redis = RedisServer::with(&["--requirepass", "honey"]);
    let mut sentinel = RedisServer::prepare(&["{folder}/sentinel.conf", "--sentinel"]);
    let configuration = format!(
        "port {}\nsentinel monitor hive 127.0.0.1 {} 1\nsentinel auth-pass hive honey\n",
        sentinel.port, redis.port
    );
    std::fs::write(sentinel.folder().join("sentinel.conf"), configuration).unwrap();
    sentinel.restart_as_configured();
    let address = format!("redis+sentinel://:honey@127.0.0.1:{},127.0.0.1:1/hive", sentinel.port);
    let upstream = TestUpstream::start().await;
    let app = replica(&upstream, &over(&address)).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    app.until_role("holder").await;
}

#[tokio::test]
async fn tls_requires_a_certificate_of_a_trusted_authority() {
    let mut redis = RedisServer::prepare(&[
        "--tls-port {tls}",
        "--tls-cert-file {folder}/server.pem",
        "--tls-key-file {folder}/server.key",
        "--tls-ca-cert-file {folder}/ca.pem",
        "--tls-auth-clients no",
    ]);
    let tls_port = free_port();
    redis.replace("{tls}", &tls_port.to_string());
    make_certificates(redis.folder());
    redis.restart();
    let upstream = TestUpstream::start().await;
    let address = format!("rediss://localhost:{tls_port}");
    let distrusting = replica(&upstream, &over(&address)).await;
    assert_eq!(distrusting.get("/temperature").await.status(), StatusCode::OK);
    let ready = distrusting.json("/readyz").await;
    assert_eq!(ready["role"], "alone", "{ready}");
    let authority = redis.folder().join("ca.pem").display().to_string();
    let settings = with(&over(&address), &[("cache-ca", &authority)]);
    let trusting = replica(&upstream, &settings).await;
    trusting.get("/temperature").await;
    trusting.until_role("holder").await;
}

/// A certificate authority and a certificate for localhost, made with openssl.
fn make_certificates(folder: &std::path::Path) {
    let openssl = program("HIVEBOX_TEST_OPENSSL");
    let script = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
        openssl req -newkey rsa:2048 -nodes -subj /CN=localhost -keyout server.key -out server.csr
        printf 'subjectAltName=DNS:localhost\\nbasicConstraints=CA:FALSE\\n' > names
        openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out server.pem";
    let script = script.replace("openssl", &openssl.display().to_string());
    let made = std::process::Command::new("sh").args(["-ec", &script]).current_dir(folder).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}
