//! The simulated MET Norway.

use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{RateLimits, SimClock};
use reqwest::Response;
use serde_json::Value;

use crate::server::{NOW, TestServer};

const COMPACT: &str = "/weatherapi/locationforecast/2.0/compact?lat=52.52&lon=13.41";

async fn ask(server: &TestServer, path: &str, since: Option<&str>) -> Response {
    let request = server.request(path).header("user-agent", "HiveBox/0.1.0 keeper@example.org");
    let request = match since {
        Some(since) => request.header("if-modified-since", since),
        None => request,
    };
    request.send().await.unwrap()
}

async fn json(server: &TestServer, path: &str) -> Value {
    serde_json::from_str(&ask(server, path, None).await.text().await.unwrap()).unwrap()
}

fn header(response: &Response, name: &str) -> String {
    response.headers()[name].to_str().unwrap().to_owned()
}

fn moment(response: &Response, name: &str) -> Timestamp {
    jiff::fmt::rfc2822::parse(&header(response, name)).unwrap().timestamp()
}

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

#[tokio::test]
async fn the_forecast_is_hourly_and_later_6_hourly() {
    let server = TestServer::start().await;
    let answer = json(&server, COMPACT).await;
    assert_eq!(answer["type"], "Feature");
    let meta = &answer["properties"]["meta"];
    let updated_at: Timestamp = meta["updated_at"].as_str().unwrap().parse().unwrap();
    let age = now().duration_since(updated_at);
    assert!((SignedDuration::ZERO..SignedDuration::from_hours(1)).contains(&age), "{age}");
    assert_eq!(
        (&meta["units"]["wind_speed"], &meta["units"]["air_temperature"]),
        (&"m/s".into(), &"celsius".into())
    );
    let series = answer["properties"]["timeseries"].as_array().unwrap();
    let times: Vec<Timestamp> =
        series.iter().map(|entry| entry["time"].as_str().unwrap().parse().unwrap()).collect();
    let steps: Vec<i64> = times.windows(2).map(|pair| pair[1].duration_since(pair[0]).as_hours()).collect();
    let hourly = steps.iter().take_while(|&&step| step == 1).count();
    assert!((54..=60).contains(&hourly), "{hourly}");
    assert!(steps[hourly..].iter().all(|&step| step == 6), "{steps:?}");
    assert!(times[0] <= updated_at && times[series.len() - 1] > now() + SignedDuration::from_hours(9 * 24));
    let has = |index: usize, name: &str| !series[index]["data"][name].is_null();
    for index in 0..series.len() {
        assert_eq!(has(index, "next_1_hours"), index < hourly, "hour of {index}");
        assert_eq!(has(index, "next_6_hours"), index + 1 < series.len(), "six hours of {index}");
        assert_eq!(has(index, "next_12_hours"), index + 2 < series.len(), "twelve hours of {index}");
        let details = series[index]["data"]["instant"]["details"].as_object().unwrap();
        assert!(!details.contains_key("wind_speed_of_gust"));
    }
}

#[tokio::test]
async fn it_says_what_the_model_says() {
    let server = TestServer::start().await;
    let mut model = server.sim.simulation().model_over(52.52, 13.41);
    let answer = json(&server, COMPACT).await;
    let height = answer["geometry"]["coordinates"][2].as_f64().unwrap();
    assert!((height - model.height_metres()).abs() < 0.5);
    let series = answer["properties"]["timeseries"].as_array().unwrap();
    let run: Timestamp = series[0]["time"].as_str().unwrap().parse().unwrap();
    let mut wet = 0;
    for entry in series {
        let valid: Timestamp = entry["time"].as_str().unwrap().parse().unwrap();
        let said = &entry["data"];
        let expected = model.at(run, valid);
        let near = |value: &Value, expected: f64| {
            let value = value.as_f64().unwrap();
            assert!((value - expected).abs() < 0.0501, "{value} and {expected} at {valid}");
        };
        near(&said["instant"]["details"]["air_temperature"], expected.air_temperature_celsius);
        near(&said["instant"]["details"]["relative_humidity"], expected.relative_humidity_percent);
        near(&said["instant"]["details"]["wind_speed"], expected.wind_speed_metres_per_second);
        if let Some(next) = said.get("next_1_hours") {
            near(&next["details"]["precipitation_amount"], expected.precipitation_millimetres);
        }
        if let Some(next) = said.get("next_6_hours") {
            let hours = (0..6).map(|hour| model.at(run, valid + SignedDuration::from_hours(hour)));
            let sum: f64 = hours.map(|hour| hour.precipitation_millimetres).sum();
            near(&next["details"]["precipitation_amount"], sum);
            wet += usize::from(sum > 0.1);
        }
    }
    assert!(wet > 0, "it rains in these days");
}

