//! `HIVEBOX_BOXES`: the average of selected boxes.

use opensensemap_sim::{Fault, FaultRule};
use reqwest::StatusCode;

use crate::app::{TestApp, TestUpstream};

/// Ids of boxes with a current air temperature.
fn active_ids(upstream: &TestUpstream, count: usize) -> Vec<String> {
    let now = upstream.sim.now();
    let simulation = upstream.sim.simulation();
    let active = simulation.boxes_at(now).filter(|item| {
        item.sensors().any(|sensor| {
            sensor.title() == "Temperatur"
                && sensor
                    .last_measurement()
                    .is_some_and(|last| now.duration_since(last.created_at()).as_mins() < 30)
        })
    });
    active.map(|item| item.id().to_string()).take(count).collect()
}

#[tokio::test]
async fn only_the_configured_boxes_make_up_the_average() {
    let upstream = TestUpstream::start().await;
    let ids = active_ids(&upstream, 3);
    let app = TestApp::with(&upstream.url, &[("boxes", &ids.join(","))]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    assert_eq!(app.metric("hivebox_boxes").await, 3.0);
    assert_eq!(upstream.sim.requests().count("/boxes"), 0);
    assert_eq!(upstream.sim.requests().count("/boxes/{id}"), 3);
}

#[tokio::test]
async fn a_failed_box_does_not_affect_the_others() {
    let upstream = TestUpstream::start().await;
    let ids = active_ids(&upstream, 3);
    let rule = serde_json::json!({ "fault": "status", "status": 500, "path": format!("/boxes/{}", ids[1]) });
    upstream.sim.faults().set(FaultRule::from_json(rule).unwrap()).unwrap();
    let app = TestApp::with(&upstream.url, &[("boxes", &ids.join(","))]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    assert_eq!(app.metric("hivebox_boxes").await, 2.0);
    let readiness = app.json("/readyz").await;
    assert_eq!((&readiness["boxes_asked"], &readiness["boxes_failed"]), (&3.into(), &1.into()));
    assert!(readiness["last_poll_error"].as_str().unwrap().contains("500"), "{readiness}");
}

#[tokio::test]
async fn a_missing_box_is_reported() {
    let upstream = TestUpstream::start().await;
    let mut ids = active_ids(&upstream, 1);
    ids.push("000000000000000000000000".into());
    let app = TestApp::with(&upstream.url, &[("boxes", &ids.join(","))]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::OK);
    assert!(app.json("/readyz").await["last_poll_error"].as_str().unwrap().contains("404"));
}

#[tokio::test]
async fn when_all_boxes_fail_there_is_no_answer() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::HtmlErrorPage).unwrap();
    let app = TestApp::with(&upstream.url, &[("boxes", "5386026e5f08822009b8b60d")]).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::SERVICE_UNAVAILABLE);
}
