//! The simulated Open-Meteo.

use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{OpenMeteoLimits, RateLimits, SimClock};
use serde_json::{Value, json};

use crate::server::{NOW, TestServer};

const VARIABLES: &str = "temperature_2m,relative_humidity_2m,wind_speed_10m,wind_gusts_10m,precipitation,precipitation_probability";

fn path(latitudes: &str, longitudes: &str) -> String {
    format!(
        "/v1/forecast?latitude={latitudes}&longitude={longitudes}&hourly={VARIABLES}&forecast_days=4&past_days=2\
         &wind_speed_unit=ms&timeformat=unixtime&timezone=GMT"
    )
}

fn numbers(values: &Value) -> Vec<f64> {
    values.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

#[tokio::test]
async fn one_place_is_an_object_with_the_hours_of_the_model() {
    let server = TestServer::start().await;
    let response = server.get(&path("52.52", "13.41")).await;
    for header in ["retry-after", "etag", "cache-control", "last-modified"] {
        assert!(!response.headers().contains_key(header), "{header}");
    }
    let place: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    assert_eq!((&place["latitude"], &place["longitude"]), (&json!(52.5), &json!(13.4)));
    assert_eq!((&place["timezone"], &place["location_id"]), (&json!("GMT"), &Value::Null));
    let units = json!({
        "time": "unixtime", "temperature_2m": "°C", "relative_humidity_2m": "%", "wind_speed_10m": "m/s",
        "wind_gusts_10m": "m/s", "precipitation": "mm", "precipitation_probability": "%",
    });
    assert_eq!(place["hourly_units"], units);
    let hourly = &place["hourly"];
    let times = numbers(&hourly["time"]);
    assert_eq!(times.len(), 6 * 24);
    let midnight: Timestamp = "2026-11-22T00:00:00Z".parse().unwrap();
    assert_eq!(times[0] as i64, midnight.as_second());
    let mut model = server.sim.simulation().model_over(52.52, 13.41);
    assert!((place["elevation"].as_f64().unwrap() - model.height_metres()).abs() < 1e-9);
    for hour in [30_usize, 59, 60, 61, 100, 143] {
        let valid = midnight + SignedDuration::from_hours(hour as i64);
        let before = valid - SignedDuration::from_hours(1);
        let (here, past) = (model.at(now().min(valid), valid), model.at(now().min(before), before));
        for (name, expected, precision) in [
            ("temperature_2m", here.air_temperature_celsius, 0.0501),
            ("relative_humidity_2m", here.relative_humidity_percent, 0.501),
            ("wind_speed_10m", here.wind_speed_metres_per_second, 0.00501),
            ("wind_gusts_10m", past.wind_gust_metres_per_second, 0.00501),
            ("precipitation", past.precipitation_millimetres, 0.00501),
            ("precipitation_probability", past.precipitation_probability_percent, 0.501),
        ] {
            let said = hourly[name][hour].as_f64().unwrap();
            assert!((said - expected).abs() < precision, "{name} in hour {hour}: {said} and {expected}");
        }
    }
}

#[tokio::test]
async fn several_places_are_a_list_and_the_first_has_no_number() {
    let server = TestServer::start().await;
    let places = server.json(&path("52.52,48.14,47.9", "13.41,11.58,8.0")).await;
    let numbers: Vec<&Value> = places.as_array().unwrap().iter().map(|place| &place["location_id"]).collect();
    assert_eq!(numbers, [&Value::Null, &json!(1), &json!(2)]);
    let alone = server.json(&path("48.14", "11.58")).await;
    assert_eq!(places[1]["hourly"], alone["hourly"]);
    assert_ne!(places[0]["hourly"], places[1]["hourly"]);
}

#[tokio::test]
async fn units_and_times_are_those_asked_for() {
    let server = TestServer::start().await;
    let at = "/v1/forecast?latitude=52.5&longitude=13.4&forecast_days=1";
    let metric = server.json(&format!("{at}&hourly=temperature_2m,wind_speed_10m&wind_speed_unit=ms")).await;
    let plain = server.json(&format!("{at}&hourly=temperature_2m,wind_speed_10m")).await;
    assert_eq!(plain["hourly_units"]["wind_speed_10m"], "km/h");
    assert_eq!(plain["hourly_units"]["time"], "iso8601");
    assert_eq!(plain["hourly"]["time"][12], "2026-11-24T12:00");
    let american = "&temperature_unit=fahrenheit&wind_speed_unit=mph&precipitation_unit=inch";
    let american = server.json(&format!("{at}&hourly=temperature_2m,wind_speed_10m,rain{american}")).await;
    let units =
        json!({ "time": "iso8601", "temperature_2m": "°F", "wind_speed_10m": "mp/h", "rain": "inch" });
    assert_eq!(american["hourly_units"], units);
    let wind = |answer: &Value| answer["hourly"]["wind_speed_10m"][5].as_f64().unwrap();
    assert!((wind(&plain) / 3.6 - wind(&metric)).abs() < 0.02);
    assert!((wind(&american) * 0.447 - wind(&metric)).abs() < 0.03);
    let degrees = |answer: &Value| answer["hourly"]["temperature_2m"][5].as_f64().unwrap();
    assert!((degrees(&american) - (degrees(&plain) * 1.8 + 32.0)).abs() < 0.2);
}

#[tokio::test]
async fn the_current_weather_and_another_height_are_there() {
    let server = TestServer::start().await;
    server.sim.set_time(SimClock::Fixed("2026-11-24T12:20:00Z".parse().unwrap()));
    let at =
        "/v1/forecast?latitude=52.5&longitude=13.4&current=temperature_2m,wind_speed_10m&timeformat=unixtime";
    let here = server.json(at).await;
    assert_eq!(here["current"]["time"], "2026-11-24T12:15:00Z".parse::<Timestamp>().unwrap().as_second());
    assert_eq!(
        (&here["current"]["interval"], &here["current_units"]["interval"]),
        (&json!(900), &json!("seconds"))
    );
    assert_eq!(here["hourly"], Value::Null);
    let height = here["elevation"].as_f64().unwrap() + 1000.0;
    let above = server.json(&format!("{at}&elevation={height}")).await;
    let difference = here["current"]["temperature_2m"].as_f64().unwrap()
        - above["current"]["temperature_2m"].as_f64().unwrap();
    assert!((difference - 6.5).abs() < 0.11, "{difference}");
    assert_eq!(above["elevation"].as_f64(), Some(height));
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let path = path("52.52,48.14", "13.41,11.58");
    let bytes = one.get(&path).await.bytes().await.unwrap();
    assert_eq!(bytes, other.get(&path).await.bytes().await.unwrap());
    other.sim.set_time(SimClock::Fixed(now() + SignedDuration::from_mins(59)));
    assert_eq!(bytes, other.get(&path).await.bytes().await.unwrap(), "a run lasts an hour");
    other.sim.set_time(SimClock::Fixed(now() + SignedDuration::from_mins(60)));
    assert_ne!(bytes, other.get(&path).await.bytes().await.unwrap());
}

#[tokio::test]
async fn questions_can_be_posted_as_a_form_and_as_json() {
    let server = TestServer::start().await;
    let path = path("52.52,48.14", "13.41,11.58");
    let expected = server.get(&path).await.text().await.unwrap();
    let form = path.trim_start_matches("/v1/forecast?").to_owned();
    let posted = server.post("/v1/forecast").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(posted.body(form).send().await.unwrap().text().await.unwrap(), expected);
    let question = json!({
        "latitude": [52.52, 48.14], "longitude": [13.41, 11.58], "hourly": VARIABLES.split(',').collect::<Vec<_>>(),
        "forecast_days": 4, "past_days": 2, "wind_speed_unit": "ms", "timeformat": "unixtime", "timezone": "GMT",
    });
    let posted =
        server.post("/v1/forecast").header("content-type", "application/json").body(question.to_string());
    assert_eq!(posted.send().await.unwrap().text().await.unwrap(), expected);
}

#[tokio::test]
async fn wrong_questions_are_refused_in_the_words_of_open_meteo() {
    let server = TestServer::start().await;
    let (status, answer) = server.send("GET", "/v1/forecast?latitude=91&longitude=0", "").await;
    let reason = "Latitude must be in range of -90 to 90°. Given: 91.0.";
    assert_eq!((status.as_u16(), answer), (400, json!({ "error": true, "reason": reason })));
    let many = vec!["1"; 1001].join(",");
    assert_eq!(server.get(&path(&many, &many)).await.status(), 400);
    assert_eq!(server.sim.forecast_questions().total(), 0);
}

#[tokio::test]
async fn questions_are_counted_by_cell_and_hour() {
    let server = TestServer::start().await;
    server.get(&path("52.52,48.14", "13.41,11.58")).await;
    server.get(&path("52.54", "13.44")).await;
    let questions = server.sim.forecast_questions();
    assert_eq!((questions.total(), questions.cells(), questions.most_per_cell_and_hour()), (3, 2, 2));
    assert_eq!((questions.about(52.5, 13.4), questions.about(48.1, 11.6)), (2, 1));
    let counted = json!({
        "total": 3, "cells": 2, "most_per_cell_and_hour": 2, "left_out": 0, "more_than_once":
        [{ "latitude_degrees": 52.5, "longitude_degrees": 13.4, "hour": NOW, "questions": 2 }],
    });
    assert_eq!(server.json("/_sim/questions").await, counted);
    server.send("DELETE", "/_sim/questions", "").await;
    assert_eq!(server.sim.forecast_questions().total(), 0);
    assert_eq!(server.sim.requests().count("/v1/forecast"), 2);
}

#[tokio::test]
async fn too_many_questions_are_refused_until_the_next_minute() {
    let server = TestServer::start().await;
    let limits = OpenMeteoLimits { per_minute: 3, per_hour: 100, per_day: 1000 };
    server.sim.set_rate_limits(RateLimits { open_meteo: Some(limits), ..RateLimits::default() });
    let path = path("52.52,48.14", "13.41,11.58");
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(server.get(&path).await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 429], "the quota is checked before and charged after");
    let refused = server.get(&path).await;
    assert!(!refused.headers().contains_key("retry-after"));
    let reason = "Minutely API request limit exceeded. Please try again in one minute.";
    let body: Value = serde_json::from_str(&refused.text().await.unwrap()).unwrap();
    assert_eq!(body, json!({ "error": true, "reason": reason }));
    server.sim.set_time(SimClock::Fixed(now() + SignedDuration::from_mins(1)));
    assert_eq!(server.get(&path).await.status(), 200);
}

#[tokio::test]
async fn limits_are_set_shown_and_removed_by_the_admin_routes() {
    let server = TestServer::start().await;
    let limits = r#"{"open_meteo":{"per_minute":1,"per_hour":2,"per_day":3}}"#;
    let (status, shown) = server.send("PUT", "/_sim/limits", limits).await;
    let expected = json!({ "open_meteo": { "per_minute": 1, "per_hour": 2, "per_day": 3 }, "met_norway_per_second": null });
    assert_eq!((status.as_u16(), &shown), (200, &expected));
    assert_eq!(server.json("/_sim/limits").await, expected);
    let (status, error) = server.send("PUT", "/_sim/limits", r#"{"open_meto":null}"#).await;
    assert_eq!((status.as_u16(), error["code"].as_str()), (400, Some("InvalidLimits")));
    server.send("DELETE", "/_sim/limits", "").await;
    assert_eq!(server.sim.rate_limits(), RateLimits::default());
}
