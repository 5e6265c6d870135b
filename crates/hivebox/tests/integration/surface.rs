//! `/api/v1/surface/{z}/{x}/{y}`.

use reqwest::StatusCode;
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, pointers};

/// The tile of zoom 6 with Münster and Frankfurt.
const GERMANY: &str = "/api/v1/surface/6/33/21";

async fn app() -> TestApp {
    let app = TestApp::over(&TestUpstream::of(1000).await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    app
}

/// The latitude and longitude of a point of a tile.
fn place((zoom, x, y): (u32, u32, u32), column: usize, row: usize) -> (f64, f64) {
    let share = |number: u32, of: usize| (f64::from(number) + of as f64 / 31.0) / f64::from(1_u32 << zoom);
    let north = std::f64::consts::PI * (1.0 - 2.0 * share(y, row));
    (north.sinh().atan().to_degrees(), share(x, column) * 360.0 - 180.0)
}

#[tokio::test]
async fn each_point_has_the_estimate_that_conditions_give_for_its_place() {
    let app = app().await;
    let surface = app.json(GERMANY).await;
    assert_eq!((&surface["phenomenon"], &surface["unit"]), (&"air_temperature".into(), &"°C".into()));
    assert_eq!(surface["size"], 32);
    let column = |name: &str| surface[name].as_array().unwrap().clone();
    let (values, uncertainties) = (column("value"), column("uncertainty"));
    assert_eq!((values.len(), uncertainties.len()), (1024, 1024));
    let known = values.iter().filter(|value| !value.is_null()).count();
    assert!(known > 100, "{known} of 1024 points");
    let points = (0..1024).step_by(93).map(|at| (at % 32, at / 32));
    for (column, row) in points {
        let (lat, lon) = place((6, 33, 21), column, row);
        let path = format!("/api/v1/conditions?phenomenon=air_temperature&lat={lat}&lon={lon}");
        let conditions = app.json(&path).await;
        assert_eq!(conditions["as_of"], surface["as_of"]);
        let estimate = &conditions["conditions"][0]["estimate"];
        let (value, uncertainty) = (&values[row * 32 + column], &uncertainties[row * 32 + column]);
        assert_eq!(
            (hundredths(&estimate["value"]), hundredths(&estimate["uncertainty"])),
            (value.as_i64(), uncertainty.as_i64()),
            "{path}"
        );
    }
}

fn hundredths(number: &Value) -> Option<i64> {
    number.as_f64().map(|number| (number * 100.0).round() as i64)
}

#[tokio::test]
async fn a_surface_is_computed_once_and_not_sent_twice() {
    let app = app().await;
    let request = || app.request(GERMANY).header("accept-encoding", "gzip");
    let (first, second) = tokio::join!(request().send(), request().send());
    let (first, second) = (first.unwrap(), second.unwrap());
    let tag = header(&first, "etag").to_owned();
    assert_eq!((header(&first, "content-encoding"), header(&second, "etag")), ("gzip", &*tag));
    let bytes = first.bytes().await.unwrap().len();
    assert!(bytes < 8000, "{bytes}");
    let again = request().header("if-none-match", &tag).send().await.unwrap();
    assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, &*tag));
    let wind = app.json(&format!("{GERMANY}?phenomenon=wind_direction")).await;
    let degrees = wind["value"].as_array().unwrap().iter().filter_map(Value::as_i64);
    assert!(degrees.into_iter().all(|hundredths| (0..=36_000).contains(&hundredths)));
}

#[tokio::test]
async fn a_tile_that_does_not_exist_is_refused() {
    let app = app().await;
    for (path, wrong) in [
        ("2/0/0", "#/path/z"),
        ("13/0/0", "#/path/z"),
        ("6/4096/0", "#/path/x"),
        ("6/-1/0", "#/path/x"),
        ("6/0/nowhere", "#/path/y"),
        ("6/0/0?phenomenon=love", "#/query/phenomenon"),
    ] {
        let response = app.get(&format!("/api/v1/surface/{path}")).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST, "{path}");
        assert_eq!(pointers(&crate::app::json(response).await), [wrong], "{path}");
    }
    for path in ["3/8/0", "3/0/8", "6/64/64"] {
        let response = app.get(&format!("/api/v1/surface/{path}")).await;
        assert_eq!(response.status(), StatusCode::NOT_FOUND, "{path}");
    }
}
