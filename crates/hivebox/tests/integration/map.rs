//! `/api/v1/map`.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::StatusCode;
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, pointers};

/// A box of a map: its position, value and verdict.
type Spot = ((i64, i64), Option<i64>, char);

async fn over(boxes: usize) -> TestApp {
    let app = TestApp::over(&TestUpstream::of(boxes).await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    app
}

fn spots(map: &Value) -> Vec<Spot> {
    let column = |name: &str| map[name].as_array().unwrap().iter().map(Value::as_i64).collect::<Vec<_>>();
    let coordinates = |name: &str| {
        let steps = column(name).into_iter().map(Option::unwrap);
        steps.scan(0, |at, step| {
            *at += step;
            Some(*at)
        })
    };
    let state = map["state"].as_str().unwrap();
    let places: Vec<_> = coordinates("latitude").zip(coordinates("longitude")).collect();
    assert_eq!((places.len(), column("value").len()), (state.len(), state.len()), "columns of equal length");
    places
        .into_iter()
        .zip(column("value"))
        .zip(state.chars())
        .map(|((at, value), state)| (at, value, state))
        .collect()
}

fn hundredths(number: &Value) -> Option<i64> {
    number.as_f64().map(|number| (number * 100.0).round() as i64)
}

fn place(row: &Value) -> Option<(i64, i64)> {
    let steps = |name: &str| row[name].as_f64().map(|degrees| (degrees * 1e4).round() as i64);
    steps("latitude").zip(steps("longitude"))
}

#[tokio::test]
async fn a_map_shows_each_box_at_its_position_with_the_value_of_its_best_sensor() {
    let app = over(300).await;
    let map = app.json("/api/v1/map").await;
    assert_eq!((&map["phenomenon"], &map["unit"]), (&"air_temperature".into(), &"°C".into()));
    let spots = spots(&map);
    let boxes = app.json("/api/v1/boxes?limit=1000").await;
    let mut expected: Vec<_> = boxes["boxes"].as_array().unwrap().iter().filter_map(place).collect();
    let mut shown: Vec<_> = spots.iter().map(|(at, ..)| *at).collect();
    expected.sort_unstable();
    shown.sort_unstable();
    assert_eq!(shown, expected);
    let exposures = map["exposure"].as_str().unwrap().chars();
    assert_eq!(exposures.clone().count(), spots.len());
    let exposed: BTreeSet<_> = spots.iter().map(|(at, ..)| *at).zip(exposures).collect();
    for row in boxes["boxes"].as_array().unwrap() {
        let Some(at) = place(row) else { continue };
        assert!(exposed.contains(&(at, row["exposure"].as_str().unwrap().chars().next().unwrap())), "{row}");
    }
    assert!(["i", "o"].iter().all(|letter| map["exposure"].as_str().unwrap().contains(letter)), "{map}");

    let conditions = app.json("/api/v1/conditions?phenomenon=air_temperature").await;
    assert_eq!(conditions["as_of"], map["as_of"]);
    let (condition, count) =
        (&conditions["conditions"][0], |state| spots.iter().filter(|it| it.2 == state).count());
    assert_eq!(condition["boxes_usable"], count('u'));
    assert!(count('u') > 20 && count('s') > 20, "there is something to tell apart");

    let readings = app.json("/api/v1/readings?phenomenon=air_temperature").await;
    let mut said: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for reading in readings["readings"].as_array().unwrap() {
        let is_usable =
            ["alone", "unsuspicious", "confirmed"].iter().any(|quality| reading["quality"] == **quality);
        said.entry(place(reading).unwrap()).or_default().push((hundredths(&reading["value"]), is_usable));
    }
    for (at, value, _) in spots.iter().filter(|(.., state)| *state == 'u') {
        assert!(said[at].contains(&(*value, true)), "{at:?} {value:?}");
    }
}

#[tokio::test]
async fn each_phenomenon_has_its_own_map() {
    let app = over(300).await;
    let humidity = app.json("/api/v1/map?phenomenon=relative_humidity").await;
    assert_eq!((&humidity["phenomenon"], &humidity["unit"]), (&"relative_humidity".into(), &"%".into()));
    assert!(
        spots(&humidity).iter().all(|(_, value, _)| value.is_none_or(|value| (0..=10_000).contains(&value)))
    );
    let wrong = app.get("/api/v1/map?phenomenon=love&bbox=1,2,3,4").await;
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    assert_eq!(pointers(&crate::app::json(wrong).await), ["#/query/phenomenon", "#/query/bbox"]);
}

#[tokio::test]
async fn a_map_is_small_and_is_not_sent_twice() {
    // A map of 15,000 boxes must be smaller than 130 kB.
    const MOST_BYTES_OF_A_BOX: usize = 130_000 / 15_000;
    let app = over(3000).await;
    for encoding in ["br", "gzip"] {
        let request = || app.request("/api/v1/map").header("accept-encoding", encoding);
        let first = request().send().await.unwrap();
        assert_eq!(
            (header(&first, "content-encoding"), header(&first, "cache-control")),
            (encoding, "no-cache")
        );
        assert_eq!(header(&first, "vary"), "accept, accept-encoding");
        let tag = header(&first, "etag").to_owned();
        assert!(tag.ends_with(&format!("-{encoding}\"")), "{tag}");
        let bytes = first.bytes().await.unwrap().len();
        assert!(bytes < 3000 * MOST_BYTES_OF_A_BOX, "{encoding}: {bytes}");
        let again = request().header("if-none-match", &tag).send().await.unwrap();
        assert_eq!((again.status(), header(&again, "etag")), (StatusCode::NOT_MODIFIED, &*tag));
    }
    let plain = app.get("/api/v1/map").await.bytes().await.unwrap();
    for encoding in ["br", "gzip", "zstd"] {
        let response = app.request("/api/v1/map").header("accept-encoding", encoding).send().await.unwrap();
        let bytes = response.bytes().await.unwrap();
        assert_eq!(crate::representation::decoded(encoding, &bytes), plain, "{encoding}");
    }
}

#[tokio::test]
async fn a_new_present_has_a_new_map() {
    let upstream = TestUpstream::start().await;
    let app = TestApp::with(&upstream.url, &[("cache-ttl", "1s")]).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let first = app.json("/api/v1/map").await["as_of"].clone();
    app.until("/api/v1/map", "another moment", |map| map["as_of"] != first).await;
}
