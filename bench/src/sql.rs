//! The SQL section: latency of requests while SQL takes all that it may.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::{Context, Result, ensure};
use rustix::process::setpriority_process;

use crate::effort::Effort;
use crate::latency::{self, GOAL_FACTOR, PATIENCE, RATE};
use crate::programs::{Programs, Refresh};
use crate::report::{Report, Row};
use crate::server::{PATH, Server};

/// Statements that compute, fill the memory, plan for long and send many rows. They need no history.
const STATEMENTS: [&str; 4] = [
    "select sum(a.x * b.x) as sum from generate_series(1, 3000) as a(x), generate_series(1, 3000) as b(x)",
    "select count(*) as groups from (select x % 300000 as k, max(x) as m from generate_series(1, 3000000) as t(x) group by 1)",
    "select x, x * 2 as y, cast(x as text) as z from generate_series(1, 900000) as t(x)",
    "select x, row_number() over (order by x % 1000) as n from generate_series(1, 400000) as t(x)",
];

/// The nice value of the client that asks SQL.
const LOWEST: i32 = 19;

/// Measures the latency with and without a client that keeps asking SQL.
pub(super) fn run(programs: &Programs, effort: Effort, report: &mut Report) -> Result<()> {
    let variables = [("HIVEBOX_SQL", "on".to_owned()), ("HIVEBOX_RATE_LIMIT", "off".to_owned())];
    let mut server = programs.hivebox_with(Refresh::Never, &variables)?;
    server.first_answer()?;
    for statement in STATEMENTS {
        ask(&server, statement)?;
    }
    let requests = RATE * PATIENCE * effort.seconds;
    let quiet = latency::sample(&server, requests)?;
    let is_over = AtomicBool::new(false);
    let (busy, answers) = thread::scope(|scope| {
        let asking = scope.spawn(|| {
            // Reading the rows must not take the core from the client that measures.
            setpriority_process(None, LOWEST).context("cannot lower the priority of a thread")?;
            let mut answers = 0;
            while !is_over.load(Ordering::Relaxed) {
                ask(&server, STATEMENTS[answers % STATEMENTS.len()])?;
                answers += 1;
            }
            anyhow::Ok(answers)
        });
        let busy = latency::sample(&server, requests);
        is_over.store(true, Ordering::Relaxed);
        let answers = asking.join().map_err(|_| anyhow::anyhow!("the client that asks SQL panicked"))??;
        anyhow::Ok((busy?, answers))
    })?;
    report.add(Row {
        what: format!("latency of GET {PATH} at {RATE} requests/s, during SQL ({answers} answers)"),
        hivebox: format!("p99 {:.0} µs, worst {:.0} µs", busy.p99, busy.worst),
        beside: format!("quiet: p99 {:.0} µs, worst {:.0} µs", quiet.p99, quiet.worst),
        goal: format!("p99 ≤ {GOAL_FACTOR} × quiet"),
        met: Some(busy.p99 <= GOAL_FACTOR * quiet.p99),
    });
    Ok(())
}

/// Asks SQL, and reads the whole answer.
fn ask(server: &Server, statement: &str) -> Result<()> {
    let body = serde_json::json!({ "sql": statement }).to_string();
    let mut stream = TcpStream::connect(server.address())?;
    write!(
        stream,
        "POST /api/v1/sql HTTP/1.1\r\nHost: bench\r\nConnection: close\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let is_whole = answer.starts_with(b"HTTP/1.1 200 ") && answer.ends_with(b"\r\n0\r\n\r\n");
    let head = String::from_utf8_lossy(&answer[..answer.len().min(500)]);
    ensure!(is_whole, "{statement}: {head}; the binary needs the feature sql");
    Ok(())
}
