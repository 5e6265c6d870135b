//! `GET /boxes` and `GET /boxes/:id`, as the real API answers them.

use std::collections::BTreeSet;
use std::io::Read as _;

use jiff::Timestamp;
use opensensemap_sim::{Options, Stations};
use serde_json::Value;

use crate::server::{NOW, TestServer};

fn measurements(boxes: &[Value]) -> impl Iterator<Item = &Value> {
    let sensors = boxes.iter().flat_map(|item| item["sensors"].as_array().unwrap());
    sensors.filter_map(|sensor| sensor.get("lastMeasurement"))
}

#[tokio::test]
async fn a_full_list_has_measurements_with_text_values_and_times() {
    let server = TestServer::start().await;
    let boxes = server.boxes("/boxes?full=true").await;
    assert_eq!(boxes.len(), 300);
    for measurement in measurements(&boxes) {
        assert!(measurement["value"].is_string(), "{measurement}");
        let time = measurement["createdAt"].as_str().unwrap();
        assert_eq!(time.parse::<Timestamp>().unwrap().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(), time);
    }
    assert!(measurements(&boxes).count() > 500);
    assert!(boxes[0].get("loc").is_none());
}

#[tokio::test]
async fn a_plain_list_has_measurements_as_ids() {
    let server = TestServer::start().await;
    let boxes = server.boxes("/boxes").await;
    for measurement in measurements(&boxes) {
        assert_eq!(measurement.as_str().unwrap().len(), 24);
    }
    assert!(measurements(&boxes).count() > 500);
}

#[tokio::test]
async fn the_real_list_has_all_three_forms_of_a_last_measurement() {
    let server = TestServer::with(Options::default()).await;
    let boxes = server.boxes("/boxes?full=true").await;
    assert_eq!(boxes.len(), 11_390);
    assert!(measurements(&boxes).any(Value::is_null));
    assert!(measurements(&boxes).any(Value::is_object));
    let sensors = boxes.iter().flat_map(|item| item["sensors"].as_array().unwrap());
    assert!(sensors.clone().any(|sensor| sensor.get("lastMeasurement").is_none()));
    assert!(sensors.clone().any(|sensor| sensor["unit"] == "\u{fffd}C"));
    assert!(boxes.iter().any(|item| item.get("currentLocation").is_none()));
    assert!(boxes.iter().any(|item| item.get("lastMeasurementAt").is_none()));
}

#[tokio::test]
async fn the_same_seed_and_time_give_the_same_bytes_and_others_do_not() {
    let options = |seed| Options { seed, stations: Stations::Generated(100), bad_share: 0.02 };
    let mut answers = Vec::new();
    for seed in [7, 7, 8] {
        let server = TestServer::with(options(seed)).await;
        answers.push(server.get("/boxes?full=true").await.bytes().await.unwrap());
    }
    assert_eq!(answers[0], answers[1]);
    assert_ne!(answers[0], answers[2]);
}

#[tokio::test]
async fn the_list_can_be_had_without_http_as_the_same_bytes() {
    let server = TestServer::start().await;
    let answered = server.get("/boxes?full=true").await.bytes().await.unwrap();
    assert_eq!(server.sim.boxes_body().flatten().collect::<Vec<u8>>(), answered);
}

#[tokio::test]
async fn a_list_is_streamed_and_may_be_kept_for_five_minutes() {
    let server = TestServer::start().await;
    let response = server.get("/boxes").await;
    let headers = response.headers();
    assert_eq!(headers["content-type"], "application/json; charset=utf-8");
    assert_eq!(headers["cache-control"], "max-age=300");
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert_eq!(headers["transfer-encoding"], "chunked");
    assert!(!headers.contains_key("content-length"));
    assert!(!headers.contains_key("content-encoding"));
}

#[tokio::test]
async fn a_client_that_takes_gzip_gets_it() {
    let server = TestServer::start().await;
    let plain = server.get("/boxes?full=true").await.bytes().await.unwrap();
    let request = server.request("/boxes?full=true").header("accept-encoding", "gzip, br");
    let response = request.send().await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let packed = response.bytes().await.unwrap();
    assert!(packed.len() * 4 < plain.len());
    let mut unpacked = Vec::new();
    flate2::read::GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
    assert!(unpacked == plain);
}

#[tokio::test]
async fn filters_keep_what_they_ask_for() {
    let server = TestServer::start().await;
    let all = server.boxes("/boxes").await;
    let indoor = server.boxes("/boxes?exposure=indoor,mobile").await;
    assert!(indoor.iter().all(|item| item["exposure"] == "indoor" || item["exposure"] == "mobile"));
    assert!((1..all.len()).contains(&indoor.len()));
    let models = server.boxes("/boxes?model=homeV2Wifi").await;
    assert!(models.iter().all(|item| item["model"] == "homeV2Wifi") && !models.is_empty());
    let tagged = server.boxes("/boxes?grouptag=bees,orchard").await;
    assert!(tagged.iter().all(|item| item["grouptag"] == serde_json::json!(["bees", "orchard"])));
    assert!((1..all.len()).contains(&tagged.len()));
    assert!(server.boxes("/boxes?grouptag=nobody").await.is_empty());
    for item in server.boxes("/boxes?bbox=6,47,15,55").await {
        let longitude = item["currentLocation"]["coordinates"][0].as_f64().unwrap();
        assert!((6.0..=15.0).contains(&longitude));
    }
}

