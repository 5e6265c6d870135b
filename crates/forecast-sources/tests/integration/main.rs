//! Behaviour of both sources against small servers on loopback that play each fault.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod both;
mod met_norway;
mod open_meteo;
mod server;

use std::time::Duration;

use forecast_sources::{
    Answer, FetchError, Forecast, HttpOptions, MetNorway, MetNorwayOptions, OpenMeteo, OpenMeteoOptions,
    Question, Source, Spot, Validator,
};
use jiff::Timestamp;
use tokio::time::Instant;

use server::Server;

/// 2026-11-30, 12:34:56 UTC.
fn now() -> Timestamp {
    "2026-11-30T12:34:56Z".parse().unwrap()
}

fn after(seconds: u64) -> Timestamp {
    now() + Duration::from_secs(seconds)
}

fn question(latitude_degrees: f64, longitude_degrees: f64) -> Question {
    Question { spot: Spot { latitude_degrees, longitude_degrees }, validator: None }
}

/// Options that retry at once.
fn quick(http: &mut HttpOptions) {
    http.min_retry_delay = Duration::from_millis(1);
    http.spacing = Duration::ZERO;
}

fn open_meteo(server: &Server, change: impl FnOnce(&mut OpenMeteoOptions)) -> OpenMeteo {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = OpenMeteoOptions::new(&server.url, "tests/1.0");
    quick(&mut options.http);
    change(&mut options);
    OpenMeteo::new(options).unwrap()
}

fn met_norway(server: &Server, change: impl FnOnce(&mut MetNorwayOptions)) -> MetNorway {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut options = MetNorwayOptions::new(&server.url, "tests/1.0 bee@example.org");
    quick(&mut options.http);
    change(&mut options);
    MetNorway::new(options).unwrap()
}

/// A deadline that no test reaches.
fn in_time() -> Instant {
    Instant::now() + Duration::from_mins(5)
}

/// The answer about Berlin.
async fn berlin(source: &dyn Source, now: Timestamp) -> Result<Forecast, FetchError> {
    match one(source, question(52.5, 13.4), now).await? {
        Answer::Forecast(forecast) => Ok(forecast),
        Answer::Unchanged { .. } => panic!("no validator was sent"),
    }
}

async fn one(source: &dyn Source, question: Question, now: Timestamp) -> Result<Answer, FetchError> {
    source.fetch(&[question], now, in_time()).await.pop().unwrap()
}

fn with_validator(text: &str) -> Question {
    Question { validator: Some(Validator(text.to_owned())), ..question(52.5, 13.4) }
}