#[tokio::test]
async fn temperatures_are_for_the_altitude_that_is_asked_for() {
    let server = TestServer::start().await;
    let degrees = |answer: &Value| {
        answer["properties"]["timeseries"][3]["data"]["instant"]["details"]["air_temperature"]
            .as_f64()
            .unwrap()
    };
    let low = json(&server, &format!("{COMPACT}&altitude=0")).await;
    let high = json(&server, &format!("{COMPACT}&altitude=1000")).await;
    assert!((degrees(&low) - degrees(&high) - 6.5).abs() < 0.11);
    assert_eq!(high["geometry"]["coordinates"][2], 1000);
}

#[tokio::test]
async fn nobody_is_answered_without_a_contact_or_with_five_decimals() {
    let server = TestServer::start().await;
    let nameless = server.request(COMPACT).header("user-agent", "HiveBox/0.1.0").send().await.unwrap();
    assert_eq!(nameless.status(), 403);
    assert!(nameless.text().await.unwrap().contains("User-Agent"));
    assert_eq!(server.get(COMPACT).await.status(), 403, "no User-Agent at all");
    let path = "/weatherapi/locationforecast/2.0/compact?lat=52.51633&lon=13.41";
    assert_eq!(ask(&server, path, None).await.status(), 403);
    assert_eq!(ask(&server, &path.replace("lat", "latitude"), None).await.status(), 400);
    assert_eq!(server.sim.forecast_questions().total(), 0);
}

#[tokio::test]
async fn it_expires_in_half_an_hour_and_is_unchanged_until_the_next_run() {
    let server = TestServer::start().await;
    let first = ask(&server, COMPACT, None).await;
    assert_eq!(moment(&first, "date"), now());
    let holds = moment(&first, "expires").duration_since(now());
    assert!((27 * 60..=33 * 60).contains(&holds.as_secs()), "{holds}");
    let modified = header(&first, "last-modified");
    let unchanged = ask(&server, COMPACT, Some(&modified)).await;
    assert_eq!((unchanged.status().as_u16(), header(&unchanged, "last-modified")), (304, modified.clone()));
    assert!(unchanged.headers().contains_key("expires"));
    let nearly = modified.replace("GMT", "UTC");
    assert_eq!(ask(&server, COMPACT, Some(&nearly)).await.status(), 200, "only the exact text counts");
    server.sim.set_time(SimClock::Fixed(now() + SignedDuration::from_hours(1)));
    let next = ask(&server, COMPACT, Some(&modified)).await;
    assert_eq!(next.status(), 200);
    assert_ne!(header(&next, "last-modified"), modified);
    assert_eq!(server.sim.forecast_questions().about(52.5, 13.4), 4);
    let lengths: std::collections::HashSet<i64> = {
        let mut lengths = std::collections::HashSet::new();
        for minute in 0..10 {
            let time = now() + SignedDuration::from_mins(minute);
            server.sim.set_time(SimClock::Fixed(time));
            lengths
                .insert(moment(&ask(&server, COMPACT, None).await, "expires").duration_since(time).as_secs());
        }
        lengths
    };
    assert!(lengths.len() > 5, "there is jitter: {lengths:?}");
}

#[tokio::test]
async fn answers_are_compressed_for_those_who_take_it() {
    let server = TestServer::start().await;
    let plain = ask(&server, COMPACT, None).await.bytes().await.unwrap();
    let request =
        server.request(COMPACT).header("user-agent", "keeper@example.org").header("accept-encoding", "gzip");
    let zipped = request.send().await.unwrap();
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
    let zipped = zipped.bytes().await.unwrap();
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&zipped[..]), &mut text).unwrap();
    assert_eq!(text, plain);
}

#[tokio::test]
async fn more_than_twenty_requests_a_second_are_throttled() {
    let server = TestServer::start().await;
    server.sim.set_rate_limits(RateLimits::REAL);
    let mut throttled = 0;
    for _ in 0..25 {
        throttled += usize::from(ask(&server, COMPACT, None).await.status() == 429);
    }
    assert_eq!(throttled, 5);
    server.sim.set_time(SimClock::Fixed(now() + SignedDuration::from_secs(1)));
    assert_eq!(ask(&server, COMPACT, None).await.status(), 200);
}

#[tokio::test]
async fn head_is_not_answered() {
    let server = TestServer::start().await;
    let path = COMPACT;
    let (status, _) = server.send("HEAD", path, "").await;
    assert_eq!(status, 405);
}
