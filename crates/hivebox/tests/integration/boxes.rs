//! `/api/v1/boxes`, `/api/v1/boxes/{id}` and `/api/v1/readings`.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::app::{TestApp, TestUpstream};

async fn app() -> TestApp {
    let app = TestApp::over(&TestUpstream::start().await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    app
}

fn texts(rows: &Value, field: &str) -> Vec<String> {
    rows.as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn pages_list_each_box_once_in_order_of_id() {
    let app = app().await;
    let mut path = "/api/v1/boxes?limit=7&exposure=outdoor".to_owned();
    let mut ids = Vec::new();
    loop {
        let response = app.get(&path).await;
        let link = response.headers().get("link").map(|link| link.to_str().unwrap().to_owned());
        let page = crate::app::json(response).await;
        ids.extend(texts(&page["boxes"], "id"));
        let Some(link) = link else {
            assert!(page.get("next_cursor").is_none());
            assert_eq!(page["total"], ids.len());
            break;
        };
        path = link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
        assert!(path.contains(page["next_cursor"].as_str().unwrap()) && path.contains("exposure=outdoor"));
    }
    assert!(ids.len() > 100 && ids.is_sorted());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len());
}

#[tokio::test]
async fn boxes_are_found_by_a_part_of_their_name_in_any_case() {
    let app = app().await;
    let all = app.json("/api/v1/boxes?limit=1000").await;
    let name = all["boxes"][17]["name"].as_str().unwrap();
    let part: String = name.chars().skip(1).collect::<String>().to_uppercase();
    let found = app.json(&format!("/api/v1/boxes?name={}", part.replace(' ', "%20"))).await;
    assert!(texts(&found["boxes"], "name").contains(&name.to_owned()), "{found}");
    let none = app.json("/api/v1/boxes?name=no%20such%20box").await;
    assert_eq!((&none["total"], &none["boxes"]), (&Value::from(0), &Value::from(Vec::<Value>::new())));
}

#[tokio::test]
async fn a_box_lists_its_sensors_with_their_verdicts() {
    let app = app().await;
    let reading = app.json("/api/v1/readings?phenomenon=air_temperature&quality=confirmed").await["readings"]
        [0]
    .clone();
    let one = app.json(&format!("/api/v1/boxes/{}", reading["box_id"].as_str().unwrap())).await;
    assert_eq!(one["box"]["name"], reading["box_name"]);
    let sensors = one["sensors"].as_array().unwrap();
    assert_eq!(one["box"]["sensors"], sensors.len());
    let sensor = sensors.iter().find(|sensor| sensor["sensor_id"] == reading["sensor_id"]).unwrap();
    assert_eq!((&sensor["verdict"], &sensor["quality"]), (&Value::from("ok"), &Value::from("confirmed")));
    assert_eq!(sensor["checks"]["neighbours"], "passed");
    assert!(sensors.iter().all(|sensor| sensor["checks"].as_object().unwrap().len() == 6));
    let comparison = |name: &str| sensor["comparison"][name].as_f64().unwrap();
    let (value, median) = (sensor["value"].as_f64().unwrap(), comparison("median"));
    // Each figure is rounded to hundredths.
    assert!((comparison("deviation") - (value - median)).abs() < 0.011, "{sensor}");
    assert!(comparison("deviation").abs() <= 1.6 * comparison("spread") + 0.02, "it is confirmed: {sensor}");
    assert!((5.0..=20.0).contains(&comparison("neighbours")), "{sensor}");
    assert!(comparison("nearest_km") <= comparison("furthest_km"), "{sensor}");
    for sensor in sensors.iter().filter(|sensor| sensor["checks"]["neighbours"] == "not_checked") {
        assert!(sensor["comparison"].is_null(), "{sensor}");
    }
    assert_eq!(reading["comparison"], sensor["comparison"], "lists have the same");
    let missing = app.get("/api/v1/boxes/000000000000000000000000").await;
    assert_eq!(missing.status(), 404);
    assert_eq!(app.get("/api/v1/boxes/../../etc").await.status(), 404);
    let wrong = app.json("/api/v1/boxes/nonsense").await;
    assert_eq!(wrong["errors"][0]["pointer"], "#/path/id");
}

#[tokio::test]
async fn all_formats_have_the_same_rows() {
    let app = app().await;
    let json = app.json("/api/v1/readings?phenomenon=relative_humidity").await;
    let sensors = texts(&json["readings"], "sensor_id");
    assert!(sensors.len() > 20);
    let csv = app.get("/api/v1/readings?phenomenon=relative_humidity&format=csv").await.text().await.unwrap();
    let rows: Vec<&str> = csv.lines().skip(1).collect();
    assert_eq!(rows.len(), sensors.len());
    assert!(rows.iter().zip(&sensors).all(|(row, sensor)| row.contains(sensor.as_str())));
    let geojson = app.json("/api/v1/readings?phenomenon=relative_humidity&format=geojson").await;
    assert_eq!(geojson["type"], "FeatureCollection");
    let features = geojson["features"].as_array().unwrap();
    assert_eq!(features.len(), sensors.len());
    assert_eq!(features[0]["properties"], json["readings"][0]);
    assert_eq!(features[0]["geometry"]["coordinates"][0], json["readings"][0]["longitude"]);
    for (format, media_type, start) in [
        ("parquet", "application/vnd.apache.parquet", &b"PAR1"[..]),
        ("arrow", "application/vnd.apache.arrow.stream", &[0xFF, 0xFF, 0xFF, 0xFF][..]),
    ] {
        let asked = app.request("/api/v1/readings?phenomenon=relative_humidity").header("accept", media_type);
        let response = asked.send().await.unwrap();
        assert_eq!(response.headers()["content-type"], media_type);
        assert!(response.headers()["content-disposition"].to_str().unwrap().contains(format));
        assert!(response.bytes().await.unwrap().starts_with(start), "{format}");
    }
    let refused = app.request("/api/v1/readings").header("accept", "application/pdf").send().await.unwrap();
    assert_eq!(refused.status(), 406);
}

#[tokio::test]
async fn an_unchanged_answer_is_not_sent_again() {
    let app = app().await;
    for path in
        ["/api/v1/readings?phenomenon=pm10", "/api/v1/boxes", "/api/v1/conditions", "/api/v1/phenomena"]
    {
        let response = app.get(path).await;
        let tag = response.headers()["etag"].clone();
        let again = app.request(path).header("if-none-match", tag).send().await.unwrap();
        assert_eq!(again.status(), 304, "{path}");
    }
}

#[tokio::test]
async fn the_next_page_is_linked_for_each_spelling_of_the_cursor() {
    let app = app().await;
    let response = app.get("/api/v1/boxes?limit=1&%63ursor=30").await;
    let link = response.headers()["link"].to_str().unwrap().to_owned();
    let path = link.strip_prefix('<').unwrap().split_once('>').unwrap().0.to_owned();
    assert_eq!(app.get(&path).await.status(), 200, "{path}");
}

/// A slow reader occupies a thread, and conditions need threads, too.
#[tokio::test(flavor = "multi_thread")]
async fn stalled_readers_of_large_answers_do_not_block_other_requests() {
    let upstream = TestUpstream::of(6000).await;
    let app = TestApp::with(&upstream.url, &[("rate-limit", "off")]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let mut slow = Vec::new();
    let mut refused = 0;
    for _ in 0..100 {
        let response = app.get("/api/v1/readings").await;
        match response.status().as_u16() {
            200 => slow.push(response),
            status => {
                assert_eq!(status, 503);
                assert!(response.headers().contains_key("retry-after"));
                refused += 1;
            }
        }
    }
    assert!(refused > 0 && slow.len() >= 64, "{} are served at once", slow.len());
    assert!(app.get("/api/v1/conditions").await.status().is_success());
    assert!(app.get("/temperature").await.status().is_success());
}
