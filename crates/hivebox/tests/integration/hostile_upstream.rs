//! What one element of openSenseMap's list, or a server in its place, can do to HiveBox: next to nothing.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Stdio;

use hivebox_present::Clock;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::app::TestApp;
use crate::commands::{Running, address_in, get, hivebox};

/// A box whose sensors measure the air temperature now.
fn sense_box(number: usize, celsius: &[f64]) -> Value {
    let now = Clock::system().now().to_string();
    let sensors: Vec<Value> = celsius
        .iter()
        .enumerate()
        .map(|(sensor, celsius)| {
            json!({
                "_id": format!("{number:012x}{sensor:012x}"),
                "title": "Temperatur",
                "unit": "°C",
                "lastMeasurement": { "value": celsius.to_string(), "createdAt": now },
            })
        })
        .collect();
    let coordinates = [7.0 + number as f64 / 100.0, 50.0];
    json!({
        "_id": format!("{number:024x}"),
        "name": format!("Box {number}"),
        "exposure": "outdoor",
        "currentLocation": { "type": "Point", "coordinates": coordinates },
        "sensors": sensors,
    })
}

/// 300 boxes at 6 °C.
fn good() -> Vec<Value> {
    (0..300).map(|number| sense_box(number, &[6.0])).collect()
}

/// A HiveBox over a recorded list.
struct Recorded {
    app: TestApp,
    _folder: TempDir,
}

impl Recorded {
    async fn of(list: &[u8]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path: PathBuf = folder.path().join("boxes.json");
        std::fs::write(&path, list).unwrap();
        let app = TestApp::with(&format!("file:{}", path.display()), &[]).await;
        Self { app, _folder: folder }
    }
}

