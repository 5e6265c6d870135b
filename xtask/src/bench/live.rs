//! The live section: whether a request feels it when ten thousand clients are told of each new present, and
//! how much memory they take.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use super::Effort;
use super::latency::{self, GOAL_FACTOR, PATIENCE, RATE};
use super::programs::{Programs, Refresh};
use super::report::{Report, Row};
use super::server::{PATH, Server};
use super::spread::Spread;

const STREAMS: usize = 10_000;
/// How much memory a stream may take: so much that all fit into a small pod.
const GOAL_KIB: f64 = 16.0;
/// How long a stream may be without a byte before the measurement is given up.
const TIMEOUT: Duration = Duration::from_secs(20);
/// How often it is measured with streams and without at most; each time takes half a minute.
const MOST_PAIRS: usize = 4;
/// How long it takes until all streams have been told of a present, and some more.
const ROUND: Duration = Duration::from_secs(5);

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    raise_limit()?;
    report.add(memory(programs)?);
    let requests = RATE * PATIENCE * effort.seconds;
    let mut server = hivebox(programs, Refresh::EverySecond)?;
    server.first_answer()?;
    // In turns, so that what else the machine does falls on both.
    let (mut with, mut without, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.pairs.min(MOST_PAIRS) {
        without.push(latency::sample(&server, requests)?.p99);
        let mut streams = open(server.address())?;
        let started = Instant::now();
        with.push(latency::sample(&server, requests)?.p99);
        let took = started.elapsed().as_secs_f64();
        let seen = streams.iter_mut().map(events_since).sum::<Result<usize>>()?;
        events.push(seen as f64 / took);
        drop(streams);
        thread::sleep(ROUND);
    }
    let spread = |values| Spread::of(values).context("nothing was measured");
    let (with, without, events) = (spread(with)?, spread(without)?, spread(events)?);
    report.add(Row {
        what: format!(
            "latency of GET {PATH} at {RATE} requests/s with {STREAMS} streams, a new present each second"
        ),
        hivebox: format!("p99 {with:.0} µs"),
        beside: format!("no streams: p99 {without:.0} µs"),
        goal: format!("p99 ≤ {GOAL_FACTOR} × no streams"),
        met: Some(with.median <= GOAL_FACTOR * without.median),
    });
    report.add(Row {
        what: "events sent meanwhile".to_owned(),
        hivebox: format!("{events:.0}/s"),
        ..Row::default()
    });
    Ok(())
}

/// All streams come from one address, which would be one client.
fn hivebox(programs: &Programs, refresh: Refresh) -> Result<Server> {
    programs.hivebox_with(refresh, &[("HIVEBOX_RATE_LIMIT", "off".to_owned())])
}

fn memory(programs: &Programs) -> Result<Row> {
    let mut server = hivebox(programs, Refresh::Never)?;
    server.first_answer()?;
    let before = server.memory()?;
    let streams = open(server.address())?;
    thread::sleep(ROUND);
    let each = (server.memory()? as f64 - before as f64) / 1024.0 / STREAMS as f64;
    drop(streams);
    Ok(Row {
        what: format!("memory of one of {STREAMS} streams"),
        hivebox: format!("{each:.1} KiB"),
        goal: format!("≤ {GOAL_KIB} KiB"),
        met: Some(each <= GOAL_KIB),
        ..Row::default()
    })
}

/// Opens all streams and waits for the first event of each.
fn open(address: SocketAddr) -> Result<Vec<TcpStream>> {
    (0..STREAMS).map(|number| open_one(address).with_context(|| format!("stream {number}"))).collect()
}

fn open_one(address: SocketAddr) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).context("cannot connect")?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    stream.write_all(b"GET /api/v1/live HTTP/1.1\r\nHost: localhost\r\n\r\n")?;
    let mut seen = Vec::new();
    let mut piece = [0; 4096];
    while count_events(&seen) == 0 || !seen.ends_with(b"\n\n\r\n") {
        let read = stream.read(&mut piece).context("no event")?;
        ensure!(read > 0, "it was closed after {:?}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..read]);
    }
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// How many events have come since the last look. Clients look only after the measurement, which they would
/// disturb, sharing their core with it; until then the events wait in the system.
fn events_since(stream: &mut TcpStream) -> Result<usize> {
    let mut seen = Vec::new();
    match stream.read_to_end(&mut seen) {
        Ok(_) => anyhow::bail!("a stream was closed"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(error) => return Err(error).context("a stream broke"),
    }
    let events = count_events(&seen);
    ensure!(events > 0, "a stream had no event");
    Ok(events)
}

fn count_events(seen: &[u8]) -> usize {
    const BEGIN: &[u8] = b"event: present\n";
    seen.windows(BEGIN.len()).filter(|window| *window == BEGIN).count()
}

/// Each stream is an open file, here as at the server.
fn raise_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.is_none_or(|most| most > STREAMS as u64 + 100);
    ensure!(enough, "{STREAMS} streams need as many open files: raise `ulimit -Hn`");
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).context("cannot raise the limit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_counted_and_heartbeats_are_not() {
        let seen = b"retry: 1\n\n\r\nevent: present\nid: 1\ndata: {}\n\n\r\n:\n\n\r\nevent: present\nid: 2\n";
        assert_eq!((count_events(seen), count_events(b":\n\n")), (2, 0));
    }
}
