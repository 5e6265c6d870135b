//! The latency section: latency of requests during a refresh of the readings.

use std::hint;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::effort::Effort;
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::server::{PATH, Server};
use crate::spread::percentile;
use crate::stopwatch;

/// Requests per second: few enough to leave the server idle, so that only refreshes delay them.
pub(super) const RATE: u32 = 1000;
/// The p99 during refreshes may be this many times the p99 of a quiet server.
pub(super) const GOAL_FACTOR: f64 = 2.0;
/// Seconds of samples for each second of effort.
pub(super) const PATIENCE: u32 = 4;
/// The system wakes a thread up to this late, so the last part of a wait is a busy loop.
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
    let what =
        format!("latency of GET {PATH} at {RATE} requests/s, {} boxes read each second", programs.boxes);
    report.add(row(what, refreshing, "quiet", quiet));
    Ok(())
}

/// Compares the latency during something with that otherwise, which `otherwise` names.
pub(super) fn row(what: String, during: Latency, otherwise: &str, usual: Latency) -> Row {
    Row {
        what,
        hivebox: format!("p99 {:.0} µs, worst {:.0} µs", during.p99, during.worst),
        beside: format!("{otherwise}: p99 {:.0} µs, worst {:.0} µs", usual.p99, usual.worst),
        goal: format!("p99 ≤ {GOAL_FACTOR} × {otherwise}"),
        met: Some(during.p99 <= GOAL_FACTOR * usual.p99),
    }
}

/// Microseconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Latency {
    pub(super) p99: f64,
    pub(super) worst: f64,
}

/// Sends requests at [`RATE`] over one connection.
///
/// A request's latency counts from the moment it was due, not from the moment it was sent: a request that
/// waited behind a slow one is slow too.
pub(super) fn sample(server: &Server, requests: u32) -> Result<Latency> {
    let mut connection = server.connect()?;
    let interval = Duration::from_secs(1) / RATE;
    let start = stopwatch::now() + interval;
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
    let left = due.saturating_duration_since(stopwatch::now());
    if let Some(sleep) = left.checked_sub(WAKE_UP) {
        thread::sleep(sleep);
    }
    while stopwatch::now() < due {
        hint::spin_loop();
    }
}