#[tokio::test]
async fn one_bad_element_costs_no_other_and_is_counted_by_its_reason() {
    let too_large = json!({ "_id": "f".repeat(24), "description": "x".repeat(1_100_000), "sensors": [] });
    let too_deep = format!(r#"{{"_id":"x","deep":{}{}}}"#, "[".repeat(100), "]".repeat(100));
    for (bad, reason) in [
        (too_large.to_string(), "too_large"),
        ("null".to_owned(), "not_an_object"),
        (too_deep, "too_deep"),
        (r#"{"name":"nobody","sensors":[]}"#.to_owned(), "no_id"),
        (r#"{"_id":"x","sensors":[}]}"#.to_owned(), "not_json"),
    ] {
        let mut elements: Vec<String> = good().iter().map(Value::to_string).collect();
        elements.insert(150, bad);
        let hivebox = Recorded::of(format!("[{}]", elements.join(",")).as_bytes()).await;
        let app = &hivebox.app;
        assert_eq!(app.json("/temperature").await["Average temperature"], 6.0, "{reason}");
        assert_eq!(app.metric("hivebox_boxes").await, 300.0, "{reason}");
        assert_eq!(app.metric("hivebox_boxes_lost").await, 1.0, "{reason}");
        let series = format!("hivebox_upstream_left_out_total{{reason=\"{reason}\"}}");
        app.until_metric(&series, 1.0).await;
        let status = app.json("/api/v1/status").await;
        assert_eq!(status["left_out"], json!({ reason: 1 }), "{status}");
    }
}

#[tokio::test]
async fn a_box_that_is_listed_a_thousand_times_is_one_box() {
    let mut boxes = vec![sense_box(7, &[6.0]); 1000];
    boxes.push(sense_box(8, &[8.0]));
    boxes[999]["name"] = "not the first".into();
    let hivebox = Recorded::of(Value::from(boxes).to_string().as_bytes()).await;
    let app = &hivebox.app;
    assert_eq!(app.json("/temperature").await["Average temperature"], 7.0);
    let first = app.json("/api/v1/boxes?limit=1").await;
    assert_eq!((&first["total"], &first["boxes"][0]["name"]), (&2.into(), &"Box 7".into()));
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app.json(&format!("/api/v1/boxes?limit=1&cursor={cursor}")).await;
    assert_eq!((&second["boxes"][0]["name"], second.get("next_cursor")), (&"Box 8".into(), None));
    assert_eq!(app.json("/api/v1/status").await["left_out"], json!({ "listed_again": 999 }));
}

#[tokio::test]
async fn one_box_with_thousands_of_thermometers_hardly_moves_the_mean() {
    let mut boxes = good();
    boxes.push(sense_box(999, &vec![49.5; 4000]));
    let hivebox = Recorded::of(Value::from(boxes).to_string().as_bytes()).await;
    let app = &hivebox.app;
    // (300 · 6 + 4 · 49.5) / 304
    assert_eq!(app.json("/temperature").await["Average temperature"], 6.57);
    let conditions = app.json("/api/v1/conditions?phenomenon=air_temperature&quality=plausible").await;
    let air = &conditions["conditions"][0];
    assert_eq!((&air["count"], &air["left_out"]), (&304.into(), &json!({ "surplus": 3996 })));
}

#[tokio::test]
async fn a_pressure_in_another_unit_than_it_says_is_corrected_and_marked() {
    let mut boxes = vec![sense_box(1, &[6.0]), sense_box(2, &[6.0])];
    for (number, value) in ["101977.88", "1019.7"].iter().enumerate() {
        let sensor = &mut boxes[number]["sensors"][0];
        (sensor["title"], sensor["unit"]) = ("Luftdruck".into(), "hPa".into());
        sensor["lastMeasurement"]["value"] = (*value).into();
    }
    boxes.push(sense_box(3, &[6.0]));
    let hivebox = Recorded::of(Value::from(boxes).to_string().as_bytes()).await;
    let app = &hivebox.app;
    app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
    let readings = app.json("/api/v1/readings?phenomenon=air_pressure").await;
    let facts: Vec<_> = readings["readings"].as_array().unwrap().iter().collect();
    let fact = |row: usize, field: &str| facts[row][field].clone();
    assert_eq!((fact(0, "raw_value"), fact(0, "unit_corrected")), (101_977.88.into(), true.into()));
    assert!((fact(0, "value").as_f64().unwrap() - 1019.7788).abs() < 1e-9, "{readings}");
    assert_eq!((fact(1, "value"), fact(1, "unit_corrected")), (1019.7.into(), false.into()));
    let csv = app.get("/api/v1/readings?phenomenon=air_pressure&format=csv").await.text().await.unwrap();
    let header = csv.lines().next().unwrap();
    let column = header.split(',').position(|name| name == "unit_corrected").unwrap();
    let marks: Vec<_> = csv.lines().skip(1).map(|line| line.split(',').nth(column).unwrap()).collect();
    assert_eq!(marks, ["true", "false"]);
}

const SECRET: &str = "AKIA-SECRET";

/// A server that answers every request with the same, and returns its address.
fn server(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            // Whatever was asked: the answer is the same.
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address.to_string()
}

fn answer(status: &str, header: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{header}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

#[tokio::test]
async fn nothing_that_a_server_sends_nor_its_address_is_shown_to_clients() {
    let keys = server(answer("200 OK", "", &format!(r#"{{"AccessKeyId":"{SECRET}"}}"#)));
    let redirect = format!("Location: http://{keys}/latest/meta-data?{SECRET}\r\n");
    for (sent, what) in [
        (answer("302 Found", &redirect, SECRET), "redirects elsewhere"),
        (answer("200 OK", "", &format!(r#"{{"AccessKeyId":"{SECRET}"}}"#)), "is not a list of boxes"),
        (answer("200 OK", "", &format!("[Error: {SECRET}")), "was cut off"),
        (answer("503 Service Unavailable", "", &format!(r#"{{"message":"{SECRET}"}}"#)), "503"),
        (String::new(), "the connection to the API broke"),
    ] {
        let upstream = server(sent);
        let app = TestApp::with(&format!("http://{upstream}"), &[]).await;
        let failed = |ready: &Value| ready["last_poll_error"].as_str().is_some_and(|it| it.contains(what));
        let ready = app.until("/readyz", what, failed).await.to_string();
        let temperature = app.get("/temperature").await;
        assert_eq!(temperature.status(), 503);
        let shown = [
            ready,
            temperature.text().await.unwrap(),
            app.json("/api/v1/status").await.to_string(),
            app.json("/api/v1/boxes").await.to_string(),
        ];
        for body in shown {
            assert!(!body.contains(SECRET) && !body.contains(&upstream) && !body.contains(&keys), "{body}");
        }
    }
}

/// A proxy that nobody answers at, and its address.
const PROXY: (&str, &str) = ("http://bee:honey@127.0.0.1:9", "http://127.0.0.1:9");

#[test]
fn the_demo_asks_no_proxy_for_its_own_simulation() {
    let folder = tempfile::tempdir().unwrap();
    let mut demo = hivebox(folder.path());
    demo.args(["demo", "--listen", "127.0.0.1:0", "--stations", "50"]);
    for variable in ["HTTP_PROXY", "http_proxy", "ALL_PROXY"] {
        demo.env(variable, PROXY.0);
    }
    let (running, line) = Running::start(&mut demo);
    let address = address_in(&line);
    assert!(get(address, "/temperature").starts_with("HTTP/1.1 200"));
    drop(running);
}

#[test]
fn an_error_names_the_proxy_without_its_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hivebox(folder.path());
    command.args(["temperature", "--upstream", "https://api.example", "--upstream-retries", "0"]);
    let failed = command.env("HTTPS_PROXY", PROXY.0).stdin(Stdio::null()).output().unwrap();
    let told = String::from_utf8_lossy(&failed.stderr);
    assert!(!failed.status.success());
    assert!(told.contains(&format!("through the proxy {}", PROXY.1)) && !told.contains("honey"), "{told}");
}
