//! `hivebox completions`.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, output};
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell to complete for
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "hivebox", &mut script);
    output::write(&script)
}