#[tokio::test]
async fn boxes_near_a_place_come_the_nearest_first() {
    let server = TestServer::start().await;
    let boxes = server.boxes("/boxes?near=7.6,51.9&maxDistance=200000").await;
    assert!(boxes.len() > 2);
    let squares: Vec<f64> = boxes
        .iter()
        .map(|item| {
            let coordinates = &item["currentLocation"]["coordinates"];
            let east = (coordinates[0].as_f64().unwrap() - 7.6) * 0.617;
            east.powi(2) + (coordinates[1].as_f64().unwrap() - 51.9).powi(2)
        })
        .collect();
    assert!(squares.first() < squares.last(), "{squares:?}");
    assert!(server.boxes("/boxes?near=0.5,-40").await.is_empty());
}

#[tokio::test]
async fn a_minimal_list_and_a_search_by_name_say_little() {
    let server = TestServer::start().await;
    let keys = |item: &Value| item.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let minimal = server.boxes("/boxes?minimal=true").await;
    let allowed =
        ["_id", "name", "exposure", "currentLocation", "lastMeasurementAt"].map(str::to_owned).into();
    assert!(minimal.iter().all(|item| keys(item).is_subset(&allowed)));
    let named = server.boxes("/boxes?name=SENSEBOX&full=true&exposure=indoor").await;
    assert_eq!(named.len(), 5);
    assert!(named.iter().all(|item| !keys(item).contains("exposure")));
    assert_eq!(server.boxes("/boxes?name=sensebox&limit=3").await.len(), 3);
    assert!(server.boxes("/boxes?name=hive").await.is_empty());
}

#[tokio::test]
async fn a_date_finds_boxes_with_data_of_that_time() {
    let server = TestServer::start().await;
    let boxes = server.boxes(&format!("/boxes?date={NOW}&phenomenon=Temperatur")).await;
    assert!((40..120).contains(&boxes.len()), "{}", boxes.len());
    for item in &boxes {
        assert!(item["sensors"].as_array().unwrap().iter().any(|sensor| sensor["title"] == "Temperatur"));
        assert_eq!(item["loc"].is_array(), item.get("currentLocation").is_some());
    }
    let earlier = "2026-11-23T11:00:00Z,2026-11-23T12:00:00Z";
    let boxes = server.boxes(&format!("/boxes?date={earlier}")).await;
    // As in the API, one sensor of each box shows that time and all others show now.
    let then = boxes.iter().filter(|item| {
        let times = measurements(std::slice::from_ref(item)).filter_map(|last| last["createdAt"].as_str());
        times.filter(|time| time.starts_with("2026-11-23T11")).count() == 1
    });
    assert_eq!(then.count(), boxes.len());
    assert!(server.boxes(&format!("/boxes?date={NOW}&phenomenon=temperatur")).await.is_empty());
}

#[tokio::test]
async fn geojson_is_a_collection_of_features_with_a_state_if_asked() {
    let server = TestServer::start().await;
    let collection = server.json("/boxes?format=geojson&classify=true").await;
    assert_eq!(collection["type"], "FeatureCollection");
    let features = collection["features"].as_array().unwrap();
    assert_eq!(features.len(), 300);
    assert!(features.iter().all(|feature| feature["properties"].get("currentLocation").is_none()));
    let states: BTreeSet<_> =
        features.iter().map(|feature| feature["properties"]["state"].as_str().unwrap()).collect();
    assert!(states.contains("active") && states.contains("old"), "{states:?}");
}

#[tokio::test]
async fn one_box_comes_whole_and_as_in_the_list() {
    let server = TestServer::start().await;
    let list = server.boxes("/boxes?full=true").await;
    let listed = list.iter().find(|item| item.get("currentLocation").is_some()).unwrap();
    let mut single = server.json(&format!("/boxes/{}", listed["_id"].as_str().unwrap())).await;
    let loc = single.as_object_mut().unwrap().remove("loc").unwrap();
    assert_eq!(loc[0]["geometry"], listed["currentLocation"]);
    assert_eq!(&single, listed);
}

#[tokio::test]
async fn an_id_that_is_none_or_nobodys_is_refused() {
    let server = TestServer::start().await;
    let unknown = server.get("/boxes/00112233445566778899aabc").await;
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.text().await.unwrap(), r#"{"code":"NotFound","message":"Box not found"}"#);
    let wrong = server.get("/boxes/all").await;
    assert_eq!(wrong.status(), 422);
    let text =
        r#"{"code":"UnprocessableEntity","message":"Parameter boxId is not parseable as datatype id"}"#;
    assert_eq!(wrong.text().await.unwrap(), text);
}

#[tokio::test]
async fn wrong_parameters_have_the_status_of_the_api() {
    let server = TestServer::start().await;
    for (path, status) in [
        ("/boxes?full=yes", 422),
        ("/boxes?full=true&full=true", 400),
        ("/boxes?limit=0", 422),
        ("/boxes?date=yesterday", 422),
        ("/boxes?date=2026-01-02T00:00:00Z,2026-01-01T00:00:00Z", 409),
        ("/boxes?unknown=1", 200),
    ] {
        assert_eq!(server.get(path).await.status(), status, "{path}");
    }
}
