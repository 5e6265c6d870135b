//! The cost of sending a present of 15,000 senseBoxes to another replica through a real Redis.
//!
//! Publishing lasts from the present to the answer of Redis, taking over from the request to a servable present. Needs
//! `redis-server`, named by `HIVEBOX_TEST_REDIS_SERVER` or on the `PATH`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tokio::time::Instant;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use hivebox_config::{Config, Origin, Source};
use hivebox_present::{Clock, Poll, Present};
use hivebox_refresh::bridge::add_box;
use hivebox_refresh::lease::{Published, Tenure};
use hivebox_refresh::shared::Shared;
use opensensemap::{Decoder, Limits};
use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};

const BOXES: usize = 15_000;
const ROUNDS: usize = 31;
const GOAL_MILLIS: f64 = 30.0;
const GOAL_BYTES: f64 = 2e6;

struct Redis {
    process: Child,
    url: String,
}

impl Redis {
    fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let program = std::env::var_os("HIVEBOX_TEST_REDIS_SERVER").unwrap_or("redis-server".into());
        let arguments = ["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", ""];
        let process = Command::new(program).args(arguments).stdout(Stdio::null()).spawn().unwrap();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { process, url: format!("redis://127.0.0.1:{port}") }
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn present(config: &Config) -> Present {
    let as_of = Clock::system().now();
    let sim = SimServer::new(Simulation::new(Options {
        seed: 1,
        stations: Stations::Generated(BOXES),
        bad_share: 0.02,
    }));
    sim.set_time(SimClock::Fixed(as_of));
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), config.answer.rules, as_of);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    for piece in sim.boxes_body() {
        decoder.push(&piece, &mut sink).unwrap();
    }
    decoder.finish(&mut sink).unwrap();
    Present::of(readings.finish(), 0, &config.answer)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let redis = Redis::start();
    let named = [("cache".to_owned(), redis.url.clone())];
    let config = Config::read(&Source::default().with_names(Origin::Flag, named)).unwrap();
    let present = present(&config);
    let (publisher, reader) = (Shared::new(&config.cache), Shared::new(&config.cache));
    let Tenure::Here(lease) = publisher.look(true).await.unwrap().tenure else { panic!("the lease is free") };
    let poll = Poll::good(Clock::system().now());
    let (mut publishing, mut taking, mut bytes) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let outcome = publisher.publish(lease, &poll, Some(&present)).await.unwrap();
        publishing.push(started.elapsed().as_secs_f64() * 1e3);
        let Published::Yes { bytes: size } = outcome else { panic!("nobody else holds the lease") };
        bytes = size;
        publisher.look(true).await.unwrap();
        let started = Instant::now();
        let (readings, lost) = reader.fetch(config.answer.rules).await.unwrap().unwrap();
        let taken = Present::of(readings, lost, &config.answer);
        taking.push(started.elapsed().as_secs_f64() * 1e3);
        assert_eq!(taken.answer, present.answer, "both say the same");
    }
    let [publishing, taking] = [&mut publishing, &mut taking].map(|times| {
        times.sort_by(f64::total_cmp);
        (times[ROUNDS / 2], times[0], times[ROUNDS - 1])
    });
    println!(
        "{BOXES} senseBoxes, {} sensors, one core, {ROUNDS} rounds through a real Redis",
        present.readings.len()
    );
    for (what, (median, least, greatest)) in [("publishing", publishing), ("taking over", taking)] {
        println!("{what:<12} {median:>6.1} ms ({least:.1} to {greatest:.1})");
    }
    let both = publishing.0 + taking.0;
    let verdict = |met| if met { "met" } else { "MISSED" };
    println!("{:<12} {both:>6.1} ms, goal: under {GOAL_MILLIS} ms: {}", "both", verdict(both < GOAL_MILLIS));
    println!(
        "{:<12} {:>6.2} MB, goal: under {} MB: {}",
        "in Redis",
        bytes as f64 / 1e6,
        GOAL_BYTES / 1e6,
        verdict((bytes as f64) < GOAL_BYTES)
    );
}
