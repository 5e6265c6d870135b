//! A panic ends neither the process, nor the job of a task, nor a connection.
//!
//! The panics are real. At the last moment that a clock can show, adding the tolerance for other clocks overflows.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::SimClock;
use reqwest::{Response, StatusCode};

use crate::app::{TestApp, TestUpstream, client, eventually, header, json};

/// Shows a clock the last moment until a task has restarted, then `next`.
async fn panic_once(app: &TestApp, upstream: &TestUpstream, task: &str, next: Timestamp) {
    let series = format!("hivebox_task_restarts_total{{task=\"{task}\"}}");
    eventually(&format!("a restart of {task}"), async || {
        app.clock.set(Timestamp::MAX);
        tokio::time::sleep(Duration::from_millis(20)).await;
        upstream.sim.set_time(SimClock::Fixed(next));
        app.clock.set(next);
        app.metric(&series).await >= 1.0
    })
    .await;
}

#[tokio::test]
async fn a_panic_ends_no_task_of_the_refresh_loop() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[("store-interval", "5m")]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    let next = app.clock.now() + SignedDuration::from_mins(6);
    panic_once(&app, &upstream, "poll", next).await;

    let is_new = |ready: &serde_json::Value| {
        ready["cache_as_of"].as_str().is_some_and(|as_of| as_of.parse::<Timestamp>().unwrap() >= next)
    };
    app.passing_time(&upstream, async || {
        let ready = app.json("/readyz").await;
        if is_new(&ready) { Ok(()) } else { Err(format!("no new present, but {ready}")) }
    })
    .await;
    assert_eq!(app.get("/livez").await.status(), StatusCode::OK);
    let stored = app.post("/store").await;
    assert_eq!(stored.status(), StatusCode::OK, "{stored:?}");
    assert!(app.stop().await);
}

#[tokio::test]
async fn a_handler_that_panics_gives_a_counted_500_with_its_request_id() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    let before = app.clock.now();
    app.clock.set(Timestamp::MAX);
    let client = client();
    let ask = async |method: reqwest::Method, path: &str| -> Response {
        let request = client.request(method, format!("http://{}{path}", app.address));
        request.header("x-request-id", "mine-1").send().await.unwrap()
    };
    // The first is answered ahead of the router, the others by it.
    for (method, path) in [("GET", "/temperature"), ("HEAD", "/temperature"), ("GET", "/api/v1/status")] {
        let response = ask(method.parse().unwrap(), path).await;
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR, "{method} {path}");
        assert_eq!(header(&response, "content-type"), "application/problem+json");
        assert_eq!(header(&response, "x-request-id"), "mine-1");
        if method == "GET" {
            assert_eq!(json(response).await["title"], "Internal server error");
        }
    }
    app.clock.set(before);
    for (route, method) in [("/temperature", "GET"), ("/temperature", "HEAD"), ("/api/v1/status", "GET")] {
        let labels = format!("route=\"{route}\",method=\"{method}\",status=\"500\"");
        assert_eq!(app.metric(&format!("hivebox_http_requests_total{{{labels}}}")).await, 1.0, "{labels}");
    }
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_panic_of_the_task_of_the_streams_costs_no_stream_its_events() {
    let upstream = TestUpstream::start().await;
    // The task panics whenever it plans a heartbeat, since no moment is so late.
    let tune = |config: &mut hivebox_config::Config| config.http.heartbeat = Duration::MAX;
    let app = TestApp::tuned(&upstream.url, &[("cache-ttl", "1s")], [], tune).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    let events = app.get("/api/v1/live?events=2").await.text().await.unwrap();
    assert_eq!(events.matches("event: present").count(), 2, "{events}");
    app.until_metric("hivebox_task_restarts_total{task=\"streams\"}", 1.0).await;
}
