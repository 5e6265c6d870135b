//! `/api/v1/chores`.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;
use opensensemap_sim::{BoxExposure, Fault, Stations};
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, json, pointers};
use crate::forecast::{Forecasting, SOURCES};

fn chore<'a>(chores: &'a Value, name: &str) -> &'a Value {
    chores["chores"].as_array().unwrap().iter().find(|chore| chore["chore"] == name).unwrap()
}

/// Whether only the dark forbids a chore. These tests ask about now, by day and by night.
fn is_dark(chore: &Value) -> bool {
    chore["verdict"] == "no" && chore["reason"].as_str().unwrap().starts_with("It is dark")
}

#[tokio::test]
async fn each_chore_is_judged_with_its_reason_inputs_and_sources() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let reading = app.confirmed_temperature().await;
    let place = format!("lat={}&lon={}", reading["latitude"], reading["longitude"]);
    let chores = app.json(&format!("/api/v1/chores?{place}&broodless=true")).await;
    assert_eq!(chores["chores"].as_array().unwrap().len(), 10);
    for chore in chores["chores"].as_array().unwrap() {
        assert!(["go", "caution", "no", "unknown"].contains(&chore["verdict"].as_str().unwrap()));
        assert!(chore["reason"].as_str().unwrap().ends_with('.'), "{chore}");
        assert!(!chore["sources"].as_array().unwrap().is_empty());
        let is_known = chore["missing"].as_array().unwrap().is_empty();
        assert!(is_known || ["no", "unknown"].contains(&chore["verdict"].as_str().unwrap()), "{chore}");
    }
    // No snapshot is stored, and the replica has run for less than a day.
    let thymol = chore(&chores, "thymol_apiguard");
    assert!(thymol["verdict"] == "unknown" || is_dark(thymol), "{thymol}");
    assert!(thymol["missing"].as_array().unwrap().contains(&"air_temperature_max_24h".into()), "{thymol}");
    assert!(thymol["label"].as_str().unwrap().contains("label"));
}

#[tokio::test]
async fn without_a_sensor_nearby_every_chore_is_unknown() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    let chores = app.json("/api/v1/chores?lat=-75&lon=-120").await;
    let mut chores = chores["chores"].as_array().unwrap().iter();
    assert!(chores.all(|chore| chore["verdict"] == "unknown" || is_dark(chore)));
}

#[tokio::test]
async fn sentences_are_in_the_requested_language() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    let path = "/api/v1/chores?lat=-75&lon=-120&clustered=true";
    for (query, language, name, input, reason, label) in [
        ("", "en", "Oxalic acid dribble", "bees are in a cluster", "This cannot be decided: ", "Follow"),
        (
            "&language=de",
            "de",
            "Oxalsäure träufeln",
            "Bienen in der Traube",
            "Das lässt sich nicht",
            "Halten",
        ),
        (
            "&language=fr",
            "fr",
            "Dégouttement d’acide oxalique",
            "abeilles en grappe",
            "Impossible de trancher : ",
            "Suivez",
        ),
    ] {
        let response = app.get(&format!("{path}{query}")).await;
        assert_eq!(header(&response, "content-language"), language);
        let chores = json(response).await;
        let chore = chore(&chores, "oxalic_trickling");
        assert_eq!((&chore["name"], &chore["inputs"][0]["name"]), (&name.into(), &input.into()));
        assert!(chore["reason"].as_str().unwrap().starts_with(reason), "{chore}");
        assert!(chore["label"].as_str().unwrap().starts_with(label), "{chore}");
    }
    let wrong = app.get(&format!("{path}&language=pl")).await;
    assert_eq!(wrong.status(), 400);
    assert_eq!(pointers(&json(wrong).await), ["#/query/language"]);
}

#[tokio::test]
async fn a_place_is_required() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    let response = app.get("/api/v1/chores?broodless=maybe").await;
    assert_eq!(response.status(), 400);
    let problem = json(response).await;
    let pointers = pointers(&problem);
    assert_eq!(pointers, ["#/query/lat", "#/query/lon", "#/query/broodless"]);
}

fn inputs(chores: &Value) -> impl Iterator<Item = &Value> {
    chores["chores"].as_array().unwrap().iter().flat_map(|chore| chore["inputs"].as_array().unwrap())
}

