//! `/api/v1/conditions` and `/api/v1/phenomena`.

use serde_json::Value;

use crate::app::{TestApp, TestUpstream, pointers};

async fn app() -> TestApp {
    let app = TestApp::over(&TestUpstream::start().await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    app
}

fn numbers(rows: &Value) -> Vec<f64> {
    rows.as_array().unwrap().iter().map(|row| row["value"].as_f64().unwrap()).collect()
}

/// Conditions have two decimals.
fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 0.005_001
}

#[tokio::test]
async fn conditions_over_all_boxes_agree_with_the_temperature() {
    let app = app().await;
    let temperature = app.json("/temperature").await["Average temperature"].as_f64().unwrap();
    let conditions = app.json("/api/v1/conditions?phenomenon=air_temperature&quality=plausible").await;
    let condition = &conditions["conditions"][0];
    assert!((condition["mean"].as_f64().unwrap() - temperature).abs() < 0.005 + 1e-9, "{condition}");
    let phenomena = app.json("/api/v1/phenomena").await;
    assert_eq!(phenomena["phenomena"][0]["phenomenon"], "air_temperature");
    assert_eq!(phenomena["phenomena"][0]["count"], condition["count"]);
    assert_eq!(phenomena["phenomena"][0]["left_out"], condition["left_out"]);
    assert_eq!(condition["boxes"], 300);
    assert!(condition.get("estimate").is_none(), "nobody asked for a place");
}

#[tokio::test]
async fn conditions_use_exactly_the_readings_that_the_same_filter_lists() {
    let app = app().await;
    let all = app.json("/api/v1/boxes?limit=1000").await;
    let somewhere = all["boxes"].as_array().unwrap().iter().find(|it| it["readings"] != 0).unwrap();
    let (lat, lon) = (&somewhere["latitude"], &somewhere["longitude"]);
    for filter in [
        String::new(),
        format!("lat={lat}&lon={lon}&radius_km=100&"),
        format!("lat={lat}&lon={lon}&radius_km=20000&exposure=outdoor&"),
        "bbox=5,45,15,55&quality=confirmed&".to_owned(),
        format!("box={}&", somewhere["id"].as_str().unwrap()),
        "max_age=PT2M&".to_owned(),
    ] {
        let asked = format!("{filter}phenomenon=air_temperature,relative_humidity");
        let quality = if filter.contains("quality") { "" } else { "&quality=alone" };
        let conditions = app.json(&format!("/api/v1/conditions?{asked}&percentiles=0,50,100")).await;
        for condition in conditions["conditions"].as_array().unwrap() {
            let phenomenon = condition["phenomenon"].as_str().unwrap();
            let listed = format!("/api/v1/readings?{filter}phenomenon={phenomenon}{quality}");
            let readings = app.json(&listed).await;
            assert_eq!(readings["as_of"], conditions["as_of"]);
            let mut values = numbers(&readings["readings"]);
            assert_eq!(condition["count"], values.len(), "{listed}");
            if values.is_empty() {
                assert!(condition["mean"].is_null() && condition["percentiles"][1]["value"].is_null());
                continue;
            }
            values.sort_by(f64::total_cmp);
            let number = |name: &str| condition[name].as_f64().unwrap();
            assert!(near(number("mean"), values.iter().sum::<f64>() / values.len() as f64), "{listed}");
            assert!(near(number("min"), values[0]) && near(number("max"), values[values.len() - 1]));
            let median = f64::midpoint(values[(values.len() - 1) / 2], values[values.len() / 2]);
            assert!(near(number("median"), median), "{listed}");
            let percentile = |index: usize| condition["percentiles"][index]["value"].as_f64().unwrap();
            assert!(near(percentile(0), values[0]) && near(percentile(1), median));
        }
    }
}

#[tokio::test]
async fn conditions_at_a_place_follow_the_boxes_around_it() {
    let app = app().await;
    let reading = app.confirmed_temperature().await;
    let place = format!("lat={}&lon={}", reading["latitude"], reading["longitude"]);
    let conditions = app.json(&format!("/api/v1/conditions?{place}&phenomenon=air_temperature")).await;
    let estimate = &conditions["conditions"][0]["estimate"];
    let off = (estimate["value"].as_f64().unwrap() - reading["value"].as_f64().unwrap()).abs();
    assert!(off < 4.0 * estimate["uncertainty"].as_f64().unwrap(), "{estimate} {reading}");
    assert_eq!(estimate["nearest_km"], 0.0);
    let higher =
        app.json(&format!("/api/v1/conditions?{place}&phenomenon=air_temperature&height=3000")).await;
    assert_eq!(higher["conditions"][0]["estimate"]["height"], 3000.0);
}

#[tokio::test]
async fn each_bad_parameter_has_a_pointer_and_says_what_is_allowed() {
    let app = app().await;
    let response = app.get("/api/v1/conditions?lat=91&lon=x&quality=best&percentiles=101&colour=red").await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    let problem = crate::app::json(response).await;
    let pointers = pointers(&problem);
    let expected = ["#/query/lat", "#/query/lon", "#/query/quality", "#/query/percentiles", "#/query/colour"];
    assert_eq!(pointers, expected, "{problem}");
    assert_eq!(problem["errors"][0]["allowed"], "-90 to 90°");
}

#[tokio::test]
async fn without_readings_there_are_no_figures() {
    let app = app().await;
    let conditions = app.json("/api/v1/conditions?lat=-75&lon=-120&phenomenon=air_temperature").await;
    let condition = &conditions["conditions"][0];
    assert_eq!((&condition["boxes"], &condition["count"]), (&Value::from(0), &Value::from(0)));
    assert!(
        condition["mean"].is_null() && condition["coverage"].is_null() && condition.get("estimate").is_none()
    );
    let upstream = TestUpstream::start().await;
    upstream.kill();
    let without = TestApp::with(&upstream.url, &[("request-timeout", "1s")]).await;
    let response = without.get("/api/v1/conditions").await;
    assert_eq!(response.status(), 503);
    assert!(response.headers().contains_key("retry-after"));
}

#[tokio::test]
async fn an_estimate_at_a_box_can_do_without_that_box() {
    let app = app().await;
    let reading = app.confirmed_temperature().await;
    let place = format!(
        "lat={}&lon={}&radius_km=1&phenomenon=air_temperature",
        reading["latitude"], reading["longitude"]
    );
    let id = reading["box_id"].as_str().unwrap();
    let of = async |more: &str| {
        app.json(&format!("/api/v1/conditions?{place}{more}")).await["conditions"][0].clone()
    };
    let (with, without) = (of("").await, of(&format!("&exclude={id}")).await);
    let value = reading["value"].as_f64().unwrap();
    let apart = |it: &Value| (it["estimate"]["value"].as_f64().unwrap() - value).abs();
    assert!(with["left_out"].get("excluded").is_none(), "{with}");
    assert_eq!(without["left_out"]["excluded"], 1, "{without}");
    assert!(apart(&with) < apart(&without) + 1e-9, "{with} {without}");
    assert_ne!(with["estimate"]["value"], without["estimate"]["value"], "{with} {without}");
}
