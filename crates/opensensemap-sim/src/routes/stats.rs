//! `GET /stats`: the numbers of boxes, of measurements, and of measurements in the last minute.

use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::handle::SimServer;
use crate::simulation::Simulation;

/// Roughly the number of measurements on 2023-02-28, and of new ones each minute.
const MEASUREMENTS: i64 = 9_000_000_000;
const SINCE: i64 = 1_677_542_400_000;
const PER_MINUTE: i64 = 4_000;

/// Answers like the real API, whose numbers may be five minutes old.
pub(crate) async fn stats(State(sim): State<SimServer>) -> impl IntoResponse {
    let now = sim.now().as_millisecond();
    let measurements = MEASUREMENTS + (now - SINCE).max(0) / 60_000 * PER_MINUTE;
    let numbers = [sim.simulation().len() as i64, measurements, in_the_last_minute(sim.simulation(), now)];
    ([(header::CACHE_CONTROL, "max-age=300")], Json(numbers))
}

fn in_the_last_minute(simulation: &Simulation, now: i64) -> i64 {
    let boxes = (0..simulation.len()).map(|index| simulation.box_at(index, now));
    let fresh = boxes.filter(|item| item.last_tick().is_some_and(|tick| tick > now - 60_000));
    fresh.map(|item| item.plain_sensors().count() as i64).sum()
}
