//! `hivebox completions`.

use clap::Command;
use clap_complete::Shell;

use super::output;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to complete for
    shell: Shell,
}

/// Prints the completions of `command`.
pub(super) fn run(args: &Args, command: &mut Command) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "hivebox", &mut script);
    output::write(&script)
}
