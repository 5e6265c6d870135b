//! `cargo xtask bench`: builds the crate `bench` and starts it with its tools.

use std::ffi::OsString;

use anyhow::Result;

use crate::step;
use crate::tools::{self, FOR_BENCH};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Arguments of the benchmark; `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

/// Passes the arguments on to the benchmark.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    step::quiet(workspace.cargo().args(["build", "--quiet", "--package", "bench"]))?;
    let mut bench = workspace.command(workspace.target().join("debug/bench"));
    bench.args(&args.arguments);
    if !args.arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        tools::ensure(workspace, &FOR_BENCH)?;
        for tool in FOR_BENCH {
            tool.tell(&mut bench, workspace)?;
        }
    }
    step::quiet(&mut bench)
}
