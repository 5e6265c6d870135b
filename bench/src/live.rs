//! The live section: latency of requests while ten thousand clients receive each new present, and the memory
//! of a stream.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::effort::Effort;
use crate::latency::{self, GOAL_FACTOR, PATIENCE, RATE};
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::server::{PATH, Server};
use crate::spread::Spread;
use crate::stopwatch;

const STREAMS: usize = 10_000;
/// Memory of a stream, small enough that all of them fit into a small pod.
const GOAL_KIB: f64 = 16.0;
/// Longest wait for a byte of a stream; the measurement fails after it.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Most pairs of measurements with and without streams; each takes half a minute.
const MOST_PAIRS: usize = 4;
/// Longer than it takes to send a present to all streams.
const ROUND: Duration = Duration::from_secs(5);

pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    raise_limit()?;
    report.add(memory(programs)?);
    let requests = RATE * PATIENCE * effort.seconds;
    let mut server = hivebox(programs, Refresh::EverySecond)?;
    server.first_answer()?;
    // Alternating, so that other load of the machine affects both.
    let (mut with, mut without, mut events) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..effort.pairs.min(MOST_PAIRS) {
        without.push(latency::sample(&server, requests)?.p99);
        let mut streams = open(server.address())?;
        let started = stopwatch::now();
        with.push(latency::sample(&server, requests)?.p99);
        let took = started.elapsed().as_secs_f64();
        let seen = streams.iter_mut().map(events_since).sum::<Result<usize>>()?;
        events.push(seen as f64 / took);
        drop(streams);
        thread::sleep(ROUND);
    }
    let spread = |values| Spread::of(values).context("no sample was taken");
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

/// Without a rate limit: all streams come from one address, which counts as one client.
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
        ensure!(read > 0, "the stream was closed after {:?}", String::from_utf8_lossy(&seen));
        seen.extend_from_slice(&piece[..read]);
    }
    stream.set_nonblocking(true)?;
    Ok(stream)
}

/// The number of events since the last call. Clients read only after the measurement, because they share its
/// core and would disturb it; until then the events wait in the system's buffers.
fn events_since(stream: &mut TcpStream) -> Result<usize> {
    let mut seen = Vec::new();
    match stream.read_to_end(&mut seen) {
        Ok(_) => anyhow::bail!("a stream was closed"),
        Err(error) if error.kind() == ErrorKind::WouldBlock => {}
        Err(error) => return Err(error).context("a stream failed"),
    }
    let events = count_events(&seen);
    ensure!(events > 0, "a stream received no event");
    Ok(events)
}

fn count_events(seen: &[u8]) -> usize {
    const BEGIN: &[u8] = b"event: present\n";
    seen.windows(BEGIN.len()).filter(|window| *window == BEGIN).count()
}

/// Each stream is an open file, both here and in the server.
fn raise_limit() -> Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let enough = limit.maximum.is_none_or(|most| most > STREAMS as u64 + 100);
    ensure!(enough, "{STREAMS} streams need as many open files: raise the limit with `ulimit -Hn`");
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit })
        .context("cannot raise the limit of open files")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_events_but_not_heartbeats() {
        let seen = b"retry: 1\n\n\r\nevent: present\nid: 1\ndata: {}\n\n\r\n:\n\n\r\nevent: present\nid: 2\n";
        assert_eq!((count_events(seen), count_events(b":\n\n")), (2, 0));
    }
}
