//! The cost of the quality checks for the readings of 15,000 senseBoxes on one core.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::quality::{Quality, QualityRules};
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::verdict;
use hivebox_present::Clock;
use hivebox_refresh::bridge::add_box;
use jiff::{SignedDuration, Timestamp};
use opensensemap::{Decoder, Limits};
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};

const BOXES: usize = 15_000;
const ROUNDS: usize = 31;
const GOAL_MILLIS: f64 = 100.0;

fn builder(sim: &SimServer, as_of: Timestamp) -> ReadingsBuilder<'static> {
    sim.set_time(SimClock::Fixed(as_of));
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), verdict::VerdictRules::default(), as_of);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    for piece in sim.boxes_body() {
        decoder.push(&piece, &mut sink).unwrap();
    }
    decoder.finish(&mut sink).unwrap();
    readings
}

/// The time of the best round.
fn best<T>(mut run: impl FnMut() -> T) -> f64 {
    let round = |_| {
        let started = Instant::now();
        black_box(run());
        started.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or(Duration::MAX).as_secs_f64() * 1e3
}

fn main() {
    let options = Options { seed: 1, stations: Stations::Generated(BOXES), bad_share: 0.02 };
    let sim = SimServer::new(Simulation::new(options));
    let as_of = Clock::system().now();
    let readings: Arc<Readings> = builder(&sim, as_of).finish();
    println!("{BOXES} senseBoxes, {} sensors, one core, best of {ROUNDS} rounds", readings.len());
    let checking = best(|| Quality::of(&readings, QualityRules::builtin(), || ()));
    let mut pauses = (Instant::now(), Duration::ZERO);
    Quality::of(&readings, QualityRules::builtin(), || {
        pauses.1 = pauses.1.max(pauses.0.elapsed());
        pauses.0 = Instant::now();
    });
    let verdict = if checking < GOAL_MILLIS { "met" } else { "MISSED" };
    println!("checking all readings  {checking:>6.1} ms, goal: under {GOAL_MILLIS} ms: {verdict}");
    println!("longest without giving way  {:.2} ms", pauses.1.as_secs_f64() * 1e3);
    let mut next: Vec<ReadingsBuilder> =
        (0..ROUNDS).map(|_| builder(&sim, as_of + SignedDuration::from_mins(5))).collect();
    let following = best(|| next.pop().map(|builder| builder.finish_after(Some(&readings))));
    println!("going on with the runs of the readings before  {following:.1} ms");
}
