//! Faults of the weather services on demand.

use jiff::Timestamp;
use opensensemap_sim::{Fault, FaultRule, ForecastFault};
use reqwest::Response;
use serde_json::{Value, json};

use crate::server::{NOW, TestServer};

const MET_NORWAY: &str = "/weatherapi/locationforecast/2.0/compact?lat=52.5&lon=13.4";
const OPEN_METEO: &str = "/v1/forecast?latitude=52.5,48.1,50&longitude=13.4,11.6,8&timeformat=unixtime\
                          &hourly=temperature_2m,wind_speed_10m,precipitation&forecast_days=2&wind_speed_unit=ms";

/// The answer to a request that brings its own fault.
async fn answer(server: &TestServer, fault: &str, path: &str) -> Response {
    let request =
        server.request(path).header("user-agent", "keeper@example.org").header("x-sim-fault", fault);
    request.send().await.unwrap()
}

async fn json_of(server: &TestServer, fault: &str, path: &str) -> Value {
    let response = answer(server, fault, path).await;
    assert_eq!(response.status(), 200);
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

fn series(answer: &Value) -> &Vec<Value> {
    answer["properties"]["timeseries"].as_array().unwrap()
}

fn temperature(entry: &Value) -> &Value {
    &entry["data"]["instant"]["details"]["air_temperature"]
}

#[tokio::test]
async fn errors_are_in_the_words_of_each_service() {
    let server = TestServer::start().await;
    let refused = answer(&server, "status=503", OPEN_METEO).await;
    assert_eq!(refused.status(), 503);
    let body: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(body, json!({ "error": true, "reason": "Service Unavailable" }));
    let limited = answer(&server, "too_many_requests=7", OPEN_METEO).await;
    assert_eq!((limited.status().as_u16(), limited.headers()["retry-after"].to_str().unwrap()), (429, "7"));
    assert!(limited.text().await.unwrap().contains("Minutely API request limit exceeded"));
    let forbidden = answer(&server, "status=403", MET_NORWAY).await;
    assert_eq!(
        (forbidden.status().as_u16(), forbidden.text().await.unwrap().as_str()),
        (403, "403 Forbidden\n")
    );
    assert_eq!(answer(&server, "html_error_page", MET_NORWAY).await.status(), 502);
    assert_eq!(server.sim.forecast_questions().total(), 0, "a fault answered");
    assert_eq!(server.sim.requests().total(), 4);
}

#[tokio::test]
async fn a_success_of_open_meteo_breaks_off_with_its_text() {
    let server = TestServer::start().await;
    let whole = answer(&server, "delay=0", OPEN_METEO).await.text().await.unwrap();
    let text = "Unexpected error while streaming data: timeoutReached";
    let broken = answer(&server, "truncated", OPEN_METEO).await;
    assert_eq!(broken.status(), 200);
    let broken = broken.text().await.unwrap();
    let start = broken.strip_suffix(text).unwrap();
    assert!(whole.starts_with(start) && start.len().abs_diff(whole.len() / 2) < 2);
    assert_eq!(answer(&server, "truncated=0", OPEN_METEO).await.text().await.unwrap(), text);
}

#[tokio::test]
async fn the_faults_of_bodies_concern_both_services() {
    let server = TestServer::start().await;
    for path in [OPEN_METEO, MET_NORWAY] {
        let whole = answer(&server, "delay=0", path).await.bytes().await.unwrap();
        assert!(answer(&server, "reset", path).await.bytes().await.is_err());
        assert_eq!(answer(&server, "slow_drip=0", path).await.bytes().await.unwrap(), whole);
        for fault in ["not_json", "bad_box", "truncated=100"] {
            let body = answer(&server, fault, path).await.bytes().await.unwrap();
            assert!(serde_json::from_slice::<Value>(&body).is_err(), "{fault} of {path}");
        }
        let body = answer(&server, "invalid_utf8", path).await.bytes().await.unwrap();
        assert!(std::str::from_utf8(&body).is_err() && body.len() == whole.len() + 1);
        let bomb = answer(&server, "gzip_bomb=1000000", path).await;
        assert_eq!(bomb.headers()["content-encoding"], "gzip");
    }
    let second = answer(&server, "bad_box=1", OPEN_METEO).await.text().await.unwrap();
    let (first, rest) = second.split_at(second.find(r#""location_id":1"#).unwrap());
    assert_eq!((first.matches(r#""elevation":"#).count(), first.matches(r#""elevation" "#).count()), (1, 1));
    assert_eq!(rest.matches(r#""elevation":"#).count(), 1, "the third place is whole");
}

#[tokio::test]
async fn values_are_null_missing_absurd_or_in_other_units() {
    let server = TestServer::start().await;
    let hours = 48;
    let column = |answer: &Value| answer[1]["hourly"]["temperature_2m"].as_array().unwrap().clone();
    let plain = json_of(&server, "delay=0", OPEN_METEO).await;
    let nulls = json_of(&server, "forecast=nulls", OPEN_METEO).await;
    assert!(column(&nulls).len() == hours && column(&nulls).iter().all(Value::is_null));
    let short = json_of(&server, "forecast=short_arrays", OPEN_METEO).await;
    assert_eq!(column(&short), column(&plain)[..32]);
    assert_eq!(short[1]["hourly"]["time"].as_array().unwrap().len(), hours);
    let absurd = json_of(&server, "forecast=absurd_values", OPEN_METEO).await;
    assert!(column(&absurd).iter().all(|value| value.as_f64() == Some(999.0)));
    let units = json_of(&server, "forecast=wrong_units", OPEN_METEO).await;
    let wrong = json!({ "time": "unixtime", "temperature_2m": "°F", "wind_speed_10m": "kn", "precipitation": "inch" });
    assert_eq!((&units[1]["hourly_units"], &units[1]["hourly"]), (&wrong, &plain[1]["hourly"]));

    let plain = json_of(&server, "delay=0", MET_NORWAY).await;
    let nulls = json_of(&server, "forecast=nulls", MET_NORWAY).await;
    assert!(series(&nulls).iter().all(|entry| temperature(entry).is_null()));
    let short = json_of(&server, "forecast=short_arrays", MET_NORWAY).await;
    let (count, kept) = (series(&plain).len(), series(&plain).len() * 2 / 3);
    assert_eq!((series(&short).len(), &series(&short)[..kept]), (count, &series(&plain)[..kept]));
    assert_eq!(series(&short)[kept]["data"], json!({ "instant": { "details": {} } }));
    let absurd = json_of(&server, "forecast=absurd_values", MET_NORWAY).await;
    assert!(series(&absurd).iter().all(|entry| temperature(entry).as_f64() == Some(999.0)));
    let units = json_of(&server, "forecast=wrong_units", MET_NORWAY).await;
    assert_eq!(units["properties"]["meta"]["units"]["air_temperature"], "fahrenheit");
    assert_eq!(series(&units), series(&plain));
}

#[tokio::test]
async fn a_stuck_model_speaks_of_the_past_alone() {
    let server = TestServer::start().await;
    let now: Timestamp = NOW.parse().unwrap();
    let stuck = json_of(&server, "forecast=stuck_run", OPEN_METEO).await;
    let times = stuck[0]["hourly"]["time"].as_array().unwrap();
    assert!(times.len() == 48 && times.iter().all(|time| time.as_i64().unwrap() < now.as_second()));
    let stuck = json_of(&server, "forecast=stuck_run", MET_NORWAY).await;
    let last = series(&stuck).last().unwrap()["time"].as_str().unwrap();
    assert!(last.parse::<Timestamp>().unwrap() < now, "{last}");
}

#[tokio::test]
async fn places_are_missing_or_in_another_order() {
    let server = TestServer::start().await;
    let plain = json_of(&server, "delay=0", OPEN_METEO).await;
    let fewer = json_of(&server, "forecast=missing_places", OPEN_METEO).await;
    assert_eq!(fewer, json!([plain[0]]));
    let swapped = json_of(&server, "forecast=swapped_places", OPEN_METEO).await;
    assert_eq!(swapped, json!([plain[2], plain[1], plain[0]]));
    let one = OPEN_METEO.replace(",48.1,50", "").replace(",11.6,8", "");
    assert_eq!(json_of(&server, "forecast=missing_places", &one).await, json!([]));
    assert_eq!(
        json_of(&server, "forecast=swapped_places", &one).await,
        json_of(&server, "delay=0", &one).await
    );
    assert!(series(&json_of(&server, "forecast=missing_places", MET_NORWAY).await).is_empty());
}

#[tokio::test]
async fn met_norway_is_deprecated_or_says_that_nothing_is_new() {
    let server = TestServer::start().await;
    for path in [OPEN_METEO, MET_NORWAY] {
        let ending = answer(&server, "forecast=deprecated", path).await;
        assert_eq!(ending.status(), 203);
        assert!(serde_json::from_str::<Value>(&ending.text().await.unwrap()).is_ok());
    }
    let unchanged = answer(&server, "forecast=not_modified", MET_NORWAY).await;
    assert_eq!(unchanged.status(), 304);
    assert!(unchanged.headers().contains_key("last-modified") && unchanged.headers().contains_key("expires"));
    assert_eq!(answer(&server, "forecast=not_modified", OPEN_METEO).await.status(), 200);
}

#[tokio::test]
async fn rules_of_forecasts_leave_the_boxes_alone() {
    let server = TestServer::start().await;
    let rule = r#"{"fault":"forecast","how":"nulls","path":"/v1/forecast","times":1}"#;
    let (status, shown) = server.send("PUT", "/_sim/faults", rule).await;
    assert_eq!((status.as_u16(), &shown[0]["how"]), (200, &json!("nulls")));
    let expected = FaultRule {
        times: Some(1),
        path: Some("/v1/forecast".to_owned()),
        ..Fault::Forecast { how: ForecastFault::Nulls }.into()
    };
    assert_eq!(server.sim.faults().rules(), [expected]);
    let boxes = server.get("/boxes?full=true").await.bytes().await.unwrap();
    assert!(json_of(&server, "delay=0", OPEN_METEO).await[0]["hourly"]["temperature_2m"][0].is_null());
    assert!(json_of(&server, "delay=0", OPEN_METEO).await[0]["hourly"]["temperature_2m"][0].is_number());
    let spoilt = server.with_fault("forecast=absurd_values", "/boxes?full=true").await.bytes().await.unwrap();
    assert_eq!(spoilt, boxes, "boxes have no forecast");
    let (status, error) = server.send("PUT", "/_sim/faults", r#"{"fault":"forecast","how":"rain"}"#).await;
    assert_eq!(status, 400, "{error}");
    let (status, error) =
        server.send("PUT", "/_sim/faults", r#"{"fault":"forecast","how":"nulls","tims":1}"#).await;
    assert_eq!(status, 400, "{error}");
}

#[tokio::test]
async fn the_description_names_each_fault() {
    let server = TestServer::start().await;
    let text = server.get("/_sim/").await.text().await.unwrap();
    for fault in [
        ForecastFault::Nulls,
        ForecastFault::ShortArrays,
        ForecastFault::WrongUnits,
        ForecastFault::AbsurdValues,
        ForecastFault::StuckRun,
        ForecastFault::MissingPlaces,
        ForecastFault::SwappedPlaces,
        ForecastFault::Deprecated,
        ForecastFault::NotModified,
    ] {
        let name = serde_json::to_value(fault).unwrap();
        assert!(text.contains(&format!("\n{} ", name.as_str().unwrap())), "{name}");
    }
}
