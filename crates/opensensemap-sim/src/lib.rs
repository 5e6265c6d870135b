//! A simulator of the openSenseMap API and of two weather services: real stations, simulated weather,
//! faults on demand.
//!
//! Use it for tests, demonstrations and load tests. It needs no network, returns the same bytes for
//! the same seed and time, and fails on demand in the ways of the real API.
//!
//! ```
//! use opensensemap_sim::{SimClock, Fault, Options, SimServer, Simulation, Stations, serve};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulation = Simulation::new(Options { stations: Stations::Generated(50), ..Options::default() });
//! let now = "2026-11-24T12:00:00Z".parse()?;
//! let active = simulation.boxes_at(now).filter(|item| item.last_measurement_at().is_some()).count();
//! assert!(active > 20);
//!
//! let sim = SimServer::new(simulation);
//! sim.set_time(SimClock::Fixed(now));
//! sim.faults().set(Fault::Status { status: 503 })?;
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("http://{}/boxes?full=true", listener.local_addr()?);
//! let server = tokio::spawn(serve(listener, sim.clone(), std::future::pending()));
//! // … request `url`, get 503, and count with `sim.requests().count("/boxes")`.
//! # drop(url);
//! # server.abort();
//! # Ok(())
//! # }
//! ```
//!
//! # What is real and what is not
//!
//! The 11,390 stations are those of 2023-02-28, with their places (to a kilometre), their sensors,
//! and the disorder of their titles and units; see `data/README.md`. Names are made up. Readings
//! come from a small model of the weather: see [`Simulation`]. A share of the sensors has defects
//! known from real ones: see [`Defect`].
//!
//! # Supported parts of the API
//!
//! * `GET /boxes` with `full`, `minimal`, `name` and `limit`, `date` and `phenomenon`, `exposure`,
//!   `model`, `bbox`, `near` and `maxDistance`, `classify`, `format=geojson` and `grouptag`, with
//!   the checks and error texts of the real API. Tags are made up, since the list of stations has
//!   none; `name` matches part of a name, not a regular expression; `bbox` matches the current
//!   place of a box, not former ones. Like the real API it streams: a fault within the body comes
//!   after status 200.
//! * `GET /boxes/:id`, also with `format=geojson`; `GET /stats`, without `human`; `GET /`.
//! * Answers are made for each request although they say `max-age=300`, for which time the real API
//!   caches them.
//! * `GET` and `POST /boxes/data`, without `outliers`; `GET /boxes/:id/data/:sensorId`. They have
//!   the undocumented limits of the real API: at most 10,000 values, and an empty answer for more
//!   than 31 days. Boxes have never moved.
//! * The daily archive, which really is on a host of its own, under `/archive/`: folders for days,
//!   and in them for boxes ([`SimulatedBox::archive_folder`]), with `<sensor>-<date>.csv` and
//!   `<folder>-<date>.json`. A day appears once it is over; sensors and boxes without measurements
//!   do not appear.
//! * No statistics, and nothing that writes.
//!
//! # Weather services
//!
//! Beside openSenseMap it plays two services over the same weather, with a weather model of known
//! error ([`ForecastError`]). [`Simulation::weather_at`] is the truth, [`Simulation::model_at`] what the
//! model says.
//!
//! * Open-Meteo: `GET` and `POST /v1/forecast`, with `latitude`, `longitude` and `elevation`, `hourly`
//!   and `current`, `forecast_days`, `past_days`, the units, and GMT alone. Other parameters that would
//!   change the answer are refused. The model runs each hour; hours before the last run are of the run
//!   of that hour.
//! * MET Norway: `GET /weatherapi/locationforecast/2.0/compact`, with `lat`, `lon` and `altitude`. Both
//!   services have the same model, which real ones have not. It serves over plain HTTP.
//! * [`SimServer::forecast_questions`] counts the places that they were asked about, and
//!   [`SimServer::set_rate_limits`] limits how often.
//!
//! # Additions
//!
//! `GET /_sim/` describes the routes by which another process sets faults and counts requests. The
//! header [`FAULT_HEADER`] makes one request fail. A test in the same process uses the handle
//! [`SimServer`].
//!
//! # Layout
//!
//! `stations` knows the stations, `weather` the weather, `measurand` and `reading` what a sensor shows,
//! `schedule` when, and `defect` what goes wrong; `simulation` and `simulated_box` combine them.
//! `truth` is the weather without instruments, and `model` a weather model of known error.
//! `forecast` plays the weather services.
//! `query`, `row` and `json` speak the API's language; `handle`, `routes`, `answer` and `server` its
//! HTTP; `fault` breaks it.

pub use clock::SimClock;
pub use defect::Defect;
pub use fault::{
    FAULT_HEADER, Fault, FaultRule, Faults, ForecastFault, InvalidFault, MAX_BOMB_BYTES, MAX_DELAY_MILLIS,
};
pub use forecast::{AskedCell, ForecastQuestions, OpenMeteoLimits, RateLimits};
pub use handle::SimServer;
pub use model::{ForecastError, ModelOver, ModelWeather};
pub use object_id::{InvalidObjectId, ObjectId};
pub use requests::Requests;
pub use server::{router, serve};
pub use simulated_box::{Measurement, SensorAt, SimulatedBox};
pub use simulation::{Options, Simulation};
pub use stations::{BoxExposure, StationPlace, Stations};
pub use truth::{TrueWeather, TrueWeatherOver};
pub use value::ShownValue;

mod answer;
mod clock;
mod defect;
mod error;
mod fault;
mod forecast;
mod handle;
mod json;
mod measurand;
mod model;
mod object_id;
mod query;
mod reading;
mod requests;
mod routes;
mod row;
mod schedule;
mod seed;
mod server;
mod simulated_box;
mod simulation;
mod skill;
mod stations;
mod truth;
mod value;
mod weather;
