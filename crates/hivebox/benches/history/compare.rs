//! Runs HiveBox and `DuckDB` in turn, so that other load on the machine affects both.

use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::history::question::Question;
use hivebox_archive::query::HistoryAnswer;

use crate::duckdb::DuckDb;
use crate::questions::{Asked, check};

/// Times in milliseconds, sorted.
#[derive(Debug)]
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn of(times: impl IntoIterator<Item = Duration>) -> Self {
        let mut millis: Vec<f64> = times.into_iter().map(|time| time.as_secs_f64() * 1e3).collect();
        millis.sort_by(f64::total_cmp);
        Self(millis)
    }

    pub(crate) fn median(&self) -> f64 {
        self.0[self.0.len() / 2]
    }
}

impl std::fmt::Display for Times {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:.1} ms ({:.1} to {:.1})", self.median(), self.0[0], self.0[self.0.len() - 1])
    }
}

/// Asks both `rounds` times after a warm-up, and prints the result. Returns the time of `DuckDB` for the first of the
/// `files`, which are ours.
pub(crate) fn compare(
    asked: &Asked,
    rounds: usize,
    files: &[(&str, String)],
    duckdb: &mut DuckDb,
    mut ask: impl FnMut(&Question) -> HistoryAnswer,
) -> Times {
    let sql: Vec<String> = files.iter().map(|(_, files)| asked.sql.replace("{files}", files)).collect();
    let mut ours = Vec::new();
    let mut theirs = vec![Vec::new(); files.len()];
    let mut ask = |ours: &mut Vec<Duration>| {
        let started = Instant::now();
        let answer = ask(&asked.question);
        ours.push(started.elapsed());
        answer
    };
    let first = ask(&mut ours);
    for sql in &sql {
        check(asked, &first.rows, &duckdb.ask(sql).rows);
    }
    ours.clear();
    for round in 0..rounds {
        if round % 2 == 0 {
            ask(&mut ours);
        }
        for (theirs, sql) in theirs.iter_mut().zip(&sql) {
            theirs.push(duckdb.ask(sql).took);
        }
        if round % 2 == 1 {
            ask(&mut ours);
        }
    }
    let ours = Times::of(ours);
    let theirs: Vec<Times> = theirs.into_iter().map(Times::of).collect();
    println!(
        "{}, {rounds} rounds in turns; {:?}, exact: {}, {:?}",
        asked.name, first.source, first.is_exact, first.scanned
    );
    println!("  HiveBox                 {ours}");
    for ((what, _), theirs) in files.iter().zip(&theirs) {
        let ratio = ours.median() / theirs.median();
        println!("  DuckDB, {what:<15} {theirs}: HiveBox takes {ratio:.2} times as long");
    }
    theirs.into_iter().next().unwrap()
}
