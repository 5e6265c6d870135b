//! Forecasts of MET Norway: the contact, `Expires`, and answers that nothing has changed.

use std::io::Read;
use std::net::TcpListener;
use std::sync::mpsc;

use hivebox_present::NoForecast;
use jiff::SignedDuration;

use crate::app::{TestApp, TestUpstream};
use crate::forecast_sharing::{Replicas, cell};

const UNCHANGED: &str = "hivebox_forecast_fetches_total{outcome=\"unchanged\"}";
const FETCHED: &str = "hivebox_forecast_fetches_total{outcome=\"fetched\"}";

fn metno(url: &str, contact: &'static str) -> [(&'static str, String); 2] {
    [("forecast", format!("metno:{url}")), ("contact", contact.to_owned())]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_forecast_holds_until_it_expires_and_an_unchanged_one_is_young_again() {
    let upstream = TestUpstream::start().await;
    let forecast = metno(&upstream.url, "bees@example.org");
    let settings: Vec<(&str, &str)> = forecast.iter().map(|(name, value)| (*name, value.as_str())).collect();
    // The edition of 12 o'clock is out at 12:18 at the latest, and the next one at 13:03 at the earliest.
    let start = "2026-11-30T12:20:00Z".parse().unwrap();
    let replicas = Replicas::over(upstream, start, 2, &settings).await;
    let first = replicas.ask(0, cell(1)).await.unwrap();
    assert_eq!(replicas.ask(1, cell(1)).await.unwrap(), first, "replicas share it");
    let holds_for = first.expires_at.duration_since(start).as_mins();
    assert!((26..=33).contains(&holds_for), "{holds_for} minutes");
    assert!(first.updated_at.is_some_and(|at| at < start));
    replicas.let_time_pass(26);
    assert_eq!(replicas.ask(0, cell(1)).await.unwrap(), first);
    assert_eq!(replicas.questions(), 1);

    replicas.let_time_pass(10);
    let second = replicas.until_renewed(0, cell(1)).await;
    assert_eq!((&second.hours, second.updated_at), (&first.hours, first.updated_at));
    assert!(second.expires_at > replicas.clock.now());
    assert_eq!(replicas.until_renewed(1, cell(1)).await, second);
    let sum =
        async |series: &str| replicas.apps[0].metric(series).await + replicas.apps[1].metric(series).await;
    assert_eq!((sum(UNCHANGED).await, sum(FETCHED).await, replicas.questions()), (1.0, 1.0, 2));

    replicas.let_time_pass(40);
    let third = replicas.until_renewed(1, cell(1)).await;
    assert!(third.updated_at > second.updated_at, "the next edition");
    assert_eq!(third.hours.first(), first.hours.first(), "past hours are kept");
    assert_eq!((sum(UNCHANGED).await, sum(FETCHED).await, replicas.questions()), (1.0, 2.0, 3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_user_agent_has_the_contact_and_the_question_is_about_a_coarse_place() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut text = String::new();
        let mut byte = [0];
        while !text.ends_with("\r\n\r\n") && stream.read(&mut byte).unwrap() == 1 {
            text.push(byte[0].into());
        }
        sender.send(text).unwrap();
    });
    let upstream = TestUpstream::start().await;
    let forecast = metno(&url, "https://example.org/hive");
    let settings: Vec<(&str, &str)> = forecast.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let app = TestApp::with(&upstream.url, &settings).await;
    let asked = app.serves.forecasts.ask(cell(1), app.clock.now(), crate::app::PATIENCE).await;
    assert_eq!(asked, Err(NoForecast::SourceFailed), "the connection is closed");
    let head = receiver.recv().unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert!(head.contains(&format!("user-agent: hivebox/{version} https://example.org/hive\r\n")), "{head}");
    assert!(head.starts_with("GET /weatherapi/locationforecast/2.0/compact?lat=45&lon=5.1 "), "{head}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_and_the_source_is_left_alone() {
    let upstream = TestUpstream::start().await;
    // A mail address, but the simulation takes none without a domain's name.
    let forecast = metno(&upstream.url, "bees@10.0.0.1");
    let settings: Vec<(&str, &str)> = forecast.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let app = TestApp::at_a_still_time(&upstream, &settings).await;
    let ask = async |number| {
        let forecasts = &app.serves.forecasts;
        forecasts.ask(cell(number), app.clock.now(), crate::app::PATIENCE).await
    };
    for number in 1..10 {
        let answer = ask(number).await;
        assert!(matches!(answer, Err(NoForecast::SourceFailed | NoForecast::Paused { .. })), "{answer:?}");
    }
    assert_eq!(app.metric("hivebox_forecast_fetches_total{outcome=\"forbidden\"}").await, 1.0);
    assert_eq!(app.metric("hivebox_forecast_fetches_total{outcome=\"paused\"}").await, 8.0);
    assert!(!app.json("/api/v1/status").await["forecast"]["down_since"].is_null());
    assert_eq!(app.json("/readyz").await["ready"], true);
    app.let_time_pass(SignedDuration::from_mins(11));
    assert!(ask(1).await.is_err());
    assert_eq!(app.metric("hivebox_forecast_fetches_total{outcome=\"forbidden\"}").await, 2.0);
}
