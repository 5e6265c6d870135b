//! The latency section: whether a request feels it when the readings are refreshed.

use std::hint;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::Effort;
use super::programs::{Programs, Refresh};
use super::report::{Report, Row};
use super::server::{PATH, Server};
use super::spread::percentile;

/// Requests per second: few enough to leave the server idle, so that only refreshes are in their way.
pub(super) const RATE: u32 = 1000;
/// How many times the p99 of a quiet server that of a refreshing one may be.
pub(super) const GOAL_FACTOR: f64 = 2.0;
/// How many seconds are sampled for each second of effort.
pub(super) const PATIENCE: u32 = 4;
/// The system wakes a thread too late by up to this much; the rest of a wait is spun.
const WAKE_UP: Duration = Duration::from_micros(300);

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    let requests = RATE * PATIENCE * effort.seconds;
    let sample = |refresh| {
        let mut server = programs.hivebox(refresh)?;
        server.first_answer()?;
        sample(&server, requests)
    };
    let quiet = sample(Refresh::Never)?;
    let refreshing = sample(Refresh::EverySecond)?;
    report.add(Row {
        what: format!(
            "latency of GET {PATH} at {RATE} requests/s, {} boxes read each second",
            programs.boxes
        ),
        hivebox: format!("p99 {:.0} µs, worst {:.0} µs", refreshing.p99, refreshing.worst),
        beside: format!("quiet: p99 {:.0} µs, worst {:.0} µs", quiet.p99, quiet.worst),
        goal: format!("p99 ≤ {GOAL_FACTOR} × quiet"),
        met: Some(refreshing.p99 <= GOAL_FACTOR * quiet.p99),
    });
    Ok(())
}

/// Microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    pub(super) p99: f64,
    pub(super) worst: f64,
}

/// Sends requests at [`RATE`] over one connection.
///
/// A request's time counts from the moment when it was due, not from when it was sent: one that had to wait
/// for a slow one before it was slow, too.
pub(super) fn sample(server: &Server, requests: u32) -> Result<Latency> {
    let mut connection = server.connect()?;
    let interval = Duration::from_secs(1) / RATE;
    let start = Instant::now() + interval;
    let mut latencies = Vec::with_capacity(requests as usize);
    for number in 0..requests {
        let due = start + interval * number;
        wait_until(due);
        let answer = connection.get(PATH)?;
        latencies.push(due.elapsed().as_secs_f64() * 1e6);
        ensure!(answer.status() == "200", "a request failed: {}", answer.head);
    }
    latencies.sort_by(f64::total_cmp);
    let of = |share| percentile(&latencies, share).context("no request was measured");
    Ok(Latency { p99: of(0.99)?, worst: of(1.0)? })
}

fn wait_until(due: Instant) {
    let left = due.saturating_duration_since(Instant::now());
    if let Some(sleep) = left.checked_sub(WAKE_UP) {
        thread::sleep(sleep);
    }
    while Instant::now() < due {
        hint::spin_loop();
    }
}
