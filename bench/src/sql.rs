//! The SQL section: latency of requests while SQL takes all that it may.

use anyhow::{Result, ensure};

use crate::answer;
use crate::asking::{Client, while_asking};
use crate::effort::Effort;
use crate::latency::{self, PATIENCE, RATE};
use crate::programs::{Programs, Refresh};
use crate::report::Report;
use crate::server::{PATH, Server};

/// Statements that compute, fill the memory, plan for long and send many rows. They need no history.
const STATEMENTS: [&str; 4] = [
    "select sum(a.x * b.x) as sum from generate_series(1, 3000) as a(x), generate_series(1, 3000) as b(x)",
    "select count(*) as groups from (select x % 300000 as k, max(x) as m from generate_series(1, 3000000) as t(x) group by 1)",
    "select x, x * 2 as y, cast(x as text) as z from generate_series(1, 900000) as t(x)",
    "select x, row_number() over (order by x % 1000) as n from generate_series(1, 400000) as t(x)",
];

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
    let ask_next = |answers: usize| ask(&server, STATEMENTS[answers % STATEMENTS.len()]);
    let sample = || latency::sample(&server, requests);
    let (busy, answers) = while_asking(Client::GivesWay, ask_next, sample)?;
    let what = format!("latency of GET {PATH} at {RATE} requests/s, during SQL ({answers} answers)");
    report.add(latency::row(what, busy, "quiet", quiet));
    Ok(())
}

/// Asks SQL, and reads the whole answer.
fn ask(server: &Server, statement: &str) -> Result<()> {
    let body = serde_json::json!({ "sql": statement }).to_string();
    let headers = format!("Content-Type: application/json\r\nContent-Length: {}\r\n", body.len());
    let answer = answer::exchange(server.address(), "POST /api/v1/sql", &headers, &body)?;
    let head = &answer.head;
    ensure!(answer.status() == "200", "{statement}: {head}; the binary needs the feature sql");
    Ok(())
}
