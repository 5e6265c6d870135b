//! `/api/v1/chores`.

use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, json, pointers};

async fn place(app: &TestApp) -> (String, f64) {
    let path = "/api/v1/readings?phenomenon=air_temperature&quality=confirmed&exposure=outdoor";
    let reading = app.json(path).await["readings"][0].clone();
    let place = format!("lat={}&lon={}", reading["latitude"], reading["longitude"]);
    (place, reading["value"].as_f64().unwrap())
}

fn chore<'a>(chores: &'a Value, name: &str) -> &'a Value {
    chores["chores"].as_array().unwrap().iter().find(|chore| chore["chore"] == name).unwrap()
}

#[tokio::test]
async fn each_chore_is_judged_with_its_reason_inputs_and_sources() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let (place, _) = place(&app).await;
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
    assert_eq!(thymol["verdict"], "unknown");
    assert!(thymol["missing"].as_array().unwrap().contains(&"air_temperature_max_24h".into()), "{thymol}");
    assert!(thymol["label"].as_str().unwrap().contains("label"));
}

#[tokio::test]
async fn without_a_sensor_nearby_every_chore_is_unknown() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    let chores = app.json("/api/v1/chores?lat=-75&lon=-120").await;
    assert!(
        chores["chores"].as_array().unwrap().iter().all(|chore| chore["verdict"] == "unknown"),
        "{chores}"
    );
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
    ] {
        let response = app.get(&format!("{path}{query}")).await;
        assert_eq!(header(&response, "content-language"), language);
        let chores = json(response).await;
        let chore = chore(&chores, "oxalic_trickling");
        assert_eq!((&chore["name"], &chore["inputs"][0]["name"]), (&name.into(), &input.into()));
        assert!(chore["reason"].as_str().unwrap().starts_with(reason), "{chore}");
        assert!(chore["label"].as_str().unwrap().starts_with(label), "{chore}");
    }
    let wrong = app.get(&format!("{path}&language=fr")).await;
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
