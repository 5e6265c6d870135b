//! `cargo xtask fuzz`: runs a target of `fuzz/` with libFuzzer.

use std::ffi::OsString;
use std::fs;
use std::path::{self, PathBuf};

use anyhow::{Context, Result};

use crate::step;
use crate::tools::{self, CARGO_FUZZ};
use crate::workspace::Workspace;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The target.
    #[arg(default_value = "decode_boxes")]
    target: String,
    /// Stop after this many inputs.
    #[arg(long)]
    runs: Option<u64>,
    /// Stop after this many seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Run only this input, such as a file of fuzz/artifacts.
    #[arg(long, conflicts_with_all = ["runs", "seconds"])]
    input: Option<PathBuf>,
}

/// Builds the target with the address sanitizer and feeds it until it breaks or a limit is reached.
pub(crate) fn run(workspace: &Workspace, args: &Args) -> Result<()> {
    tools::ensure(workspace, &[&CARGO_FUZZ])?;
    let mut command = workspace.command(CARGO_FUZZ.path(workspace)?);
    // Sanitizers are an unstable flag of rustc; this variable allows it in the installed toolchain.
    command.env("RUSTC_BOOTSTRAP", "1");
    command.args(["run", "--target-dir"]).arg(workspace.target().join("fuzz")).arg(&args.target);
    if let Some(input) = &args.input {
        command.arg(path::absolute(input)?);
    } else {
        command.args(inputs_and_limits(workspace, args)?);
    }
    step::run(&format!("Fuzz {}", args.target), &mut command)
}

fn inputs_and_limits(workspace: &Workspace, args: &Args) -> Result<Vec<OsString>> {
    let fuzz = workspace.root().join("fuzz");
    let (corpus, seeds) = (fuzz.join("corpus").join(&args.target), fuzz.join("seeds").join(&args.target));
    let dictionary = fuzz.join(&args.target).with_extension("dict");
    fs::create_dir_all(&corpus).with_context(|| format!("cannot create {}", corpus.display()))?;

    // libFuzzer writes inputs worth keeping into the first directory, and only reads the second.
    let mut arguments = vec![corpus.into_os_string()];
    if seeds.is_dir() {
        arguments.push(seeds.into_os_string());
    }
    arguments.extend(["--".into(), "-print_final_stats=1".into()]);
    arguments.push(format!("-max_total_time={}", args.seconds).into());
    if let Some(runs) = args.runs {
        arguments.push(format!("-runs={runs}").into());
    }
    if dictionary.is_file() {
        arguments.push(format!("-dict={}", dictionary.display()).into());
    }
    Ok(arguments)
}
