//! The figures of `docs/performance.md`, each with its goal. `cargo xtask bench` installs the tools that
//! this program needs, then starts it in the root of the repository.
//!
//! Each section starts a release build of HiveBox as a user would, with a recorded answer in place of
//! openSenseMap, and adds lines to one [`Report`].
#![expect(clippy::print_stderr, reason = "a task speaks to the person who started it")]

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, ValueEnum};

mod answer;
mod asking;
mod checkout;
mod crates;
mod dashboard;
mod effort;
mod faults;
mod history;
mod latency;
mod live;
mod machine;
mod memory;
mod programs;
mod redis;
mod report;
mod section;
mod server;
mod soak;
mod spread;
mod sql;
mod start;
mod stopwatch;
mod throughput;
mod wrk;

use checkout::{Checkout, heading};
use effort::{FULL, QUICK};
use machine::Pinning;
use programs::Programs;
use report::Report;
use section::Section;

/// Measure a release build and print a table of the figures with their goals.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask bench", bin_name = "cargo xtask bench")]
struct Args {
    /// Run only this section; may be repeated.
    #[arg(long = "section", value_enum)]
    sections: Vec<Section>,
    /// Make fewer and shorter runs, to check the benchmark itself; do not quote these figures.
    #[arg(long)]
    quick: bool,
    /// Number of senseBoxes in the recorded answer.
    #[arg(long, default_value_t = 15_000)]
    boxes: u32,
    /// Measure this binary instead of building one.
    #[arg(long, value_name = "PATH")]
    hivebox: Option<PathBuf>,
    /// Processor cores for the servers, in the format of `taskset` [default: half of them].
    #[arg(long, value_name = "CORES")]
    server_cores: Option<String>,
    /// Processor cores for the load [default: the other half].
    #[arg(long, value_name = "CORES")]
    load_cores: Option<String>,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the sections and prints the report as Markdown on standard output.
fn run(args: &Args) -> Result<()> {
    let wanted = |section| args.sections.is_empty() || args.sections.contains(&section);
    let effort = if args.quick { QUICK } else { FULL };
    let checkout = Checkout::locate()?;
    for section in Section::value_variants().iter().copied().filter(|section| wanted(*section)) {
        crates::run(&checkout, section)?;
    }
    if !args.sections.is_empty() && args.sections.iter().all(|section| crates::has(*section)) {
        return Ok(());
    }

    let pinning = Pinning::new(args.server_cores.as_deref(), args.load_cores.as_deref());
    let programs = Programs::prepare(&checkout, pinning, args.hivebox.as_deref(), args.boxes)?;
    let mut report = Report::new(machine::describe(&programs.pinning));
    if wanted(Section::Start) {
        heading("Start to first answer");
        start::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Memory) {
        heading("Peak memory");
        memory::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Throughput) {
        Programs::build_bare_axum(&checkout)?;
        heading("Requests per second, HiveBox and bare axum in turn");
        throughput::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::History) {
        history::beside_duckdb(&checkout, args.quick)?;
        heading("Requests per second during a question over the whole history");
        history::run(&programs, &checkout, effort, &mut report)?;
    }
    if wanted(Section::Latency) {
        heading("Latency, quiet and during refreshes");
        latency::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Faults) {
        heading("Latency while a dependency of HiveBox hangs");
        faults::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Live) {
        heading("Latency with 10,000 open event streams");
        live::run(&programs, effort, &mut report)?;
    }
    if wanted(Section::Dashboard) {
        heading("The dashboard in a browser");
        dashboard::run(&programs, effort, &mut report)?;
    }
    if args.sections.contains(&Section::Soak) {
        heading("Mixed requests for minutes");
        soak::run(&programs, effort.soak_seconds, &mut report)?;
    }
    // Last, because it builds HiveBox again, with a feature that the other sections go without.
    if wanted(Section::Sql) {
        let programs = programs.with_sql(&checkout, args.hivebox.is_some())?;
        heading("Latency during heavy SQL");
        sql::run(&programs, effort, &mut report)?;
    }
    report.print()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Args::command().debug_assert();
    }
}
