//! What clients see while openSenseMap is down, slow, or talks nonsense.

use jiff::SignedDuration;
use opensensemap_sim::Fault;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, json};

fn is_fresh(response: &Response) -> bool {
    response.status() == StatusCode::OK && !header(response, "cache-status").contains("detail=")
}

fn is_stale(response: &Response) -> bool {
    response.status() == StatusCode::OK
        && header(response, "cache-status").contains("detail=upstream-unavailable")
}

fn is_unavailable(response: &Response) -> bool {
    response.status() == StatusCode::SERVICE_UNAVAILABLE
}

/// Fresh, then stale, then 503, then fresh again, while `break_it` has been done and until `mend_it` is.
async fn goes_through_an_outage(
    break_it: impl Fn(&TestUpstream),
    mend_it: impl AsyncFnOnce(TestUpstream) -> TestUpstream,
) {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[("upstream-timeout", "20s")]).await;
    let fresh = app.get("/temperature").await;
    assert!(is_fresh(&fresh), "{fresh:?}");
    assert_eq!(header(&fresh, "content-type"), "application/json");
    assert_eq!(header(&fresh, "cache-control"), "public, max-age=300");
    break_it(&upstream);

    app.let_time_pass(SignedDuration::from_mins(6));
    let stale = app.get("/temperature").await;
    assert!(is_stale(&stale), "{stale:?}");
    assert_eq!(header(&stale, "age"), "360");
    assert_eq!(header(&stale, "cache-status"), "HiveBox; hit; ttl=-60; detail=upstream-unavailable");
    assert_eq!(app.get("/readyz").await.status(), StatusCode::OK, "an outage takes no replica out");

    app.let_time_pass(SignedDuration::from_hours(1));
    let unavailable = app.get("/temperature").await;
    assert!(is_unavailable(&unavailable), "{unavailable:?}");
    assert!(header(&unavailable, "retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(header(&unavailable, "content-type"), "application/problem+json");
    assert_eq!(json(unavailable).await["title"], "No temperature available");
    assert_eq!(app.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/livez").await.status(), StatusCode::OK);

    let upstream = mend_it(upstream).await;
    app.pass_time_until(&upstream, "/temperature", "fresh again", is_fresh).await;
    assert_eq!(app.get("/readyz").await.status(), StatusCode::OK);
    assert!(app.metric("hivebox_answers_total{cache=\"stale\"}").await >= 1.0);
    assert!(app.metric("hivebox_answers_total{cache=\"none\"}").await >= 1.0);
    assert!(app.stop().await);
}

#[tokio::test]
async fn no_route_tells_expired_readings_as_those_of_now() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[("max-reading-age", "20m")]).await;
    let boxes = app.json("/api/v1/boxes?limit=1").await;
    let one_box = format!("/api/v1/boxes/{}", boxes["boxes"][0]["id"].as_str().unwrap());
    let paths = [
        "/temperature",
        "/api/temperature",
        "/api/v1/phenomena",
        "/api/v1/conditions",
        "/api/v1/chores?lat=52.5&lon=13.4",
        "/api/v1/boxes",
        &one_box,
        "/api/v1/map?phenomenon=air_temperature",
        "/api/v1/readings",
    ];
    upstream.kill();
    for path in paths {
        assert_eq!(app.get(path).await.status(), StatusCode::OK, "{path}");
    }
    app.let_time_pass(SignedDuration::from_mins(21));
    for path in paths {
        let refused = app.get(path).await;
        assert!(is_unavailable(&refused), "{path}: {refused:?}");
        let detail = json(refused).await["detail"].as_str().unwrap().to_owned();
        assert!(detail.contains("younger than 20m (max-reading-age)"), "{path}: {detail}");
    }
    let status = app.json("/api/v1/status").await;
    assert_eq!((&status["freshness"], &status["max_reading_age_seconds"]), (&"none".into(), &1200.into()));
}

async fn mended_by_clearing(upstream: TestUpstream) -> TestUpstream {
    upstream.sim.faults().clear();
    upstream
}

#[tokio::test]
async fn a_killed_upstream_shows_fresh_then_stale_then_503_then_fresh_again() {
    let restart = async |upstream: TestUpstream| {
        let address = upstream.url.strip_prefix("http://").unwrap().parse().unwrap();
        TestUpstream::with(upstream.sim.clone(), address).await
    };
    goes_through_an_outage(TestUpstream::kill, restart).await;
}

