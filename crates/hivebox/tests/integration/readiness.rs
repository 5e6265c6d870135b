//! Both rules of `/readyz`, in success and failure.

use opensensemap_sim::Fault;
use reqwest::StatusCode;

use crate::app::{TestApp, TestUpstream, json};

#[tokio::test]
async fn by_the_hive_rule_a_replica_is_ready_from_its_first_answer_on() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Delay { millis: 500 }).unwrap();
    let app = TestApp::over(&upstream).await;
    let before = app.get("/readyz").await;
    assert_eq!(before.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(json(before).await["reason"], "the first poll of openSenseMap has not ended");
    app.get("/temperature").await;
    let after = app.json("/readyz").await;
    assert_eq!(after["ready"], true);
    assert_eq!((&after["boxes_asked"], &after["boxes_failed"]), (&300.into(), &0.into()));
}

#[tokio::test]
async fn by_the_hive_rule_a_replica_without_an_answer_is_not_ready() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    let app = TestApp::over(&upstream).await;
    assert_eq!(app.get("/temperature").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    let response = app.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = json(response).await;
    assert_eq!(body["reason"], "there is no answer that may be served");
    assert!(body["last_poll_error"].as_str().unwrap().contains("500"), "{body}");
}

#[tokio::test]
async fn by_the_roadmap_rule_failed_boxes_with_old_content_are_not_ready() {
    let upstream = TestUpstream::start().await;
    upstream.sim.faults().set(Fault::Status { status: 500 }).unwrap();
    let ids = "5386026e5f08822009b8b60d,5386026e5f08822009b8b60e";
    let app = TestApp::with(&upstream.url, &[("readiness", "roadmap"), ("boxes", ids)]).await;
    app.get("/temperature").await;
    let response = app.get("/readyz").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let body = json(response).await;
    assert_eq!(body["rule"], "roadmap");
    assert_eq!((&body["boxes_asked"], &body["boxes_failed"]), (&2.into(), &2.into()));
}

#[tokio::test]
async fn by_the_roadmap_rule_a_replica_with_its_boxes_is_ready() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("readiness", "roadmap")]).await;
    app.get("/temperature").await;
    assert_eq!(app.get("/readyz").await.status(), StatusCode::OK);
}
