//! The stand-in as a client sees it: over HTTP, on a port of its own.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod boxes;
mod data;
mod faults;
mod forecast_error;
mod forecast_faults;
mod met_norway;
mod open_meteo;
mod server;
