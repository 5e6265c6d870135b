//! What people and CI run in this repository: `cargo xtask test`, `lint`, `cluster`, `deploy`, `kind`, `fuzz`, `quality` and `bench`.
//!
//! A task brings the programs that it needs (see [`tools`]) and says on standard error what it does.
#![expect(clippy::print_stderr, reason = "a task speaks to the person who started it")]

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench;
mod cluster;
mod deploy;
mod fuzz;
mod kind;
mod lint;
mod quality;
mod step;
mod test;
mod tools;
mod workspace;

use workspace::Workspace;

/// Tasks of the HiveBox repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Install what the tests need and is missing, then run all of them.
    Test(test::Args),
    /// Check format, lints, dependencies and documentation.
    Lint,
    /// Check and test the answers of a real Ballista cluster.
    Cluster,
    /// Check what deploys HiveBox: image, Kubernetes, rules and workflows.
    Deploy(deploy::Args),
    /// Make, test or remove a Kubernetes cluster with HiveBox on this machine.
    #[command(subcommand)]
    Kind(kind::Args),
    /// Feed a decoder with hostile input.
    Fuzz(fuzz::Args),
    /// Find faults of known truth in simulated days, and print how many were found.
    Quality(quality::Args),
    /// Measure a release build and print a table of the figures beside their goals.
    Bench(bench::Args),
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let cli = Cli::parse();
    let workspace = Workspace::locate()?;
    match cli.task {
        Task::Test(args) => test::run(&workspace, &args),
        Task::Lint => lint::run(&workspace),
        Task::Cluster => cluster::run(&workspace),
        Task::Deploy(args) => deploy::run(&workspace, &args),
        Task::Kind(args) => kind::run(&workspace, &args),
        Task::Fuzz(args) => fuzz::run(&workspace, &args),
        Task::Quality(args) => quality::run(&workspace, &args),
        Task::Bench(args) => bench::run(&workspace, &args),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }
}
