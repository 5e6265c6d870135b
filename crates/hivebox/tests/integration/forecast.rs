//! `/api/v1/forecast`, with both simulated weather models.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use hivebox_present::Clock;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{Fault, FaultRule, ForecastFault, Options, SimClock, SimServer, Simulation, Stations};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::app::{TestApp, TestUpstream, header, json, pointers};

/// A HiveBox with a weather model beside its openSenseMap; both clocks stand still.
pub(crate) struct Forecasting {
    pub(crate) app: TestApp,
    pub(crate) upstream: TestUpstream,
}

/// The weather models, as the settings have them.
pub(crate) const SOURCES: [&str; 2] = ["open-meteo", "metno"];

impl Forecasting {
    /// One on a fine day in June, with other settings besides.
    pub(crate) async fn in_june(stations: Stations, source: &str, settings: &[(&str, &str)]) -> Self {
        let options = Options { seed: 1, stations, bad_share: 0.0 };
        let sim = SimServer::new(Simulation::new(options));
        let upstream = TestUpstream::with(sim, "127.0.0.1:0".parse().unwrap()).await;
        let noon = "2026-06-15T11:03:00Z".parse().unwrap();
        Self::at(noon, upstream, source, settings).await
    }

    pub(crate) async fn by(source: &str) -> Self {
        Self::at(Clock::system().now(), TestUpstream::start().await, source, &[]).await
    }

    async fn at(now: Timestamp, upstream: TestUpstream, source: &str, settings: &[(&str, &str)]) -> Self {
        upstream.sim.set_time(SimClock::Fixed(now));
        let forecast = if source == "off" { source.to_owned() } else { format!("{source}:{}", upstream.url) };
        let own = [
            ("forecast", forecast.as_str()),
            ("contact", "keeper@example.org"),
            ("forecast-budget", "off"),
            ("forecast-timeout", "1s"),
            ("rate-limit", "off"),
        ];
        let is_left = |name: &str| settings.iter().all(|(other, _)| *other != name);
        let own = own.iter().filter(|(name, _)| is_left(name));
        let all: Vec<(&str, String)> =
            own.chain(settings).map(|(name, value)| (*name, (*value).to_owned())).collect();
        let app = TestApp::with_clock(&upstream.url, &all, [], &Clock::still_at(now)).await;
        app.wait_for("/temperature", "there", |response| response.status().is_success()).await;
        Self { app, upstream }
    }

    /// A place with a good outdoor thermometer.
    pub(crate) async fn place(&self) -> String {
        let reading = self.app.confirmed_temperature().await;
        format!("lat={}&lon={}", reading["latitude"], reading["longitude"])
    }

    /// Makes the weather model fail, though not openSenseMap.
    pub(crate) fn break_source(&self, fault: &Fault) {
        let rule = |path: &str| FaultRule {
            fault: fault.clone(),
            times: None,
            path: Some(path.into()),
            share: None,
        };
        let paths = ["/v1/forecast", "/weatherapi/locationforecast/2.0/compact"];
        self.upstream.sim.faults().replace(paths.map(rule).to_vec()).unwrap();
    }

    /// Lets time pass here and there, with a poll in between.
    pub(crate) async fn let_time_pass(&self, minutes: i64) {
        let before = self.app.json("/api/v1/conditions?phenomenon=air_temperature").await["as_of"].clone();
        self.app.let_time_pass(SignedDuration::from_mins(minutes));
        self.upstream.sim.set_time(SimClock::Fixed(self.app.clock.now()));
        let path = "/api/v1/conditions?phenomenon=air_temperature";
        self.app.until(path, "a new present", |now| now["as_of"].is_string() && now["as_of"] != before).await;
    }
}

