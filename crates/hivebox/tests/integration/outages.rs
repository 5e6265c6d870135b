//! What clients see while openSenseMap is down, slow, or talks nonsense.

use std::time::Duration;

use hivebox_present::Clock;
use jiff::SignedDuration;
use opensensemap_sim::{Clock as SimClock, Fault};
use reqwest::{Response, StatusCode};

use crate::app::{TestApp, TestUpstream, header, json};

/// So many that some reading is never older than a second.
const MANY_BOXES: usize = 3000;

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

/// Makes upstream's newest reading one that stops to count in some seconds.
fn let_readings_be_nearly_too_old(upstream: &TestUpstream) {
    let nearly_an_hour = SignedDuration::from_hours(1) - SignedDuration::from_secs(20);
    upstream.sim.set_time(SimClock::Fixed(Clock::system().now() - nearly_an_hour));
}

/// Fresh, then stale, then 503, then fresh again, while `break_it` has been done and until `mend_it` is.
async fn goes_through_an_outage(
    upstream: TestUpstream,
    break_it: impl Fn(&TestUpstream),
    mend_it: impl AsyncFnOnce(TestUpstream) -> TestUpstream,
) {
    let_readings_be_nearly_too_old(&upstream);
    let settings = [("cache-ttl", "1s"), ("upstream-timeout", "1s"), ("upstream-idle-timeout", "200ms")];
    let app = TestApp::with(&upstream.url, &settings).await;
    let fresh = app.wait_for("/temperature", "fresh", is_fresh).await;
    assert_eq!(header(&fresh, "content-type"), "application/json");
    assert_eq!(header(&fresh, "cache-control"), "public, max-age=1");
    break_it(&upstream);

    let stale = app.wait_for("/temperature", "stale", is_stale).await;
    assert!(header(&stale, "age").parse::<u64>().unwrap() >= 1);
    assert!(
        header(&stale, "cache-status").contains("; ttl=-")
            || header(&stale, "cache-status").contains("; ttl=0")
    );
    assert_eq!(app.get("/readyz").await.status(), StatusCode::OK, "an outage takes no replica out");

    let unavailable = app.wait_for("/temperature", "unavailable", is_unavailable).await;
    assert!(header(&unavailable, "retry-after").parse::<u64>().unwrap() >= 1);
    assert_eq!(header(&unavailable, "content-type"), "application/problem+json");
    assert_eq!(json(unavailable).await["title"], "No temperature available");
    assert_eq!(app.get("/readyz").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.get("/livez").await.status(), StatusCode::OK);

    let upstream = mend_it(upstream).await;
    upstream.sim.set_time(SimClock::System);
    app.wait_for("/temperature", "fresh again", is_fresh).await;
    assert_eq!(app.get("/readyz").await.status(), StatusCode::OK);
    assert!(app.metric("hivebox_answers_total{cache=\"stale\"}").await >= 1.0);
    assert!(app.metric("hivebox_answers_total{cache=\"none\"}").await >= 1.0);
    assert!(app.stop().await);
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
    goes_through_an_outage(TestUpstream::of(MANY_BOXES).await, TestUpstream::kill, restart).await;
}

#[tokio::test]
async fn a_slow_upstream_shows_fresh_then_stale_then_503_then_fresh_again() {
    let slow = |upstream: &TestUpstream| upstream.sim.faults().set(Fault::Delay { millis: 60_000 }).unwrap();
    goes_through_an_outage(TestUpstream::of(MANY_BOXES).await, slow, mended_by_clearing).await;
}

#[tokio::test]
async fn a_corrupt_upstream_shows_fresh_then_stale_then_503_then_fresh_again() {
    let cut =
        |upstream: &TestUpstream| upstream.sim.faults().set(Fault::Truncated { after_bytes: None }).unwrap();
    goes_through_an_outage(TestUpstream::of(MANY_BOXES).await, cut, mended_by_clearing).await;
}

#[tokio::test]
async fn whatever_upstream_does_the_last_good_answer_is_served() {
    let faults = [
        (Fault::Status { status: 500 }, "status", "20s"),
        (Fault::TooManyRequests { retry_after: 1 }, "rate_limited", "20s"),
        (Fault::Reset { after_bytes: None }, "broken", "20s"),
        (Fault::Truncated { after_bytes: Some(20_000) }, "truncated", "20s"),
        (Fault::HtmlErrorPage, "status", "20s"),
        (Fault::SlowDrip { bytes: 16, every_millis: 50 }, "timeout", "1s"),
        (Fault::GzipBomb { bytes: 1 << 30 }, "too_large", "20s"),
        (Fault::NotJson, "not_boxes", "20s"),
    ];
    for (fault, kind, timeout) in faults {
        let upstream = TestUpstream::start().await;
        let settings =
            [("cache-ttl", "1s"), ("upstream-timeout", timeout), ("upstream-max-bytes", "2000000")];
        let app = TestApp::with(&upstream.url, &settings).await;
        let before = app.wait_for("/temperature", "fresh", is_fresh).await.text().await.unwrap();
        upstream.sim.faults().set(fault.clone()).unwrap();
        let stale = app.wait_for("/temperature", &format!("stale by {fault:?}"), is_stale).await;
        assert_eq!(stale.text().await.unwrap(), before, "{fault:?}");
        let metrics = app.get("/metrics").await.text().await.unwrap();
        let failures: Vec<&str> = metrics
            .lines()
            .filter(|line| line.contains("_failures_total{") && !line.ends_with(" 0"))
            .collect();
        assert!(failures[0].contains(&format!("\"{kind}\"")), "{fault:?} counts as {failures:?}");
        assert!(app.json("/readyz").await["last_poll_error"].is_string());
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
    let response = tokio::time::timeout(Duration::from_secs(20), app.get("/temperature")).await.unwrap();
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
