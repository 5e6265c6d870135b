//! The soak section: minutes of mixed requests, with each minute's memory and every response that is wrong.

use std::collections::BTreeMap;
use std::io::Read;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::answer;
use crate::memory::mebibytes;
use crate::programs::Programs;
use crate::report::{Report, Row};
use crate::server::Server;
use crate::stopwatch;

/// Requests per second, over all clients.
const RATE: u32 = 30;
/// Clients that send the requests in turn.
const CLIENTS: u32 = 6;
/// Clients that follow `/api/v1/live`.
const STREAMS: usize = 50;
/// The figures of memory: one for each of these parts of the run.
const PARTS: u32 = 10;
/// Memory may grow by this factor from the middle of the run to its end; more looks like a leak.
const GOAL_GROWTH: f64 = 1.05;

/// What the clients ask for, in turn. A place is in Berlin, where the simulation has many senseBoxes.
const REQUESTS: [(&str, &str); 15] = [
    ("GET /temperature", ""),
    ("GET /temperature", "If-None-Match: \"0\"\r\n"),
    ("GET /", "Accept: text/html\r\n"),
    ("GET /api/v1/conditions?lat=52.52&lon=13.40", ""),
    ("GET /api/v1/chores?lat=52.52&lon=13.40", ""),
    ("GET /api/v1/map", "Accept-Encoding: gzip\r\n"),
    ("GET /temperature", ""),
    ("GET /api/v1/readings?phenomenon=air_temperature&format=parquet", ""),
    ("GET /api/v1/boxes?limit=100", ""),
    ("GET /api/v1/history?phenomenon=air_temperature&every=PT1H", ""),
    ("GET /api/v1/readings?phenomenon=relative_humidity", "Accept-Encoding: br\r\n"),
    ("GET /metrics", ""),
    ("GET /api/v1/status", ""),
    ("GET /api/v1/history?phenomenon=air_temperature&every=PT5M&bbox=5,47,15,55", ""),
    ("POST /store", "Content-Length: 0\r\n"),
];

/// Sends mixed requests for `seconds`, while HiveBox polls a simulation and stores each minute.
pub(super) fn run(programs: &Programs, seconds: u32, report: &mut Report) -> Result<()> {
    let mut simulation = programs.simulation()?;
    simulation.wait_until_it_listens()?;
    let variables = [
        ("HIVEBOX_UPSTREAM", format!("http://{}", simulation.address())),
        ("HIVEBOX_CACHE_TTL", "30s".to_owned()),
        ("HIVEBOX_STORE_INTERVAL", "1m".to_owned()),
        ("HIVEBOX_RATE_LIMIT", "off".to_owned()),
    ];
    let mut server = programs.serve(&variables)?;
    server.first_answer()?;

    let seen = Seen::default();
    let address = server.address();
    let memory = thread::scope(|scope| {
        for _ in 0..STREAMS {
            scope.spawn(|| seen.follow(address));
        }
        for client in 0..CLIENTS {
            let seen = &seen;
            scope.spawn(move || seen.ask(address, client));
        }
        let memory = watch(&server, seconds);
        seen.is_over.store(true, Ordering::Relaxed);
        memory
    })?;
    let panics = server.log()?.matches("panicked").count();
    let wrong = seen.wrong.into_inner().unwrap_or_else(PoisonError::into_inner);
    let (answers, events) = (seen.answers.into_inner(), seen.events.into_inner());
    ensure!(answers > 0 && events > 0, "nothing was answered: {wrong:?}");

    report.add(Row {
        what: format!("{seconds} s of mixed requests, {} boxes, {STREAMS} streams", programs.boxes),
        hivebox: format!("{answers} responses, {events} events, {panics} panics, wrong: {wrong:?}"),
        goal: "no 5xx, no panic".to_owned(),
        met: Some(wrong.is_empty() && panics == 0),
        ..Row::default()
    });
    let parts: Vec<_> = memory.iter().map(|&bytes| format!("{:.0}", mebibytes(bytes))).collect();
    let (middle, end) = (memory[memory.len() / 2], memory[memory.len() - 1]);
    report.add(Row {
        what: format!("memory after each {} s of it", seconds / PARTS),
        hivebox: format!("{} MiB", parts.join(", ")),
        beside: format!("peak: {:.0} MiB", mebibytes(server.peak_memory()?)),
        goal: format!("end ≤ {GOAL_GROWTH} × middle"),
        met: Some(end as f64 <= GOAL_GROWTH * middle as f64),
    });
    Ok(())
}

/// The memory of `server` at the end of each part of the run, in bytes: the mean of ten samples, since a poll moves it.
fn watch(server: &Server, seconds: u32) -> Result<Vec<u64>> {
    const SAMPLES: u32 = 10;
    let pause = Duration::from_secs(u64::from(seconds)) / (PARTS * SAMPLES);
    let part = |_| {
        let mut sum = 0;
        for _ in 0..SAMPLES {
            thread::sleep(pause);
            sum += server.memory()?;
        }
        Ok(sum / u64::from(SAMPLES))
    };
    (0..PARTS).map(part).collect()
}

/// What the clients saw.
#[derive(Debug, Default)]
struct Seen {
    is_over: AtomicBool,
    answers: AtomicU64,
    events: AtomicU64,
    /// Responses that no client should get, by request and reason.
    wrong: Mutex<BTreeMap<String, u32>>,
}

impl Seen {
    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::Relaxed)
    }

    fn note(&self, what: String) {
        let mut wrong = self.wrong.lock().unwrap_or_else(PoisonError::into_inner);
        *wrong.entry(what).or_default() += 1;
    }

    /// Sends each [`CLIENTS`]th of the requests when it is due, until the run is over.
    fn ask(&self, address: SocketAddr, client: u32) {
        let start = stopwatch::now();
        for number in (client..).step_by(CLIENTS as usize) {
            let due = Duration::from_secs(1) * number / RATE;
            thread::sleep(due.saturating_sub(start.elapsed()));
            if self.is_over() {
                return;
            }
            let (request, headers) = REQUESTS[number as usize % REQUESTS.len()];
            match answer::exchange(address, request, headers, "") {
                Ok(answer) if answer.status().parse().is_ok_and(|status: u16| status < 400) => {
                    self.answers.fetch_add(1, Ordering::Relaxed);
                }
                Ok(answer) => self.note(format!("{request}: {}", answer.status())),
                Err(error) => self.note(format!("{request}: {error:#}")),
            }
        }
    }

    /// Counts the events of a stream until the run is over.
    fn follow(&self, address: SocketAddr) {
        if let Err(error) = self.read_stream(address) {
            self.note(format!("GET /api/v1/live: {error:#}"));
        }
    }

    fn read_stream(&self, address: SocketAddr) -> Result<()> {
        let mut stream = answer::send(address, "GET /api/v1/live", "", "")?;
        let mut piece = [0; 4096];
        while !self.is_over() {
            let read = stream.read(&mut piece).context("no event")?;
            ensure!(read > 0, "the stream ended");
            // Each present is one event; its beginning rarely falls between two pieces.
            let begins = piece[..read].windows(7).filter(|window| window == b"event: ").count();
            self.events.fetch_add(begins as u64, Ordering::Relaxed);
        }
        Ok(())
    }
}
