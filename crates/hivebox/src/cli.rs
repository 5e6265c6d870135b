//! The command line: one file a command.

mod archive;
mod backfill;
#[cfg(feature = "history")]
mod columns;
mod completions;
mod config;
mod demo;
mod doctor;
mod existing;
mod flag;
mod healthcheck;
#[cfg(feature = "history")]
mod history;
mod openapi;
mod output;
mod progress;
mod serve;
mod settings;
mod simulate;
mod snapshots;
#[cfg(feature = "history")]
mod sql;
mod store;
mod temperature;
mod values;

use clap::{Parser, Subcommand};

use crate::exit::Failure;

/// What it is like out there, by the sensors that citizens run.
///
/// HiveBox reads the senseBoxes of openSenseMap, says which readings can be trusted, and serves averages
/// of them: at once, and also while openSenseMap is down.
#[derive(Debug, Parser)]
#[command(name = "hivebox", version, max_term_width = 100, disable_help_subcommand = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the HTTP API
    Serve(serve::Args),
    /// Serve with a simulated openSenseMap inside: no network needed
    Demo(demo::Args),
    /// Tell the average temperature once
    Temperature(temperature::Args),
    /// Store a snapshot of the current readings once
    Store(store::Args),
    /// List, show, verify or remove stored snapshots
    Snapshots(snapshots::Args),
    /// Take snapshots into the history, or prove it whole
    Archive(archive::Args),
    /// Tell what the past was like, bucket by bucket
    #[cfg(feature = "history")]
    History(history::Args),
    /// Bring the past in: what was measured before HiveBox watched
    ///
    /// Whole days are taken from the API or from the daily archive of openSenseMap, and merged into the history. What is done is recorded in
    /// the store, so the same command goes on where it was stopped.
    Backfill(backfill::Args),
    /// Ask the past by SQL
    #[cfg(feature = "history")]
    Sql(sql::Args),
    /// Stand in for the openSenseMap API on a port
    Simulate(simulate::Args),
    /// Check that upstream, cache and store work as configured
    Doctor(doctor::Args),
    /// Ask a running HiveBox whether it is well
    Healthcheck(healthcheck::Args),
    /// Show the settings in force
    Config(config::Args),
    /// Print the description of the HTTP API: OpenAPI 3.1 as JSON
    ///
    /// It is what a running HiveBox serves at /openapi.json. Tools make clients, tests and pages of it.
    Openapi(openapi::Args),
    /// Print completions for a shell
    Completions(completions::Args),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// It failed; the failure has a sentence for people and a code for scripts.
    pub fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Serve(args) => serve::run(&args),
            Command::Demo(args) => demo::run(&args),
            Command::Temperature(args) => temperature::run(&args),
            Command::Store(args) => store::run(&args),
            Command::Snapshots(args) => snapshots::run(args),
            Command::Archive(args) => archive::run(args),
            #[cfg(feature = "history")]
            Command::History(args) => history::run(&args),
            Command::Backfill(args) => backfill::run(&args),
            #[cfg(feature = "history")]
            Command::Sql(args) => sql::run(&args),
            Command::Simulate(args) => simulate::run(&args),
            Command::Doctor(args) => doctor::run(&args),
            Command::Healthcheck(args) => healthcheck::run(&args),
            Command::Config(args) => config::run(&args),
            Command::Openapi(args) => openapi::run(&args),
            Command::Completions(args) => completions::run(&args),
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
