//! `cargo xtask quality`: how well readings are checked, and how good forecasts are.

use std::fs;

use anyhow::{Context, Result};

use crate::step;
use crate::tools::{self, PEERS};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Measure only this
    #[arg(long)]
    part: Option<Part>,
    /// Seeds of simulated worlds [default: those of the documents, which chose no threshold].
    seeds: Vec<u64>,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// The share of known faults that the checks of readings find: `docs/quality.md`
    Readings,
    /// The skill of forecasts, also against gridpp: `docs/forecast.md`
    Forecasts,
}

/// Prints the tables of `docs/quality.md` and `docs/forecast.md` on standard output.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let is_wanted = |part| args.part.is_none_or(|only| only == part);
    if is_wanted(Part::Readings) {
        let mut command = workspace.cargo();
        command.args(["run", "--release", "--package", "hivebox", "--example", "quality", "--"]);
        command.args(args.seeds.iter().map(u64::to_string));
        step::run("Find known faults in simulated days", &mut command)?;
    }
    if is_wanted(Part::Forecasts) {
        forecasts(workspace, &args.seeds)?;
    }
    Ok(())
}

fn forecasts(workspace: &Workspace, seeds: &[u64]) -> Result<()> {
    tools::ensure(workspace, &[&PEERS])?;
    let folder = workspace.target().join("quality");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let places = folder.join("places.jsonl");
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "hivebox-climate", "--example", "skill", "--"]);
    command.arg("--export").arg(&places).args(seeds.iter().map(u64::to_string));
    step::run("Forecast simulated weather", &mut command)?;
    let mut peer = PEERS.command(workspace)?;
    peer.arg("crates/hivebox-climate/examples/skill/gridpp_peer.py").arg(&places);
    step::run("Correct the same forecasts with gridpp", &mut peer)
}
