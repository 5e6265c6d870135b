//! `cargo xtask quality`: how well readings are checked, and how good forecasts are.

use std::fs;
use std::path::PathBuf;

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
    /// The share of known faults that the checks of readings find, also against titanlib: `docs/quality.md`
    Readings,
    /// The skill of forecasts, also against gridpp: `docs/forecast.md`
    Forecasts,
}

/// Prints the tables of `docs/quality.md` and `docs/forecast.md` on standard output.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let is_wanted = |part| args.part.is_none_or(|only| only == part);
    if is_wanted(Part::Readings) {
        readings(workspace, &args.seeds)?;
    }
    if is_wanted(Part::Forecasts) {
        forecasts(workspace, &args.seeds)?;
    }
    Ok(())
}

fn readings(workspace: &Workspace, seeds: &[u64]) -> Result<()> {
    let moments = file_for_peer(workspace, "moments.jsonl")?;
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "hivebox-climate", "--example", "quality", "--"]);
    command.arg("--export").arg(&moments).args(seeds.iter().map(u64::to_string));
    step::run("Find known faults at real and simulated moments, and in simulated days", &mut command)?;
    let mut peer = PEERS.command(workspace)?;
    peer.arg("crates/hivebox-climate/examples/quality/titanlib_peer.py").arg(&moments);
    step::run("Find the same faults at the same moments with titanlib", &mut peer)
}

/// The file by which a peer gets its data, once the peer is installed.
fn file_for_peer(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    tools::ensure(workspace, &[&PEERS])?;
    let folder = workspace.target().join("quality");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    Ok(folder.join(name))
}

fn forecasts(workspace: &Workspace, seeds: &[u64]) -> Result<()> {
    let places = file_for_peer(workspace, "places.jsonl")?;
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "hivebox-climate", "--example", "skill", "--"]);
    command.arg("--export").arg(&places).args(seeds.iter().map(u64::to_string));
    step::run("Forecast simulated weather", &mut command)?;
    let mut peer = PEERS.command(workspace)?;
    peer.arg("crates/hivebox-climate/examples/skill/gridpp_peer.py").arg(&places);
    step::run("Correct the same forecasts with gridpp", &mut peer)
}