fn numbers(ranged: &Value) -> [f64; 5] {
    ["low_95", "low_68", "value", "high_68", "high_95"].map(|name| ranged[name].as_f64().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coming_hours_have_ranges_and_an_origin_with_either_source() {
    for source in SOURCES {
        let forecasting = Forecasting::by(source).await;
        let (app, place) = (&forecasting.app, forecasting.place().await);
        let response = app.get(&format!("/api/v1/forecast?{place}&height=100")).await;
        assert_eq!(response.status(), 200, "{source}");
        assert!(header(&response, "link").contains("licenses/by/4.0/>; rel=\"license\""), "{source}");
        let forecast = json(response).await;
        let hours = forecast["hours"].as_array().unwrap();
        assert_eq!(hours.len(), 48, "{source}");
        let now = app.clock.now();
        for (index, hour) in hours.iter().enumerate() {
            let at: Timestamp = hour["at"].as_str().unwrap().parse().unwrap();
            let ahead = at.duration_since(now) - SignedDuration::from_hours(index as i64);
            assert!(ahead <= SignedDuration::ZERO && ahead > -SignedDuration::from_hours(1), "{hour}");
            for name in ["air_temperature", "relative_humidity", "wind_speed", "precipitation"] {
                assert!(numbers(&hour[name]).is_sorted(), "{source} {name}: {hour}");
            }
            assert!((0.0..=100.0).contains(&hour["precipitation_probability"].as_f64().unwrap()));
        }
        let spread = |hour: &Value| {
            let [low, .., high] = numbers(&hour["air_temperature"]);
            high - low
        };
        assert!(spread(&hours[40]) > spread(&hours[1]), "the further ahead, the less certain");
        let origin = &forecast["origin"];
        assert_eq!(origin["licence"], "CC BY 4.0", "{origin}");
        assert!(origin["attribution_link"].as_str().unwrap().starts_with("https://"), "{origin}");
        let tenths = origin["cell"]["latitude"].as_f64().unwrap() * 10.0;
        assert!((tenths - tenths.round()).abs() < 1e-9, "{origin}");
        assert!(origin["corrected_by"]["boxes"].as_i64().unwrap() > 0, "{origin}");
        assert!(origin["corrected_by"]["nearest_km"].as_f64().unwrap() < 1.0, "{origin}");
        assert!(origin["corrected_by"]["difference_kelvin"].as_f64().unwrap().abs() < 20.0, "{origin}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn far_from_all_boxes_a_forecast_is_that_of_the_model() {
    let Forecasting { app, .. } = Forecasting::by("open-meteo").await;
    let forecast = app.json("/api/v1/forecast?lat=-75&lon=-120&hours=168").await;
    assert!(forecast["origin"]["corrected_by"].is_null(), "{forecast}");
    assert_eq!(forecast["hours"].as_array().unwrap().len(), 168);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_opensensemap_is_down_the_weather_model_answers_alone_and_says_its_age() {
    let forecasting = Forecasting::in_june(Stations::Generated(300), "open-meteo", &[]).await;
    let Forecasting { app, upstream } = &forecasting;
    let place = forecasting.place().await;
    let paths = ["forecast", "chores"].map(|name| format!("/api/v1/{name}?{place}&height=100"));
    for path in &paths {
        assert_eq!(app.json(path).await["boxes_heard"], 300);
    }
    let down = FaultRule { path: Some("/boxes".into()), ..Fault::Status { status: 500 }.into() };
    upstream.sim.faults().set(down).unwrap();
    let let_time_pass = |minutes| {
        app.let_time_pass(SignedDuration::from_mins(minutes));
        upstream.sim.set_time(SimClock::Fixed(app.clock.now()));
    };
    // From 11:03, when boxes and model were asked, to 11:33.
    let_time_pass(30);
    let [forecast, chores] = [app.json(&paths[0]).await, app.json(&paths[1]).await];
    assert_eq!(forecast["as_of"], "2026-06-15T11:03:00Z");
    for origin in [&forecast["origin"], &chores["forecast"]["origin"]] {
        assert_eq!(origin["age_seconds"], 27 * 60, "at 11:30: {origin}");
    }
    let modelled = |chores: &Value| -> Vec<Value> {
        let chores = chores["chores"].as_array().unwrap();
        let inputs = chores.iter().flat_map(|chore| chore["inputs"].as_array().unwrap());
        inputs.filter(|input| input["origin"] == "model").cloned().collect()
    };
    assert!(modelled(&chores).iter().all(|input| input["age_seconds"] == 27 * 60), "{chores}");
    assert!(!modelled(&chores).is_empty(), "{chores}");
    // No reading is current any longer.
    let_time_pass(90);
    assert_eq!(app.get("/api/v1/readings?phenomenon=air_temperature").await.status(), 503);
    let [forecast, chores] = [app.json(&paths[0]).await, app.json(&paths[1]).await];
    assert_eq!((&forecast["boxes_heard"], &chores["boxes_heard"]), (&0.into(), &0.into()));
    assert_eq!(forecast["origin"]["corrected_by"], Value::Null);
    assert_eq!(forecast["hours"].as_array().unwrap().len(), 48);
    assert!(modelled(&chores).len() > 5, "{chores}");
    assert!(!chores.to_string().contains("\"measured\""), "{chores}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_estimate_of_the_model_says_for_which_height_it_is() {
    let forecasting = Forecasting::in_june(Stations::Generated(300), "open-meteo", &[]).await;
    for (height, expected) in [("", Value::Null), ("&height=500", 500.0.into())] {
        let path =
            format!("/api/v1/conditions?lat=-75&lon=-120&phenomenon=air_temperature,wind_speed{height}");
        let answer = forecasting.app.json(&path).await;
        let estimates = answer["conditions"].as_array().unwrap().iter().map(|it| &it["estimate"]);
        let heights: Vec<_> = estimates.map(|it| (it["origin"].clone(), it["height"].clone())).collect();
        let model: Value = "model".into();
        assert_eq!(heights, [(model.clone(), expected), (model, Value::Null)], "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_has_the_same_hours() {
    let forecasting = Forecasting::by("open-meteo").await;
    let path = format!("/api/v1/forecast?{}&hours=30", forecasting.place().await);
    let hours = forecasting.app.json(&path).await["hours"].as_array().unwrap().clone();
    let csv = forecasting.app.get(&format!("{path}&format=csv")).await.text().await.unwrap();
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    assert_eq!((names[0], names[1], names.len()), ("at", "air_temperature", 28));
    let of_csv: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(of_csv.len(), hours.len());
    let bytes = forecasting.app.get(&format!("{path}&format=parquet")).await.bytes().await.unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).unwrap().build().unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let [batch] = &batches[..] else { panic!("{} batches", batches.len()) };
    let at = batch.column(0).as_primitive::<TimestampMillisecondType>();
    for (row, hour) in hours.iter().enumerate() {
        let moment: Timestamp = hour["at"].as_str().unwrap().parse().unwrap();
        assert_eq!((of_csv[row][0].parse().ok(), at.value(row)), (Some(moment), moment.as_millisecond()));
        for (column, name) in names.iter().enumerate().skip(1).take(26) {
            let quantity = name.strip_suffix("_68").or(name.strip_suffix("_95")).unwrap_or(name);
            let quantity =
                quantity.strip_suffix("_low").or(quantity.strip_suffix("_high")).unwrap_or(quantity);
            let value = match name.strip_prefix(&format!("{quantity}_")) {
                Some(part) => &hour[quantity][part],
                None if hour[quantity].is_object() => &hour[quantity]["value"],
                None => &hour[quantity],
            };
            let value = value.as_f64().unwrap();
            assert_eq!(of_csv[row][column].parse(), Ok(value), "{name}");
            let cells = batch.column_by_name(name).unwrap().as_primitive::<Float64Type>();
            assert_eq!((cells.null_count(), cells.value(row)), (0, value), "{name}");
        }
        assert_eq!(of_csv[row][27], "open-meteo");
    }
    let arrow = forecasting.app.get(&format!("{path}&format=arrow")).await;
    assert_eq!(header(&arrow, "content-type"), "application/vnd.apache.arrow.stream");
    assert!(header(&arrow, "link").contains("rel=\"author\""));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unchanged_forecast_is_not_sent_again() {
    let forecasting = Forecasting::by("metno").await;
    let path = format!("/api/v1/forecast?{}", forecasting.place().await);
    let tag = forecasting.app.get(&path).await.headers()["etag"].clone();
    let again = forecasting.app.request(&path).header("if-none-match", tag).send().await.unwrap();
    assert_eq!(again.status(), 304);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_forecast_the_problem_says_why_and_when_to_try_again() {
    let off = TestApp::over(&TestUpstream::start().await).await;
    let response = off.get("/api/v1/forecast?lat=52.5&lon=13.4").await;
    assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (404, ""));
    assert!(json(response).await["detail"].as_str().unwrap().contains("HIVEBOX_FORECAST"));

    for source in SOURCES {
        let forecasting = Forecasting::by(source).await;
        forecasting.break_source(&Fault::Status { status: 500 });
        let response = forecasting.app.get("/api/v1/forecast?lat=52.5&lon=13.4").await;
        assert_eq!((response.status().as_u16(), header(&response, "retry-after")), (503, "60"), "{source}");
        assert!(json(response).await["detail"].as_str().unwrap().contains("weather model"), "{source}");
    }
}

#[tokio::test]
async fn a_place_and_a_number_of_hours_are_checked() {
    let app = TestApp::over(&TestUpstream::start().await).await;
    let response = app.get("/api/v1/forecast?hours=169&height=high").await;
    assert_eq!(response.status(), 400);
    let problem = json(response).await;
    assert_eq!(pointers(&problem), ["#/query/lat", "#/query/lon", "#/query/height", "#/query/hours"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forecast_serves_on_for_six_hours_and_says_its_age() {
    let forecasting = Forecasting::by("open-meteo").await;
    let path = format!("/api/v1/forecast?{}", forecasting.place().await);
    assert_eq!(forecasting.app.get(&path).await.status(), 200);
    forecasting.break_source(&Fault::Status { status: 503 });
    for _ in 0..5 {
        forecasting.let_time_pass(60).await;
    }
    let forecast = forecasting.app.json(&path).await;
    let age = forecast["origin"]["age_seconds"].as_i64().unwrap();
    assert!((4 * 3600 + 1800..=5 * 3600).contains(&age), "{age}");
    forecasting.let_time_pass(61).await;
    assert_eq!(forecasting.app.get(&path).await.status(), 503);
}

/// What the API says about the forecast beside an answer that does not need one.
async fn states(app: &TestApp, place: &str) -> Vec<Value> {
    let mut states = Vec::new();
    for path in ["/api/v1/chores", "/api/v1/conditions"] {
        let response = app.get(&format!("{path}?{place}")).await;
        assert_eq!(response.status(), 200, "{path}");
        states.push(json(response).await["forecast"].clone());
    }
    states
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_the_weather_model_does_no_other_request_fails_and_each_says_so() {
    let faults = [
        Fault::Status { status: 500 },
        Fault::TooManyRequests { retry_after: 600 },
        Fault::Delay { millis: 5000 },
        Fault::Truncated { after_bytes: None },
        Fault::Forecast { how: ForecastFault::AbsurdValues },
        Fault::Forecast { how: ForecastFault::StuckRun },
        Fault::Forecast { how: ForecastFault::Nulls },
    ];
    for source in SOURCES {
        for fault in &faults {
            let forecasting = Forecasting::by(source).await;
            forecasting.break_source(fault);
            for state in states(&forecasting.app, &forecasting.place().await).await {
                let asks_for_pause = matches!(fault, Fault::TooManyRequests { .. });
                let expected = if asks_for_pause { "paused" } else { "source_failed" };
                assert_eq!(state["state"], expected, "{source} {fault:?}");
                assert!(state["why"].as_str().unwrap().ends_with('.') && state["origin"].is_null());
            }
        }
    }
    let off = Forecasting::in_june(Stations::Generated(300), "off", &[]).await;
    for state in states(&off.app, &off.place().await).await {
        assert_eq!(state["state"], "off");
        assert!(state["why"].as_str().unwrap().contains("HIVEBOX_FORECAST"), "{state}");
    }
    let stations = Stations::Generated(300);
    let spent = Forecasting::in_june(stations, "open-meteo", &[("forecast-budget", "100")]).await;
    let mut seen = Vec::new();
    for latitude in 0..7 {
        seen.extend(states(&spent.app, &format!("lat={latitude}&lon=8")).await);
    }
    assert!(seen[0]["state"] == "known" && seen[13]["state"] == "budget_spent", "{seen:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_box_measures_the_conditions_are_those_of_the_model() {
    for source in SOURCES {
        let Forecasting { app, .. } = Forecasting::by(source).await;
        let here = app.json("/api/v1/conditions?lat=-75&lon=-120").await;
        assert_eq!(here["forecast"]["origin"]["source"], source);
        let of = |slug: &str| {
            let all = here["conditions"].as_array().unwrap();
            all.iter().find(|condition| condition["phenomenon"] == slug).cloned()
        };
        for slug in ["air_temperature", "relative_humidity", "wind_speed", "precipitation_rate"] {
            let condition = of(slug).unwrap_or_else(|| panic!("{source}: no {slug} in {here}"));
            let estimate = &condition["estimate"];
            assert_eq!((&estimate["origin"], &estimate["boxes"]), (&"model".into(), &0.into()), "{slug}");
            assert!(
                estimate["nearest_km"].is_null() && estimate["low"].as_f64() <= estimate["value"].as_f64()
            );
            assert_eq!((&condition["count"], &condition["mean"]), (&0.into(), &Value::Null), "{slug}");
        }
        assert!(of("pm10").is_none(), "the model does not know it");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_boxes_measure_the_model_is_not_asked() {
    let forecasting = Forecasting::by("open-meteo").await;
    let path = format!("/api/v1/conditions?{}&phenomenon=air_temperature", forecasting.place().await);
    let here = forecasting.app.json(&path).await;
    assert_eq!(here["conditions"][0]["estimate"]["origin"], "measured", "{here}");
    assert!(here.get("forecast").is_none(), "{here}");
    assert_eq!(forecasting.upstream.sim.forecast_questions().total(), 0);
}
