//! `cargo xtask quality`: the share of known faults that the quality checks find.

use anyhow::Result;

use crate::step;
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Seeds of simulated worlds [default: those of `docs/quality.md`].
    seeds: Vec<u64>,
}

/// Prints the tables of `docs/quality.md` on standard output.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    let mut command = workspace.cargo();
    command.args(["run", "--release", "--package", "hivebox", "--example", "quality", "--"]);
    command.args(args.seeds.iter().map(u64::to_string));
    step::run("Find known faults in simulated days", &mut command)
}
