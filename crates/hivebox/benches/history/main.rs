//! Compares questions about the past with `DuckDB` on the same files, and measures the cost of making the files.
//!
//! `cargo xtask bench --section history` runs this. The past is written once, with the writer of the archive, into the
//! folder that `--folder` names.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

mod compact;
mod compare;
mod duckdb;
mod fill;
mod questions;
mod workload;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::SnapshotStore;
use hivebox_archive::history::History;
use hivebox_archive::query::{AnswerSource, Engine, EngineOptions};
use jiff::SignedDuration;
use tokio::runtime::Runtime;

use compare::{Times, compare};
use duckdb::DuckDb;
use workload::{FIRST_DAY, Phase, Workload};

const BOXES: usize = 15_000;
const DAYS: i64 = 7;
/// The number of threads of each engine.
const THREADS: usize = 2;
/// The memory limit of a question: the default of the setting `query-memory`.
const MEMORY_BYTES: usize = 256 << 20;
const GOAL_BYTES: f64 = 1.4;
const GOAL_SUMS: f64 = 50.0;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after =
        |flag: &str| arguments.iter().skip_while(|argument| *argument != flag).nth(1).map(PathBuf::from);
    if let Some(folder) = after("--compact") {
        return compact::run(&folder);
    }
    let folder = after("--folder").unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("history"));
    let rounds = if arguments.iter().any(|argument| argument == "--quick") { 3 } else { 15 };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    let workload = Workload::new(BOXES, Phase::Own);
    let store = folder.join("store");
    fill::fill(&runtime, &workload, &store, DAYS);
    // For a client that requests all rows over HTTP.
    let range = format!("from={FIRST_DAY}&to={}", FIRST_DAY + SignedDuration::from_hours(24 * DAYS));
    std::fs::write(store.join("range.txt"), range).unwrap();
    let history = History::of(&SnapshotStore::open_folder(&store).unwrap());
    sizes(&runtime, &history, "sensors with phases of their own");
    let shared = folder.join("shared");
    fill::fill(&runtime, &Workload::new(BOXES, Phase::Shared), &shared, 1);
    sizes(
        &runtime,
        &History::of(&SnapshotStore::open_folder(&shared).unwrap()),
        "all sensors at once, a day",
    );

    ask(&runtime, &workload, &history, &store, rounds);
    compact::measure(&runtime, &workload, &folder.join("day"));
}

fn sizes(runtime: &Runtime, history: &History, of: &str) {
    let manifest = runtime.block_on(history.manifest()).unwrap();
    let rows: u64 = manifest.days.iter().map(|day| day.readings.rows).sum();
    let bytes = |kind: fn(&hivebox_archive::history::manifest::Day) -> u64| {
        manifest.days.iter().map(kind).sum::<u64>() as f64 / rows as f64
    };
    let (readings, hourly) = (bytes(|day| day.readings.bytes), bytes(|day| day.hourly.bytes));
    println!("{rows} readings of {of}: {readings:.3} bytes each, and {hourly:.3} for the sums of hours");
    println!("goal: {GOAL_BYTES} bytes, reached: {readings:.3}, with the sums {:.3}", readings + hourly);
}

fn ask(runtime: &Runtime, workload: &Workload, history: &History, store: &Path, rounds: usize) {
    let timeout = Duration::from_mins(5);
    let options = EngineOptions {
        memory_bytes: MEMORY_BYTES,
        timeout,
        running: 1,
        waiting: 0,
        threads: THREADS,
        on_thread_start: || {},
    };
    let engine = Engine::new(history.clone(), options).unwrap();
    let mut duckdb = DuckDb::start(THREADS);
    let sorted = store.with_file_name("sorted.parquet");
    let files = format!("read_parquet('{}/history/readings/*/*.parquet')", store.display());
    fill::sort(&mut duckdb, &files, &sorted);
    let files = [("same files", files), ("its own file", format!("read_parquet('{}')", sorted.display()))];
    let mut answer = |question: &_| runtime.block_on(engine.answer(question)).unwrap();

    let duckdb_hourly = compare(&questions::hourly_means(DAYS), rounds, &files, &mut duckdb, &mut answer);
    compare(&questions::percentiles(DAYS, workload), rounds, &files, &mut duckdb, &mut answer);
    compare(&questions::series(DAYS, workload), rounds, &files, &mut duckdb, &mut answer);

    let by_sums = questions::hourly_means_by_sums(DAYS);
    assert_eq!(answer(&by_sums).source, AnswerSource::Hourly);
    let times = Times::of((0..rounds).map(|_| {
        let started = Instant::now();
        answer(&by_sums);
        started.elapsed()
    }));
    println!("hourly mean by the sums of hours, {rounds} rounds");
    println!("  HiveBox                 {times}");
    let faster = duckdb_hourly.median() / times.median();
    println!("goal: {GOAL_SUMS} times as fast as DuckDB from the readings, reached: {faster:.0} times");
}
