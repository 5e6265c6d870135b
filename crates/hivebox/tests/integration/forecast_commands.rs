//! Forecasts on the command line: the doctor, and the demo with its own weather model.

use std::io::{BufRead, BufReader};
use std::process::{Output, Stdio};

use opensensemap_sim::{Fault, FaultRule, ForecastFault};
use serde_json::Value;

use crate::app::{TestUpstream, client, eventually, json};
use crate::commands::{Running, address_in, hivebox};
use crate::redis_server::free_port;

/// The finding of the doctor about the weather model, and its exit code.
async fn doctor(upstream: &TestUpstream, forecast: &str) -> (Value, Option<i32>) {
    let arguments = ["doctor", "--json", "--upstream", &upstream.url, "--forecast", forecast];
    let arguments = arguments.map(str::to_owned);
    // The simulation answers meanwhile.
    let run = tokio::task::spawn_blocking(move || -> Output {
        let folder = tempfile::tempdir().unwrap();
        let mut command = hivebox(folder.path());
        command.args(arguments).args(["--contact", "bees@10.0.0.1", "--upstream-retries", "0"]);
        command.args(["--forecast-timeout", "30s"]).output().unwrap()
    });
    let output = run.await.unwrap();
    let findings: Value = serde_json::from_slice(&output.stdout).unwrap();
    let finding = findings.as_array().unwrap().iter().find(|finding| finding["part"] == "forecast");
    (finding.unwrap_or_else(|| panic!("{findings}")).clone(), output.status.code())
}

#[tokio::test]
async fn the_doctor_asks_the_weather_model_and_knows_what_to_do_about_its_faults() {
    let upstream = TestUpstream::start().await;
    let open_meteo = format!("open-meteo:{}", upstream.url);
    let (good, code) = doctor(&upstream, &open_meteo).await;
    let found = good["found"].as_str().unwrap();
    assert!(found.starts_with("Open-Meteo: 2") && found.contains("with air_temperature"), "{good}");
    assert_eq!((&good["good"], code), (&true.into(), Some(0)), "{good}");

    let nobody = format!("open-meteo:http://127.0.0.1:{}", free_port());
    let metno = format!("metno:{}", upstream.url);
    for (forecast, fault, part_of_advice) in [
        (&open_meteo, Some(Fault::TooManyRequests { retry_after: 60 }), "lower HIVEBOX_FORECAST_BUDGET"),
        (&open_meteo, Some(Fault::Status { status: 503 }), "check HIVEBOX_FORECAST and the network"),
        (&open_meteo, Some(Fault::Forecast { how: ForecastFault::Nulls }), "check HIVEBOX_FORECAST"),
        (&metno, None, "set HIVEBOX_CONTACT"),
        (&nobody, None, "check HIVEBOX_FORECAST and the network"),
    ] {
        upstream.sim.faults().clear();
        if let Some(fault) = fault.clone() {
            let rule = FaultRule { path: Some("/v1/forecast".into()), ..fault.into() };
            upstream.sim.faults().set(rule).unwrap();
        }
        let (bad, code) = doctor(&upstream, forecast).await;
        assert_eq!((&bad["good"], code), (&false.into(), Some(69)), "{fault:?}: {bad}");
        assert!(bad["advice"].as_str().unwrap().contains(part_of_advice), "{fault:?}: {bad}");
    }
}

#[tokio::test]
async fn the_demo_has_a_weather_model() {
    let folder = tempfile::tempdir().unwrap();
    let demo = ["demo", "--listen", "127.0.0.1:0", "--stations", "300", "--past", "0s"];
    let (_running, line) = Running::start(hivebox(folder.path()).args(demo));
    let url = |path: &str| format!("http://{}{path}", address_in(&line));
    let client = client();
    let ask = async |path: &str| client.get(url(path)).send().await.unwrap();
    eventually("a forecast", async || ask("/api/v1/forecast?lat=52.5&lon=13.4").await.status() == 200).await;
    let forecast = &json(ask("/api/v1/status").await).await["forecast"];
    assert_eq!((&forecast["source"], &forecast["down_since"]), (&"open-meteo".into(), &Value::Null));
    assert_eq!((&forecast["cells"], &forecast["places_spent_today"]), (&1.into(), &1.into()));
    let answer = json(ask("/api/v1/forecast?lat=52.5&lon=13.4&hours=168").await).await;
    assert_eq!(answer["hours"].as_array().unwrap().len(), 168, "{answer}");
    let chores = json(ask("/api/v1/chores?lat=52.5&lon=13.4").await).await;
    assert_eq!(chores["forecast"]["state"], "known", "{chores}");
}

#[test]
fn the_demo_says_how_to_ask_it_about_a_place() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = hivebox(folder.path());
    command.args(["demo", "--listen", "127.0.0.1:0", "--stations", "300", "--past", "0s"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut running = Running(child);
    let mut lines = BufReader::new(running.0.stdout.take().unwrap()).lines().map(Result::unwrap);
    let welcome: Vec<String> = lines.by_ref().take_while(|line| !line.starts_with("Press")).collect();
    for route in ["/api/v1/chores?lat=52.52&lon=13.405", "/api/v1/forecast?lat=52.52&lon=13.405"] {
        assert!(welcome.iter().any(|line| line.ends_with(route)), "{welcome:?}");
    }
    let lines: Vec<&str> = welcome.iter().filter_map(|line| line.trim().strip_prefix("hivebox ")).collect();
    assert_eq!(lines.len(), 2, "{welcome:?}");
    for line in lines {
        let output = hivebox(folder.path()).args(line.split(' ')).output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && printed.contains("Open-Meteo"), "{line}: {printed}");
    }
}
