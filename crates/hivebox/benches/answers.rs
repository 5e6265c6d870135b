//! What the answers about one place cost: chores with and without a forecast, and the coming hours, each with its JSON.
//!
//! The boxes are those of openSenseMap, the last three days of all outdoor boxes are known, and so is the forecast of
//! the place. Each question is asked at many places. The time of a place is the median of many runs on one core; the
//! median and the maximum over the places are printed.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use forecast_sources::OpenMeteo;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::chores::{Language, Told};
use hivebox_climate::estimate::Spot;
use hivebox_climate::extremes::{Extremes, TemperatureObservation};
use hivebox_climate::forecast::{ForecastCell, ModelHours, ModelHoursBuilder};
use hivebox_climate::place::{Exposure, Position};
use hivebox_climate::quantity::{Celsius, Metres};
use hivebox_climate::readings::ReadingsBuilder;
use hivebox_config::{Config, Source};
use hivebox_present::{CellForecast, Clock, NoForecast, Present};
use hivebox_question::at_place::PlaceForecast;
use hivebox_question::chores::AskChores;
use hivebox_question::forecast::AskForecast;
use hivebox_refresh::bridge::add_box;
use jiff::{SignedDuration, Timestamp};
use opensensemap::{Decoder, Limits};
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};
use serde::Serialize;
use tokio::time::Instant;

const PLACES: usize = 101;
const ROUNDS: usize = 25;
const GOAL_MICROS: f64 = 300.0;

/// Of the real boxes, as of a moment.
fn present(as_of: Timestamp) -> Present {
    let sim = SimServer::new(Simulation::new(Options { stations: Stations::Real, ..Options::default() }));
    sim.set_time(SimClock::Fixed(as_of));
    let config = Config::read(&Source::default()).unwrap();
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), config.answer.rules, as_of);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    for piece in sim.boxes_body() {
        decoder.push(&piece, &mut sink).unwrap();
    }
    decoder.finish(&mut sink).unwrap();
    let present = Present::of(readings.finish(), 0, &config.answer);
    // Once a present, not once a question.
    let _ = present.detail();
    present
}

/// Warm days and cold nights.
fn celsius(hour: i64) -> f64 {
    14.0 + 6.0 * (hour as f64 / 24.0 * std::f64::consts::TAU).sin()
}

fn extremes(present: &Present, as_of: Timestamp) -> Extremes {
    let mut extremes = Extremes::default();
    let outdoor = || {
        let readings = &present.readings;
        readings
            .iter()
            .filter(|reading| reading.exposure() == Exposure::Outdoor)
            .map(|reading| reading.box_id())
    };
    for hour in 0..72 {
        let observed = outdoor().map(|box_id| TemperatureObservation {
            box_id,
            measured_at: as_of - SignedDuration::from_hours(hour),
            temperature: Celsius(celsius(-hour)),
        });
        extremes.add(as_of, observed);
    }
    extremes
}

fn model(as_of: Timestamp) -> ModelHours {
    let mut builder = ModelHoursBuilder::new(as_of - SignedDuration::from_hours(72), Some(Metres(60.0)));
    for hour in -72..240_i64 {
        let rains = hour.rem_euclid(60) < 5;
        builder.push([
            Some(celsius(hour) + 1.0),
            Some(70.0),
            Some(2.0 + 3.0 * (hour as f64 / 17.0).sin().abs()),
            Some(6.0),
            Some(if rains { 0.8 } else { 0.0 }),
            Some(if rains { 80.0 } else { 4.0 }),
        ]);
    }
    builder.finish()
}

/// The median time in µs to answer a question and to write the answer.
fn micros<B: Serialize>(answer: impl Fn() -> B) -> f64 {
    let mut times: Vec<Duration> = (0..ROUNDS)
        .map(|_| {
            let started = Instant::now();
            black_box(serde_json::to_vec(&black_box(answer())).unwrap());
            started.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[ROUNDS / 2].as_secs_f64() * 1e6
}

fn print(name: &str, mut micros: Vec<f64>) -> f64 {
    micros.sort_by(f64::total_cmp);
    let (median, most) = (micros[micros.len() / 2], micros[micros.len() - 1]);
    println!("{name:<40} {median:>8.1} µs, at most {most:>8.1} µs");
    median
}

fn main() {
    let now = Clock::system().now();
    let present = present(now);
    let extremes = extremes(&present, now);
    let forecast = Arc::new(CellForecast {
        hours: model(now),
        fetched_at: now,
        updated_at: None,
        expires_at: now + SignedDuration::from_hours(1),
    });
    let boxes = present.readings.boxes().filter_map(|one| Some(one.place()?.position()));
    let all: Vec<Position> = boxes.collect();
    let step = all.len() / PLACES;
    let places: Vec<Position> = all.into_iter().step_by(step.max(1)).take(PLACES).collect();
    let known = |position| {
        let cell = ForecastCell::of(position);
        Ok(PlaceForecast { source: &OpenMeteo::FACTS, cell, forecast: Arc::clone(&forecast) })
    };
    let spot = |position| Spot { position, height: Some(Metres(80.0)) };
    let chores = |position| AskChores {
        spot: spot(position),
        told: Told { broodless: Some(true), ..Told::default() },
        language: Language::English,
    };
    let of = |answer: &dyn Fn(Position) -> f64| places.iter().map(|position| answer(*position)).collect();
    let with = of(&|position| {
        let (asked, forecast) = (chores(position), known(position));
        micros(|| asked.answer(&present, &extremes, &forecast, now))
    });
    let without = of(&|position| {
        let (asked, forecast) = (chores(position), Err(NoForecast::Off));
        micros(|| asked.answer(&present, &extremes, &forecast, now))
    });
    let hours = of(&|position| {
        let (asked, forecast) = (AskForecast { spot: spot(position), hours: 168 }, known(position));
        micros(|| asked.answer(&present, &extremes, &forecast, now).unwrap())
    });
    println!(
        "{} places near {} boxes, median of {ROUNDS} runs each",
        places.len(),
        present.readings.box_count()
    );
    let reached = print("chores with a forecast", with);
    print("chores without one", without);
    print("the hours of a week", hours);
    println!("goal of chores with a forecast: {GOAL_MICROS} µs, reached: {reached:.1} µs");
}
