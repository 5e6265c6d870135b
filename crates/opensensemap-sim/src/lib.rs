//! A stand-in of the openSenseMap API: real stations, simulated weather, faults on demand.
//!
//! It is for tests, demonstrations and load: it needs no network, gives the same bytes for the same seed and time, and fails as
//! the real one does whenever it is told to.
//!
//! ```
//! use opensensemap_sim::{Clock, Fault, Options, SimServer, Simulation, Stations, serve};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulation = Simulation::new(Options { stations: Stations::Generated(50), ..Options::default() });
//! let now = "2026-11-24T12:00:00Z".parse()?;
//! let active = simulation.boxes_at(now).filter(|item| item.last_measurement_at().is_some()).count();
//! assert!(active > 20);
//!
//! let sim = SimServer::new(simulation);
//! sim.set_time(Clock::Fixed(now));
//! sim.faults().set(Fault::Status { status: 503 })?;
//!
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//! let url = format!("http://{}/boxes?full=true", listener.local_addr()?);
//! let server = tokio::spawn(serve(listener, sim.clone(), std::future::pending()));
//! // … ask `url`, get 503, and see in `sim.requests().count("/boxes")` how often it was asked.
//! # drop(url);
//! # server.abort();
//! # Ok(())
//! # }
//! ```
//!
//! # What is real and what is not
//!
//! The 11,390 stations are those of 2023-02-28, with their places (to a kilometre), sensors, and disorder of titles and units; see
//! `data/README.md`. Names are made up. Readings come from a small model of the weather that is the same everywhere at one time: see
//! [`Simulation`]. A share of the sensors is bad in the ways that are known from the wild: see [`Defect`].
//!
//! # What of the API there is
//!
//! * `GET /boxes` with `full`, `minimal`, `name` and `limit`, `date` and `phenomenon`, `exposure`, `model`, `bbox`, `near` and
//!   `maxDistance`, `classify`, `format=geojson`, `grouptag`, with the checks and error texts of the real one. Tags are
//!   made up, since the stations have lost theirs; `name` is part of a name, not a regular expression; `bbox` looks at where a box is,
//!   not where it has been. Like the real one it streams: a fault within the body comes after the 200.
//! * `GET /boxes/:id`, also with `format=geojson`; `GET /stats`, without `human`; `GET /`.
//! * Answers are made anew for each request, though they say `max-age=300`: the real one caches them for so long.
//! * `GET` and `POST /boxes/data`, without `outliers`; `GET /boxes/:id/data/:sensorId`. They have the limits that users find out by
//!   themselves: no more than 10,000 values, and none at all for a time of more than 31 days; neither is told. A box has always
//!   been where it is.
//! * The daily archive, which the real one has on a host of its own, below `/archive/`: folders of days, and in them of boxes
//!   ([`SenseBox::archive_folder`]), with `<sensor>-<date>.csv` and `<folder>-<date>.json`. A day is there once it is over; what
//!   measured nothing is not.
//! * No statistics, nothing that writes.
//!
//! # What it adds
//!
//! `GET /_sim/` describes the routes by which another process sets faults and counts requests; the header [`FAULT_HEADER`] makes one
//! request fail; a test in the same process uses the handle [`SimServer`].
//!
//! # Layout
//!
//! `catalogue` knows the stations, `weather` the weather, `phenomenon` and `reading` what a sensor makes of it, `schedule` when,
//! `defect` what goes wrong with it; `simulation` and `sense_box` join them. `query` and `row` speak the API's language; `routes`,
//! `answer` and `server` its HTTP; `fault` breaks it.

pub use catalogue::{Exposure, Place, Stations};
pub use clock::Clock;
pub use defect::Defect;
pub use fault::{FAULT_HEADER, Fault, FaultRule, Faults, InvalidFault, MAX_BOMB_BYTES, MAX_DELAY_MILLIS};
pub use object_id::{InvalidObjectId, ObjectId};
pub use requests::Requests;
pub use sense_box::{Measurement, SenseBox, SensorAt};
pub use server::{SimServer, router, serve};
pub use simulation::{Options, Simulation};
pub use value::Value;

mod answer;
mod catalogue;
mod clock;
mod defect;
mod error;
mod fault;
mod object_id;
mod phenomenon;
mod query;
mod reading;
mod requests;
mod routes;
mod row;
mod schedule;
mod seed;
mod sense_box;
mod server;
mod simulation;
mod value;
mod weather;
