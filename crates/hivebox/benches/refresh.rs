//! The time from the bytes of an answer to a mean, compared with the time of other parsers for the bytes alone.
//!
//! All run in turn on one core, round after round, so that other load on the machine affects all of them. The best
//! round of each counts. Prints GB/s, ratios, and whether ten times the boxes take ten times as long.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use hivebox_config::{Config, Source};
use hivebox_present::{Clock, Present};
use hivebox_refresh::bridge::add_box;
use jiff::Timestamp;
use opensensemap::{Decoder, Limits};
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};
use serde::Deserialize;

const ROUNDS: usize = 15;
/// The number of bytes that a client reads from the network at a time.
const PIECE: usize = 64 << 10;

/// The fields of a box that the mean needs, borrowed from the answer.
#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct BorrowedBox<'a> {
    #[serde(borrow, rename = "_id")]
    id: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default)]
    exposure: Option<Cow<'a, str>>,
    #[serde(borrow)]
    sensors: Vec<BorrowedSensor<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct BorrowedSensor<'a> {
    #[serde(borrow, rename = "_id")]
    id: Cow<'a, str>,
    #[serde(borrow, default)]
    title: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    unit: Option<Cow<'a, str>>,
    #[serde(borrow, default, rename = "lastMeasurement")]
    last: Option<BorrowedMeasurement<'a>>,
}

#[derive(Deserialize)]
#[expect(dead_code, reason = "it is only read into")]
struct BorrowedMeasurement<'a> {
    #[serde(borrow)]
    value: Cow<'a, str>,
    #[serde(borrow, rename = "createdAt")]
    created_at: Cow<'a, str>,
}

fn answer(boxes: usize, as_of: Timestamp) -> Vec<u8> {
    let options = Options { seed: 1, stations: Stations::Generated(boxes), bad_share: 0.02 };
    let sim = SimServer::new(Simulation::new(options));
    sim.set_time(SimClock::Fixed(as_of));
    sim.boxes_body().flatten().collect()
}

/// All work of a refresh on an answer: decode, judge, summarise, and make the body of `/temperature`.
fn refresh(bytes: &[u8], as_of: Timestamp, config: &Config) -> Arc<Present> {
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), config.answer.rules, as_of);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    for piece in bytes.chunks(PIECE) {
        decoder.push(piece, &mut sink).unwrap();
    }
    decoder.finish(&mut sink).unwrap();
    let present = Present::of(readings.finish(), 0, &config.answer);
    assert!(present.answer.is_some());
    Arc::new(present)
}

fn time(run: impl FnOnce()) -> Duration {
    let started = Instant::now();
    run();
    started.elapsed()
}

fn main() {
    let as_of = Clock::system().now();
    let config = Config::read(&Source::default()).unwrap();
    let small = answer(15_000, as_of);
    let large = answer(150_000, as_of);
    let mut best = [Duration::MAX; 6];
    for round in 0..ROUNDS {
        let mut runs: Vec<(usize, Duration)> = vec![
            (0, time(|| drop(black_box(refresh(&small, as_of, &config))))),
            (1, time(|| drop(black_box(sonic_rs::from_slice::<Vec<BorrowedBox<'_>>>(&small).unwrap())))),
            (2, time(|| drop(black_box(serde_json::from_slice::<Vec<BorrowedBox<'_>>>(&small).unwrap())))),
            (3, time(|| _ = black_box(sonic_rs::from_slice::<serde::de::IgnoredAny>(&small).unwrap()))),
        ];
        if round % 3 == 0 {
            runs.push((4, time(|| drop(black_box(refresh(&large, as_of, &config))))));
        }
        for (program, took) in runs {
            best[program] = best[program].min(took);
        }
    }
    let rate = |took: Duration| small.len() as f64 / took.as_secs_f64() / 1e9;
    println!("{:.1} MB of 15,000 boxes, best of {ROUNDS} rounds, one core", small.len() as f64 / 1e6);
    for (name, took) in [
        ("HiveBox, bytes to mean of all", best[0]),
        ("sonic-rs into borrowed structs", best[1]),
        ("serde_json into borrowed structs", best[2]),
        ("sonic-rs, skipping alone", best[3]),
    ] {
        let ratio = took.as_secs_f64() / best[0].as_secs_f64();
        println!(
            "{name:<34} {:>7.2} ms {:>6.2} GB/s  {ratio:>5.2} times HiveBox's time",
            took.as_secs_f64() * 1e3,
            rate(took)
        );
    }
    let growth = best[4].as_secs_f64() / best[0].as_secs_f64();
    let size = large.len() as f64 / small.len() as f64;
    println!("150,000 boxes ({size:.2} times the bytes) take {growth:.2} times as long (goal: at most 10.5)");
    println!("goal: 1.30 GB/s, reached: {:.2} GB/s", rate(best[0]));
}
