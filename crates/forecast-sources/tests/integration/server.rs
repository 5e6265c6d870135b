//! A server on loopback that answers as a test says, and remembers what it was asked.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A request that arrived.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// How many came before it.
    pub(crate) number: usize,
    pub(crate) path: String,
    pub(crate) query: BTreeMap<String, String>,
    pub(crate) headers: HeaderMap,
}

impl Asked {
    /// The numbers in a parameter, separated by commas.
    pub(crate) fn numbers(&self, name: &str) -> Vec<f64> {
        self.query[name].split(',').map(|number| number.parse().unwrap()).collect()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

impl Server {
    pub(crate) async fn start<F>(answer: F) -> Self
    where
        F: Fn(Asked) -> Response + Clone + Send + Sync + 'static,
    {
        Self::start_async(move |asked| std::future::ready(answer(asked))).await
    }

    pub(crate) async fn start_async<F, R>(answer: F) -> Self
    where
        F: Fn(Asked) -> R + Clone + Send + Sync + 'static,
        R: Future<Output = Response> + Send + 'static,
    {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let app = Router::new().fallback(move |request: Request| {
            let query = request.uri().query().unwrap_or_default();
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            let request = {
                let mut log = log.lock().unwrap();
                let asked = Asked {
                    number: log.len(),
                    path: request.uri().path().to_owned(),
                    query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                    headers: request.headers().clone(),
                };
                log.push(asked.clone());
                asked
            };
            answer(request)
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, asked, task }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// 2026-11-30, midnight.
const MIDNIGHT: i64 = 1_795_996_800;

/// What Open-Meteo says about a place: the temperature is the latitude.
pub(crate) fn place(latitude: f64, longitude: f64, number: usize) -> Value {
    let mut place = json!({
        "latitude": latitude, "longitude": longitude, "elevation": 38.0, "utc_offset_seconds": 0,
        "hourly_units": {
            "time": "unixtime", "temperature_2m": "°C", "relative_humidity_2m": "%", "wind_speed_10m": "m/s",
            "wind_gusts_10m": "m/s", "precipitation": "mm", "precipitation_probability": "%",
        },
        "hourly": {
            "time": (0..48).map(|hour| MIDNIGHT + hour * 3600).collect::<Vec<_>>(),
            "temperature_2m": vec![latitude; 48], "relative_humidity_2m": vec![80; 48],
            "wind_speed_10m": vec![3.4; 48], "wind_gusts_10m": vec![7.5; 48],
            "precipitation": vec![0.1; 48], "precipitation_probability": vec![40; 48],
        },
    });
    if number > 0 {
        place["location_id"] = number.into();
    }
    place
}

/// What Open-Meteo answers to a question.
pub(crate) fn places(asked: &Asked) -> Vec<Value> {
    let coordinates = asked.numbers("latitude").into_iter().zip(asked.numbers("longitude"));
    let places = coordinates.enumerate();
    places.map(|(number, (latitude, longitude))| place(latitude, longitude, number)).collect()
}

pub(crate) fn places_answer(asked: &Asked) -> Response {
    let mut places = places(asked);
    let body = if places.len() == 1 { places.remove(0) } else { Value::Array(places) };
    answer(200, &body.to_string())
}

/// What MET Norway says about a place.
pub(crate) fn feature(asked: &Asked) -> Value {
    let entry = |hour: i64| {
        let time = jiff::Timestamp::from_second(MIDNIGHT + hour * 3600).unwrap();
        let instant = json!({"air_temperature": 8.7, "wind_speed": 2.5, "relative_humidity": 48.6});
        let rain = json!({"details": {"precipitation_amount": 0.2}});
        json!({"time": time.to_string(), "data": {"instant": {"details": instant}, "next_1_hours": rain}})
    };
    let units = json!({
        "air_temperature": "celsius", "relative_humidity": "%", "wind_speed": "m/s",
        "precipitation_amount": "mm",
    });
    let (latitude, longitude) = (asked.numbers("lat")[0], asked.numbers("lon")[0]);
    json!({
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [longitude, latitude, 35]},
        "properties": {
            "meta": {"updated_at": "2026-11-30T11:04:26Z", "units": units},
            "timeseries": (12..36).map(entry).collect::<Vec<_>>(),
        },
    })
}

/// What either source answers to a question.
pub(crate) fn good(asked: &Asked) -> Response {
    if asked.path.contains("locationforecast") {
        answer(200, &feature(asked).to_string())
    } else {
        places_answer(asked)
    }
}

pub(crate) fn answer(status: u16, body: &str) -> Response {
    (StatusCode::from_u16(status).unwrap(), body.to_owned()).into_response()
}

/// Adds a header.
pub(crate) fn with(mut response: Response, name: &'static str, value: &str) -> Response {
    response.headers_mut().insert(name, value.parse().unwrap());
    response
}

/// An answer whose connection breaks after its first bytes.
pub(crate) fn broken(response: &str) -> Response {
    let first: Result<String, std::io::Error> = Ok(response.to_owned());
    let pieces = stream::iter([first, Err(std::io::Error::other("broken"))]);
    Response::new(Body::from_stream(pieces))
}
