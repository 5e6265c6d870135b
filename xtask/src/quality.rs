//! `cargo xtask quality`: how well the checks of quality find faults of known truth.

use anyhow::Result;

use crate::step;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seeds of simulated worlds; those of `docs/quality.md` if none are given.
    seeds: Vec<u64>,
}

/// Prints the tables of `docs/quality.md` on standard output.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "hivebox", "--example", "quality", "--"]);
    command.args(args.seeds.iter().map(u64::to_string));
    step::run("Find faults of known truth in simulated days", &mut command)
}