fn moment(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_input_has_an_origin_and_its_facts() {
    for source in SOURCES {
        let forecasting = Forecasting::in_june(Stations::Generated(300), source, &[]).await;
        let place = forecasting.place().await;
        let chores = forecasting.app.json(&format!("/api/v1/chores?{place}&broodless=true")).await;
        let forecast = &chores["forecast"];
        assert_eq!((&forecast["state"], &forecast["why"]), (&"known".into(), &Value::Null));
        assert_eq!(forecast["origin"]["source"], source);
        assert!(forecast["origin"]["attribution_link"].as_str().unwrap().starts_with("https://"));
        let mut origins = BTreeSet::new();
        for input in inputs(&chores) {
            let origin = input["origin"].as_str().unwrap();
            origins.insert(origin);
            assert_eq!(input["sensors"].is_null(), origin != "measured", "{input}");
            assert_eq!(input["nearest_km"].is_null(), origin != "measured", "{input}");
            assert_eq!(input["source"].as_str(), Some(source).filter(|_| origin == "model"), "{input}");
            if origin == "told" {
                assert_eq!(input["told"], true, "{input}");
            } else {
                assert!(input["age_seconds"].is_i64(), "{input}");
                let [low, value, high] = ["low", "value", "high"].map(|name| input[name].as_f64().unwrap());
                assert!(low <= value && value <= high, "{input}");
            }
        }
        assert_eq!(origins.into_iter().collect::<Vec<_>>(), ["measured", "model", "told"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_beekeeper_sees_counts_more_than_boxes_and_model() {
    let forecasting = Forecasting::in_june(Stations::Generated(300), "open-meteo", &[]).await;
    let path = format!("/api/v1/chores?{}", forecasting.place().await);
    for (asked, input, range) in [
        ("rain=yes", "precipitation_rate", [0.1, 10.0]),
        ("rain=no", "precipitation_rate", [0.0, 0.0]),
        ("wind=light", "wind_speed", [0.0, 3.3]),
        ("wind=moderate", "wind_speed", [3.4, 5.4]),
        ("wind=strong", "wind_speed", [8.0, 32.7]),
    ] {
        let chores = forecasting.app.json(&format!("{path}&{asked}")).await;
        let mut known = inputs(&chores).filter(|one| one["input"] == input).peekable();
        assert!(known.peek().is_some(), "{asked}");
        for one in known {
            let ends = ["low", "high"].map(|name| one[name].as_f64().unwrap());
            assert_eq!((&one["origin"], ends), (&"told".into(), range), "{asked}: {one}");
        }
        let inspection = chore(&chores, "full_inspection");
        if ["rain=yes", "wind=strong"].contains(&asked) {
            assert_eq!(inspection["verdict"], "no", "{inspection}");
            assert!(inspection["reason"].as_str().unwrap().contains("You say"), "{inspection}");
        }
    }
    let wrong = forecasting.app.get(&format!("{path}&rain=drizzle&wind=5")).await;
    assert_eq!(wrong.status(), 400);
    assert_eq!(pointers(&json(wrong).await), ["#/query/rain", "#/query/wind"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_days_have_windows_in_daylight() {
    let forecasting = Forecasting::in_june(Stations::Generated(300), "open-meteo", &[]).await;
    let path = format!("/api/v1/chores?{}", forecasting.place().await);
    let chores = forecasting.app.json(&path).await;
    let now = forecasting.app.clock.now();
    let daylight: Vec<[Timestamp; 2]> = chores["daylight"]
        .as_array()
        .unwrap()
        .iter()
        .map(|up| [moment(&up["from"]), moment(&up["to"])])
        .collect();
    assert!((7..=9).contains(&daylight.len()), "{daylight:?}");
    assert!(daylight[0][0] < now && daylight[0][1] > now, "it is noon");
    let mut count = 0;
    for chore in chores["chores"].as_array().unwrap() {
        let mut end = Timestamp::MIN;
        for window in chore["windows"].as_array().unwrap() {
            let (from, to) = (moment(&window["from"]), moment(&window["to"]));
            assert!(from >= end && from < to, "{chore}");
            assert!(["go", "caution"].contains(&window["verdict"].as_str().unwrap()));
            assert!((0.0..=1.0).contains(&window["certainty"].as_f64().unwrap()), "{window}");
            if chore["chore"] == "full_inspection" {
                count += 1;
                let is_light = |[rise, set]: &[Timestamp; 2]| from >= *rise && to <= *set;
                assert!(daylight.iter().any(is_light), "{window} {daylight:?}");
            }
            end = to;
        }
    }
    assert!(count > 0, "there is a week in June without any");
    let csv = forecasting.app.get(&format!("{path}&format=csv")).await.text().await.unwrap();
    let mut lines = csv.lines();
    assert!(lines.next().unwrap().ends_with(",label,next_from,next_to,next_verdict"));
    let inspection = lines.find(|line| line.starts_with("full_inspection,")).unwrap();
    let first = &chore(&chores, "full_inspection")["windows"][0];
    assert!(inspection.ends_with(&format!(",{}", first["verdict"].as_str().unwrap())), "{inspection}");
    let tag = forecasting.app.get(&path).await.headers()["etag"].clone();
    let again = forecasting.app.request(&path).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_older_than_six_hours_decides_nothing() {
    let forecasting = Forecasting::in_june(Stations::Generated(300), "metno", &[]).await;
    let path = format!("/api/v1/chores?{}", forecasting.place().await);
    let has_windows = |chores: &Value| {
        let chores = chores["chores"].as_array().unwrap();
        chores.iter().any(|chore| !chore["windows"].as_array().unwrap().is_empty())
    };
    assert!(has_windows(&forecasting.app.json(&path).await));
    forecasting.break_source(&Fault::Status { status: 503 });
    forecasting.let_time_pass(5 * 60 + 50).await;
    let late = forecasting.app.json(&path).await;
    assert!(has_windows(&late) && late["forecast"]["origin"]["age_seconds"].as_i64() > Some(5 * 3600));
    forecasting.let_time_pass(15).await;
    let old = forecasting.app.json(&path).await;
    assert_eq!(old["forecast"]["state"], "source_failed", "{}", old["forecast"]);
    assert!(!has_windows(&old) && inputs(&old).all(|input| input["origin"] != "model"), "{old}");
}

/// The share of places with each verdict on a full inspection.
async fn verdicts(forecasting: &Forecasting, places: &[String]) -> BTreeMap<String, usize> {
    let verdict = async |place: &String| {
        let chores = forecasting.app.json(&format!("/api/v1/chores?{place}")).await;
        chore(&chores, "full_inspection")["verdict"].as_str().unwrap().to_owned()
    };
    let mut counts = BTreeMap::new();
    let mut verdicts = std::pin::pin!(stream::iter(places).map(verdict).buffer_unordered(8));
    while let Some(verdict) = verdicts.next().await {
        *counts.entry(verdict).or_default() += 1;
    }
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_a_weather_model_a_full_inspection_is_decided_at_99_of_100_boxes() {
    let settings = [("forecast-timeout", "10s")];
    let with = Forecasting::in_june(Stations::Real, "open-meteo", &settings).await;
    let simulation = with.upstream.sim.simulation();
    let outdoor = simulation.boxes_at(with.app.clock.now()).filter_map(|sense_box| {
        let place = sense_box.place().filter(|_| sense_box.exposure() == BoxExposure::Outdoor)?;
        Some(format!("lat={}&lon={}", place.latitude, place.longitude))
    });
    let mut places: Vec<String> = outdoor.collect();
    fastrand::Rng::with_seed(17).shuffle(&mut places);
    places.truncate(400);
    let counts = verdicts(&with, &places).await;
    let without = Forecasting::in_june(Stations::Real, "off", &[]).await;
    let alone = verdicts(&without, &places[..100]).await;
    println!("of 400 places with the weather model: {counts:?}; of 100 without: {alone:?}");
    let unknown = |counts: &BTreeMap<String, usize>| counts.get("unknown").copied();
    assert!(unknown(&counts).unwrap_or(0) <= 4, "{counts:?}");
    assert!(unknown(&alone).unwrap_or(0) > 20, "{alone:?}: the model makes no difference");
}
