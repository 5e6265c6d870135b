//! `/api/v1/status`: what is down is told, and since when.

use hivebox_present::Clock;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::Fault;
use serde_json::{Value, json};

use crate::app::{TestApp, TestUpstream, header};

fn is_down(status: &Value, part: &str) -> bool {
    !status[part]["down_since"].is_null()
}

#[tokio::test]
async fn all_is_well_once_there_is_an_answer() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    app.get("/temperature").await;
    let status = app.json("/api/v1/status").await;
    assert_eq!(status["as_of"], app.json("/readyz").await["cache_as_of"]);
    assert_eq!(status["last_poll_at"], app.json("/readyz").await["last_poll_at"]);
    let verdicts = status["readings_by_verdict"].as_object().unwrap();
    assert_eq!(verdicts.len(), 9, "{status}");
    let all = app.json("/api/v1/readings").await;
    // The list has current readings only.
    let is_listed = |verdict: &str| !["missing", "stale"].contains(&verdict);
    for (verdict, number) in verdicts.iter().filter(|(verdict, _)| is_listed(verdict)) {
        let found = all["readings"].as_array().unwrap().iter().filter(|row| row["verdict"] == **verdict);
        assert_eq!(*number, found.count(), "{verdict}");
    }
    assert!(verdicts["ok"].as_u64() > Some(100) && verdicts["stale"].as_u64() > Some(100), "{verdicts:?}");
    let works = json!({ "down_since": null });
    let expected = json!({
        "as_of": status["as_of"], "freshness": "fresh", "max_reading_age_seconds": 3600, "upstream": works, "cache": works, "store": works,
        "forecast": {
            "source": null, "down_since": null, "newest_age_seconds": null, "cells": 0, "places_spent_today": 0,
            "places_budget": null,
        },
        "left_out": {}, "last_poll_at": status["last_poll_at"], "readings_by_verdict": verdicts, "last_stored_at": null,
        "store_lag_seconds": null, "version": env!("CARGO_PKG_VERSION"), "tiles": null,
    });
    assert_eq!(status, expected);
}

#[tokio::test]
async fn an_outage_of_opensensemap_is_told_until_it_is_over() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[]).await;
    app.get("/temperature").await;
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    app.let_time_pass(SignedDuration::from_mins(4));
    let outage_began_at = app.clock.now();
    let down = app.until("/api/v1/status", "an outage", |status| is_down(status, "upstream")).await;
    let since: Timestamp = down["upstream"]["down_since"].as_str().unwrap().parse().unwrap();
    // As metrics and JSON tell it, to the millisecond.
    assert_eq!(since.as_millisecond(), outage_began_at.as_millisecond(), "{down}");
    app.let_time_pass(SignedDuration::from_mins(2));
    let stale = app.json("/api/v1/status").await;
    assert_eq!(stale["freshness"], "stale");
    assert_eq!(stale["upstream"], down["upstream"], "further failures are no news");
    upstream.sim.faults().clear();
    app.pass_time_until(&upstream, "/temperature", "fresh", |response| {
        !header(response, "cache-status").contains("detail=")
    })
    .await;
    let well = app.json("/api/v1/status").await;
    assert!(!is_down(&well, "upstream"), "{well}");
    assert_eq!(well["freshness"], "fresh");
}

#[tokio::test]
async fn without_any_answer_the_freshness_is_none() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    let app = TestApp::over(&upstream).await;
    let status = app.until("/api/v1/status", "an outage", |status| is_down(status, "upstream")).await;
    assert_eq!((&status["as_of"], &status["freshness"]), (&Value::Null, &"none".into()));
}

#[tokio::test]
async fn a_store_that_fails_is_told_and_so_is_a_cache() {
    let upstream = TestUpstream::start().await;
    let app =
        TestApp::with(&upstream.url, &[("cache", "redis://127.0.0.1:1"), ("cache-timeout", "1s")]).await;
    app.get("/temperature").await;
    app.until("/api/v1/status", "no cache", |status| is_down(status, "cache")).await;
    assert!(!is_down(&app.json("/api/v1/status").await, "store"));
    let readings = app.folder.path().join("readings");
    std::fs::write(&readings, "this is no folder").unwrap();
    assert!(app.post("/store").await.status().is_server_error());
    assert!(is_down(&app.json("/api/v1/status").await, "store"));
    std::fs::remove_file(readings).unwrap();
    assert!(app.post("/store").await.status().is_success());
    assert!(!is_down(&app.json("/api/v1/status").await, "store"));
}

#[tokio::test]
async fn the_last_stored_snapshot_is_known_with_its_age() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::at_a_still_time(&upstream, &[]).await;
    app.get("/temperature").await;
    assert_eq!(app.json("/api/v1/status").await["store_lag_seconds"], Value::Null);
    let moment = |status: &Value, name: &str| status[name].as_str().unwrap().parse::<Timestamp>().unwrap();
    let as_of = moment(&app.json("/api/v1/status").await, "as_of");
    assert!(app.post("/store").await.status().is_success());
    app.let_time_pass(SignedDuration::from_mins(2));
    let status = app.json("/api/v1/status").await;
    let apart = as_of.duration_since(moment(&status, "last_stored_at"));
    assert!(apart.abs() < SignedDuration::from_secs(1), "the name of a snapshot has seconds: {status}");
    assert!([120, 121].contains(&status["store_lag_seconds"].as_u64().unwrap()), "{status}");
}

#[tokio::test]
async fn what_there_is_may_be_told_also_where_no_thermometer_counts() {
    let now = Clock::system().now().to_string();
    let boxes = json!([{
        "_id": "59721243fe1c7400113446fc",
        "name": "Hygrometer",
        "exposure": "outdoor",
        "currentLocation": { "type": "Point", "coordinates": [7.6, 51.9], "timestamp": now },
        "lastMeasurementAt": now,
        "sensors": [{
            "_id": "59721243fe1c7400113446fe",
            "title": "rel. Luftfeuchte",
            "unit": "%",
            "sensorType": "BME280",
            "lastMeasurement": { "createdAt": now, "value": "38.32" },
        }],
    }]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("boxes.json");
    std::fs::write(&file, boxes.to_string()).unwrap();
    let app = TestApp::with(&format!("file:{}", file.display()), &[]).await;
    assert_eq!(app.get("/temperature").await.status(), 503);
    assert_eq!(app.json("/api/v1/map?phenomenon=relative_humidity").await["state"], "u");
    assert_eq!(app.json("/api/v1/status").await["freshness"], "stale");
}
