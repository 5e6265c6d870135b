//! `/metrics`, as Prometheus reads it.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use reqwest::header::ACCEPT;

use crate::app::{TestApp, TestUpstream, header};

#[tokio::test]
async fn promtool_accepts_the_metrics() {
    let Some(promtool) = std::env::var_os("HIVEBOX_TEST_PROMTOOL") else {
        panic!("HIVEBOX_TEST_PROMTOOL is not set: run the tests by `cargo xtask test`, which sets it");
    };
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let response = app.get("/metrics").await;
    assert_eq!(header(&response, "content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = response.text().await.unwrap();
    let mut check = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    check.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = check.wait_with_output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test]
async fn open_metrics_is_sent_on_request() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let request = app.request("/metrics").header(ACCEPT, "application/openmetrics-text; version=1.0.0");
    let response = request.send().await.unwrap();
    assert!(header(&response, "content-type").starts_with("application/openmetrics-text"));
    assert!(response.text().await.unwrap().ends_with("# EOF\n"));
}

#[tokio::test]
async fn all_series_are_known() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let text = app.get("/metrics").await.text().await.unwrap();
    insta::assert_debug_snapshot!(names(&text));
}

#[tokio::test]
async fn every_series_but_those_of_the_present_is_there_before_anything_has_happened() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(opensensemap_sim::Fault::Delay { millis: 1000 }).unwrap();
    let app = TestApp::over(&upstream).await;
    let text = app.get("/metrics").await.text().await.unwrap();
    app.get("/temperature").await;
    let later = app.get("/metrics").await.text().await.unwrap();
    let missing: Vec<&str> = names(&later).difference(&names(&text)).copied().collect();
    assert_eq!(missing, OF_THE_PRESENT);
    for series in [
        "hivebox_answers_total{cache=\"stale\"}",
        "hivebox_upstream_failures_total{kind=\"truncated\"}",
        "hivebox_http_requests_total{route=\"/temperature\",method=\"GET\",status=\"503\"}",
        "hivebox_task_restarts_total{task=\"poll\"}",
    ] {
        assert!(text.contains(&format!("{series} 0\n")), "{series} is not there with 0");
    }
}

#[tokio::test]
async fn the_series_of_the_present_end_when_it_expires_and_come_back() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[]).await;
    app.get("/temperature").await;
    upstream.sim.faults().set(opensensemap_sim::Fault::Status { status: 500 }).unwrap();
    app.let_time_pass(SignedDuration::from_mins(30));
    let stale = app.get("/metrics").await.text().await.unwrap();
    assert!(OF_THE_PRESENT.iter().all(|name| names(&stale).contains(name)), "{stale}");
    app.let_time_pass(SignedDuration::from_mins(31));
    assert_eq!(app.get("/temperature").await.status(), 503);
    let expired = app.get("/metrics").await.text().await.unwrap();
    assert!(OF_THE_PRESENT.iter().all(|name| !expired.contains(name)), "{expired}");
    assert!(app.metric("hivebox_last_good_poll_timestamp_seconds").await > 1.7e9, "an age remains");
    upstream.sim.faults().clear();
    app.pass_time_until(&upstream, "/temperature", "there again", |response| response.status() == 200).await;
    assert!(app.metric("hivebox_mean_temperature_readings").await > 10.0);
}

/// The series of the present, by name.
const OF_THE_PRESENT: [&str; 5] = [
    "hivebox_boxes",
    "hivebox_boxes_lost",
    "hivebox_mean_temperature_celsius",
    "hivebox_mean_temperature_readings",
    "hivebox_readings",
];

/// The names of all series in the text of Prometheus.
fn names(text: &str) -> BTreeSet<&str> {
    let series = text.lines().filter(|line| !line.starts_with('#'));
    series.filter_map(|line| line.split(['{', ' ']).next()).collect()
}

#[tokio::test]
async fn requests_are_counted_by_route_method_and_status() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    for path in ["/temperature", "/temperature", "/nowhere", "/else", "/api/v1/snapshots/latest"] {
        app.get(path).await;
    }
    app.post("/temperature").await;
    for (labels, count) in [
        ("route=\"/temperature\",method=\"GET\",status=\"200\"", 2.0),
        ("route=\"/temperature\",method=\"POST\",status=\"405\"", 1.0),
        ("route=\"other\",method=\"GET\",status=\"404\"", 2.0),
        ("route=\"/api/v1/snapshots/{name}\",method=\"GET\",status=\"400\"", 1.0),
    ] {
        assert_eq!(app.metric(&format!("hivebox_http_requests_total{{{labels}}}")).await, count, "{labels}");
    }
    let inf =
        "hivebox_http_request_duration_seconds_bucket{le=\"+Inf\",route=\"/temperature\",method=\"GET\"}";
    assert_eq!(app.metric(inf).await, 2.0);
    assert_eq!(app.metric("hivebox_upstream_attempts_total").await, 1.0);
}

#[tokio::test]
async fn counts_by_verdict_add_up_to_the_number_of_sensors() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let text = app.get("/metrics").await.text().await.unwrap();
    let counted: u64 = text
        .lines()
        .filter(|line| line.starts_with("hivebox_readings{"))
        .map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap())
        .sum();
    let sensors: usize =
        upstream.sim.simulation().boxes_at(upstream.sim.now()).map(|item| item.sensors().count()).sum();
    assert_eq!(counted, sensors as u64);
}
