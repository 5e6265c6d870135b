//! Load balancers route by `/routez`, which is about one process alone: in an outage HiveBox answers by itself.

use hivebox_present::Clock;
use jiff::SignedDuration;
use opensensemap_sim::{Fault, SimClock};
use reqwest::{Response, StatusCode};

use crate::app::{TestApp, TestUpstream, client, eventually, header, json};
use crate::rolling_restart::{HaProxy, configuration};

/// Answers of `/routez` with 200.
const ROUTED: &str = "hivebox_http_requests_total{route=\"/routez\",method=\"GET\",status=\"200\"}";
const VERSIONS: &str = "hivebox_http_requests_total{route=\"/version\",method=\"GET\",status=\"200\"}";

/// Waits until a load balancer has looked a few times more, so that it knows the present state of a replica.
async fn until_looked_at(app: &TestApp) {
    let before = app.metric(ROUTED).await;
    app.until_metric(ROUTED, before + 3.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn in_an_outage_a_load_balancer_passes_on_what_hivebox_says_and_a_draining_replica_gets_nothing() {
    let upstream = TestUpstream::start().await;
    let now = Clock::system().now();
    upstream.sim.set_time(SimClock::Fixed(now));
    let clock = Clock::still_at(now);
    let first = TestApp::with_clock(&upstream.url, &[], [], &clock).await;
    let second = TestApp::with_clock(&upstream.url, &[], [], &clock).await;
    let haproxy = HaProxy::over(&[first.address.port(), second.address.port()], configuration);
    let client = client();
    let ask = async |path: &str| -> Response {
        client.get(format!("http://127.0.0.1:{}{path}", haproxy.port)).send().await.unwrap()
    };
    eventually("two replicas that take requests", async || haproxy.up() == 2).await;
    for app in [&first, &second] {
        assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    }

    upstream.kill();
    clock.advance(SignedDuration::from_mins(61));
    for app in [&first, &second] {
        until_looked_at(app).await;
        assert_eq!(app.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(app.get("/livez").await.status(), StatusCode::OK);
    }
    for _ in 0..4 {
        let refused = ask("/temperature").await;
        assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(header(&refused, "content-type"), "application/problem+json");
        assert!(header(&refused, "retry-after").parse::<u64>().unwrap() >= 1);
        assert_eq!(json(refused).await["title"], "No temperature available");
    }
    for path in ["/api/v1/history?from=-PT2H", "/api/v1/snapshots", "/dashboard", "/docs", "/api/v1/status"] {
        assert_eq!(ask(path).await.status(), StatusCode::OK, "{path}");
    }

    first.serves.drain();
    eventually("one replica that takes requests", async || haproxy.up() == 1).await;
    let (before, others) = (first.metric(VERSIONS).await, second.metric(VERSIONS).await);
    for _ in 0..20 {
        assert_eq!(ask("/version").await.status(), StatusCode::OK);
    }
    assert_eq!(first.metric(VERSIONS).await, before);
    assert_eq!(second.metric(VERSIONS).await, others + 20.0);
    let stopping = first.get("/routez").await;
    assert_eq!(stopping.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(header(&stopping, "retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(json(stopping).await["reason"], "this replica is stopping");
}

#[tokio::test]
async fn a_replica_takes_requests_once_its_first_attempt_has_ended_well_or_badly() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 1000 }).unwrap();
    let app = TestApp::over(&upstream).await;
    let starting = app.get("/routez").await;
    assert_eq!(starting.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert!(header(&starting, "retry-after").parse::<u64>().unwrap() >= 1);
    assert!(json(starting).await["reason"].as_str().unwrap().contains("starting"));
    app.get("/temperature").await;
    assert_eq!(app.get("/routez").await.status(), StatusCode::OK);

    upstream.sim.faults().clear();
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    let app = TestApp::over(&upstream).await;
    app.wait_for("/routez", "200", |response| response.status() == StatusCode::OK).await;
    assert_eq!(app.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}
