//! The endpoints, from a client's view.

use std::fmt::Write as _;

use reqwest::StatusCode;
use reqwest::header::{ACCEPT, ALLOW};
use serde_json::json;

use crate::app::{TestApp, TestUpstream, header, json};
use crate::commands::OCTOBER_14;

#[tokio::test]
async fn the_stable_endpoints_are_unchanged() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    for (path, body) in [
        ("/", r#"{"Status":"OK"}"#),
        ("/health", r#"{"status":"OK"}"#),
        ("/version", concat!(r#"{"Version":""#, env!("CARGO_PKG_VERSION"), r#""}"#)),
    ] {
        let response = app.get(path).await;
        assert_eq!(
            (response.status(), header(&response, "content-type")),
            (StatusCode::OK, "application/json")
        );
        assert_eq!(response.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn the_temperature_has_two_decimals_and_a_status() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let answer = app.json("/temperature").await;
    let mean = answer["Average temperature"].as_f64().unwrap();
    assert_eq!((mean * 100.0).round() / 100.0, mean);
    assert!(["Cold", "Good", "Hot"].contains(&answer["status"].as_str().unwrap()));
    assert_eq!(app.json("/api/temperature").await, answer);
}

#[tokio::test]
async fn a_recorded_answer_too_old_to_count_is_a_503_that_says_why() {
    let app = TestApp::with(OCTOBER_14, &[]).await;
    let response = app.get("/temperature").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "content-type"), "application/problem+json");
    let problem = json(response).await;
    assert_eq!((&problem["status"], &problem["title"]), (&json!(503), &json!("No temperature available")));
    assert!(problem["detail"].as_str().unwrap().contains("no air temperature reading counts"), "{problem}");
}

#[tokio::test]
async fn status_words_and_bands_are_configurable() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("status", "-90:Frozen,:Alive")]).await;
    assert_eq!(app.json("/temperature").await["status"], "Alive");
}

#[tokio::test]
async fn an_unknown_path_or_method_is_a_problem() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let response = app.get("/nowhere").await;
    assert_eq!(
        (response.status(), header(&response, "content-type")),
        (StatusCode::NOT_FOUND, "application/problem+json")
    );
    assert!(json(response).await["detail"].as_str().unwrap().contains("/nowhere"));
    let response = app.post("/temperature").await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(response.headers()[ALLOW], "GET,HEAD");
}

#[tokio::test]
async fn a_request_keeps_its_id_and_trace_or_gets_a_new_id() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    let request = app.request("/health").header("x-request-id", "mine-1").header("traceparent", trace);
    let response = request.send().await.unwrap();
    assert_eq!((header(&response, "x-request-id"), header(&response, "traceparent")), ("mine-1", trace));
    assert_eq!(header(&app.get("/health").await, "x-request-id").len(), 16);
}

#[tokio::test]
async fn snapshots_come_in_the_requested_format() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let stored = app.json("/store").await;
    let path = format!("/api/v1/snapshots/{}", stored["name"].as_str().unwrap());

    let parquet = app.get(&path).await;
    assert_eq!(header(&parquet, "content-type"), "application/vnd.apache.parquet");
    assert!(header(&parquet, "etag").starts_with('"'));
    assert_eq!(parquet.bytes().await.unwrap().len() as u64, stored["bytes"].as_u64().unwrap());

    let rows = app.json(&format!("{path}?format=json")).await;
    assert_eq!(rows.as_array().unwrap().len() as u64, stored["rows"].as_u64().unwrap());
    let csv = app.request(&path).header(ACCEPT, "text/csv").send().await.unwrap();
    assert_eq!(header(&csv, "content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.text().await.unwrap().lines().count() as u64, stored["rows"].as_u64().unwrap() + 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_request_for_snapshots_is_told() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    let mut told = String::new();
    for path in [
        "/api/v1/snapshots?limit=0",
        "/api/v1/snapshots?limit=x",
        "/api/v1/snapshots?colour=red",
        "/api/v1/snapshots?before=yesterday",
        "/api/v1/snapshots/latest",
        "/api/v1/snapshots/..%2F..%2Fetc%2Fpasswd",
        "/api/v1/snapshots/2026-11-24T12-00-00.000Z",
        "/api/v1/snapshots/2026-11-24T12-00-00.000Z?format=xml",
    ] {
        let problem = app.json(path).await;
        writeln!(told, "{path}\n  {} {}", problem["status"], problem["detail"]).unwrap();
    }
    insta::assert_snapshot!(told);
}
