//! `/store`, and snapshots in each slot.

use hivebox_present::Clock;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::SimClock;
use reqwest::StatusCode;

use crate::app::{TestApp, TestUpstream, json};

#[tokio::test]
async fn a_store_names_the_object_with_its_rows_bytes_and_checksum() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let stored = json(app.post("/store").await).await;
    let file = std::fs::read(app.folder.path().join(stored["object"].as_str().unwrap())).unwrap();
    assert!(stored["object"].as_str().unwrap().starts_with("readings/date="));
    assert_eq!(stored["bytes"], file.len());
    assert!(stored["rows"].as_u64().unwrap() > 100);
    assert_eq!(stored["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(stored["created"], true);
}

#[tokio::test]
async fn the_same_present_is_stored_once() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    let first = app.json("/store").await;
    let second = app.json("/api/store").await;
    assert_eq!((&first["object"], &first["sha256"]), (&second["object"], &second["sha256"]));
    assert_eq!(second["created"], false);
    assert_eq!(app.json("/api/v1/snapshots").await["snapshots"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn before_the_first_answer_there_is_nothing_to_store() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(opensensemap_sim::Fault::Status { status: 500 }).unwrap();
    let app = TestApp::over(&upstream).await;
    let response = app.get("/store").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json(response).await["title"], "Nothing to store yet");
}

#[tokio::test]
async fn a_slot_gets_no_readings_that_have_expired() {
    let upstream = TestUpstream::start().await;
    let began: Timestamp = "2026-11-24T00:10:00Z".parse().unwrap();
    upstream.sim.set_time(SimClock::Fixed(began));
    let settings = [("store-interval", "3h".to_owned())];
    let app = TestApp::with_clock(&upstream.url, &settings, [], &Clock::still_at(began)).await;
    app.get("/temperature").await;
    upstream.sim.faults().set(opensensemap_sim::Fault::Status { status: 500 }).unwrap();
    // The slot of 03:00 comes in the outage.
    app.let_time_pass(SignedDuration::from_hours(3));
    app.until("/readyz", "a poll that failed", |ready| ready["last_poll_error"].is_string()).await;
    upstream.sim.faults().clear();
    app.pass_time_until(&upstream, "/temperature", "there again", |answer| answer.status() == 200).await;
    let slot: Timestamp = "2026-11-24T06:00:00Z".parse().unwrap();
    app.clock.set(slot);
    upstream.sim.set_time(SimClock::Fixed(slot));
    let listed = app
        .passing_time(&upstream, async || {
            let listed = app.json("/api/v1/snapshots").await["snapshots"].clone();
            if listed.as_array().unwrap().is_empty() { Err("no snapshot".to_owned()) } else { Ok(listed) }
        })
        .await;
    let names: Vec<&str> =
        listed.as_array().unwrap().iter().map(|snapshot| snapshot["name"].as_str().unwrap()).collect();
    assert!(names.iter().all(|name| *name >= "2026-11-24T06"), "{names:?}");
}

#[tokio::test]
async fn a_snapshot_is_stored_in_each_slot() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("store-interval", "1s"), ("cache-ttl", "1s")]).await;
    app.get("/temperature").await;
    while app.metric("hivebox_stores_total").await < 2.0 {
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let listed = app.json("/api/v1/snapshots").await["snapshots"].clone();
    assert!(listed.as_array().unwrap().len() >= 2);
    for snapshot in listed.as_array().unwrap() {
        let millis = snapshot["name"].as_str().unwrap().rsplit('.').next();
        assert_eq!(millis, Some("000Z"), "{snapshot} is not on the clock");
    }
    assert!(app.metric("hivebox_last_store_timestamp_seconds").await > 1.7e9);
}

#[tokio::test]
async fn a_store_that_fails_is_a_500_is_counted_and_leaves_nothing() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::over(&upstream).await;
    app.get("/temperature").await;
    std::fs::write(app.folder.path().join("readings"), "in the way").unwrap();
    assert_eq!(app.get("/store").await.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(app.metric("hivebox_store_failures_total").await, 1.0);
    std::fs::remove_file(app.folder.path().join("readings")).unwrap();
    assert_eq!(app.get("/store").await.status(), StatusCode::OK, "the next one goes well");
}
