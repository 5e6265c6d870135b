//! The tasks of this repository, for people and for CI: `cargo xtask --help` lists them.
//!
//! A task installs the programs that it needs (see [`tools`]) and reports on standard error.
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
    /// Run all tests; installs the servers and tools that they need.
    Test(test::Args),
    /// Check format, prose, lints, dependencies and documentation.
    Lint,
    /// Test the feature `ballista` against a real cluster.
    Cluster,
    /// Check the deployment files: image, Kubernetes, rules and workflows.
    Deploy(deploy::Args),
    /// Create, test or delete a Kubernetes cluster with HiveBox on this machine.
    #[command(subcommand)]
    Kind(kind::Args),
    /// Feed a decoder with hostile input.
    Fuzz(fuzz::Args),
    /// Measure how many faults the quality checks find in simulated days.
    Quality(quality::Args),
    /// Measure a release build and print a table of the figures with their goals.
    #[command(disable_help_flag = true)]
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