#[tokio::test]
async fn a_slow_upstream_shows_fresh_then_stale_then_503_then_fresh_again() {
    let slow = |upstream: &TestUpstream| upstream.sim.faults().set(Fault::Delay { millis: 60_000 }).unwrap();
    goes_through_an_outage(slow, mended_by_clearing).await;
}

#[tokio::test]
async fn a_corrupt_upstream_shows_fresh_then_stale_then_503_then_fresh_again() {
    let cut =
        |upstream: &TestUpstream| upstream.sim.faults().set(Fault::Truncated { after_bytes: None }).unwrap();
    goes_through_an_outage(cut, mended_by_clearing).await;
}

#[tokio::test]
async fn whatever_upstream_does_the_last_good_answer_is_served() {
    let faults = [
        (Fault::Status { status: 500 }, "status"),
        (Fault::TooManyRequests { retry_after: 1 }, "rate_limited"),
        (Fault::Reset { after_bytes: None }, "broken"),
        (Fault::Truncated { after_bytes: Some(20_000) }, "truncated"),
        (Fault::HtmlErrorPage, "status"),
        (Fault::SlowDrip { bytes: 16, every_millis: 50 }, "timeout"),
        (Fault::GzipBomb { bytes: 1 << 30 }, "too_large"),
        (Fault::NotJson, "not_boxes"),
    ];
    for (fault, kind) in faults {
        let upstream = TestUpstream::start().await;
        let settings = [("upstream-timeout", "10s"), ("upstream-max-bytes", "2000000")];
        let app = TestApp::at_a_still_time(&upstream, &settings).await;
        let fresh = app.get("/temperature").await;
        assert!(is_fresh(&fresh), "{fresh:?}");
        let before = fresh.text().await.unwrap();
        upstream.sim.faults().set(fault.clone()).unwrap();
        app.let_time_pass(SignedDuration::from_mins(6));
        let failed = |ready: &Value| ready["last_poll_error"].is_string();
        app.until("/readyz", &format!("a poll that failed by {fault:?}"), failed).await;
        let stale = app.get("/temperature").await;
        assert!(is_stale(&stale), "{fault:?}: {stale:?}");
        assert_eq!(stale.text().await.unwrap(), before, "{fault:?}");
        let metrics = app.get("/metrics").await.text().await.unwrap();
        let failures: Vec<&str> = metrics
            .lines()
            .filter(|line| line.contains("_failures_total{") && !line.ends_with(" 0"))
            .collect();
        assert!(failures[0].contains(&format!("\"{kind}\"")), "{fault:?} counts as {failures:?}");
    }
}

#[tokio::test]
async fn one_bad_box_or_byte_costs_no_other_box() {
    for (fault, lost) in [(Fault::BadBox { nth: 3 }, 1.0), (Fault::InvalidUtf8 { nth: 3 }, 0.0)] {
        let upstream = TestUpstream::start().await;
        upstream.sim.faults().set(fault).unwrap();
        let app = TestApp::over(&upstream).await;
        assert!(is_fresh(&app.get("/temperature").await));
        assert_eq!(app.metric("hivebox_boxes").await, 300.0 - lost);
        assert_eq!(app.metric("hivebox_boxes_lost").await, lost);
    }
}

#[tokio::test]
async fn the_first_wait_is_shared_by_all_who_ask() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 300 }).unwrap();
    let app = std::sync::Arc::new(TestApp::over(&upstream).await);
    let asking: Vec<_> = (0..50)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { app.get("/temperature").await.status() })
        })
        .collect();
    for asked in asking {
        assert_eq!(asked.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(upstream.sim.requests().count("/boxes"), 1);
}

#[tokio::test]
async fn a_first_wait_that_is_too_long_ends_in_a_503_that_says_so() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 60_000 }).unwrap();
    let app = TestApp::with(&upstream.url, &[("request-timeout", "1s")]).await;
    let response = app.get("/temperature").await;
    assert!(is_unavailable(&response));
    let detail = json(response).await["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("has not answered"), "{detail}");
}

#[tokio::test]
async fn upstream_is_asked_again_only_before_the_answer_goes_stale() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    for _ in 0..100 {
        assert!(is_fresh(&app.get("/temperature").await));
    }
    assert_eq!(upstream.sim.requests().total(), 1);
}
