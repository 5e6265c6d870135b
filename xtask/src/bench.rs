//! `cargo xtask bench`: the figures of `docs/performance.md`, each beside its goal.
//!
//! Each section starts the release build of HiveBox as a user would, with a recorded answer in place of
//! openSenseMap, and adds lines to one [`Report`].

use std::path::PathBuf;

use anyhow::Result;
use clap::ValueEnum;

use crate::step;
use crate::tools::{self, CHROMIUM, PLAYWRIGHT, REDIS_SERVER, TASKSET, WRK};
use crate::workspace::Workspace;

mod answer;
mod crates;
mod dashboard;
mod faults;
mod history;
mod latency;
mod live;
mod machine;
mod memory;
mod programs;
mod redis;
mod report;
mod server;
mod spread;
mod start;
mod throughput;
mod wrk;

use machine::Pinning;
use programs::Programs;
use report::Report;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these sections; may be given more than once.
    #[arg(long = "section", value_enum)]
    sections: Vec<Section>,
    /// Fewer and shorter runs: to see that it works, not to quote.
    #[arg(long)]
    quick: bool,
    /// How many senseBoxes the recorded answer has.
    #[arg(long, default_value_t = 15_000)]
    boxes: u32,
    /// Measure this binary instead of building one.
    #[arg(long, value_name = "PATH")]
    hivebox: Option<PathBuf>,
    /// The processor cores of the servers, as `taskset` takes them; half of them if not given.
    #[arg(long, value_name = "CORES")]
    server_cores: Option<String>,
    /// The processor cores of the load; the other half if not given.
    #[arg(long, value_name = "CORES")]
    load_cores: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Section {
    /// How fast an answer of openSenseMap becomes averages.
    Decode,
    /// How long it takes to check all readings beside each other.
    Quality,
    /// How long it takes to hand what is known to another replica.
    Sharing,
    /// How long it takes to say what it is like somewhere, and everywhere.
    Places,
    /// How long it takes to store a snapshot, and how large it is.
    Store,
    /// The past beside `DuckDB`, and whether requests feel it when somebody asks for all of it.
    History,
    /// How long a user waits after the start.
    Start,
    /// How much memory the process takes at most.
    Memory,
    /// Requests per second, beside a bare axum route with the same answer.
    Throughput,
    /// Whether requests feel it when the readings are refreshed.
    Latency,
    /// Whether requests feel it when Redis or S3 hangs.
    Faults,
    /// Whether requests feel 10,000 streams, and how much memory those take.
    Live,
    /// What a browser gets, how soon there is something to see, and how smoothly it moves.
    Dashboard,
}

/// A section that is a benchmark of a crate itself.
type OfCrate = fn(&Workspace) -> Result<()>;

/// How often and how long the sections measure.
#[derive(Debug, Clone, Copy)]
struct Effort {
    starts: usize,
    pairs: usize,
    seconds: u32,
}

const FULL: Effort = Effort { starts: 11, pairs: 7, seconds: 3 };
const QUICK: Effort = Effort { starts: 3, pairs: 2, seconds: 1 };

/// Runs the sections and prints the report as Markdown on standard output.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let wanted = |section| args.sections.is_empty() || args.sections.contains(&section);
    let effort = if args.quick { QUICK } else { FULL };
    let of_crates: [(Section, OfCrate); 5] = [
        (Section::Decode, crates::decode),
        (Section::Quality, crates::quality),
        (Section::Sharing, crates::sharing),
        (Section::Places, crates::places),
        (Section::Store, crates::store),
    ];
    for (_, run) in of_crates.iter().filter(|(section, _)| wanted(*section)) {
        run(workspace)?;
    }
    let is_of_crate = |section: &Section| of_crates.iter().any(|(other, _)| other == section);
    if !args.sections.is_empty() && args.sections.iter().all(is_of_crate) {
        return Ok(());
    }

    tools::ensure(workspace, &[&WRK, &TASKSET, &REDIS_SERVER])?;
    let pinning = Pinning::new(args.server_cores.as_deref(), args.load_cores.as_deref());
    let programs = Programs::prepare(workspace, pinning, args.hivebox.as_deref(), args.boxes)?;
    let mut report = Report::new(machine::describe(workspace, &programs.pinning));
    if wanted(Section::Start) {
        step::heading("Start to first answer");
        start::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Memory) {
        step::heading("Peak memory");
        memory::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Throughput) {
        step::heading("Requests per second, HiveBox and bare axum in turns");
        throughput::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::History) {
        history::beside_duckdb(workspace, args.quick)?;
        step::heading("Requests per second while the whole past is asked for");
        history::run(&programs, workspace, effort, &mut report)?;
    }
    if wanted(Section::Latency) {
        step::heading("Latency, quiet and during refreshes");
        latency::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Faults) {
        step::heading("Latency while something behind HiveBox hangs");
        faults::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Live) {
        step::heading("Latency while 10,000 streams are told of each present");
        live::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Dashboard) {
        tools::ensure(workspace, &[&CHROMIUM, &PLAYWRIGHT])?;
        step::heading("The dashboard in a browser");
        dashboard::run(&programs, workspace, effort, &mut report)?;
    }
    report.print()
}
