//! The command line, with one file per command.

mod archive;
mod at_place;
mod backfill;
mod chores;
mod completions;
mod config;
mod demo;
mod doctor;
mod export;
mod flag;
mod forecast;
mod healthcheck;
mod history;
mod open_store;
mod openapi;
mod output;
mod paragraph;
mod parameter_flags;
mod progress;
mod serve;
mod settings;
mod simulate;
mod snapshots;
mod sql;
mod store;
mod temperature;
mod text_table;
mod values;

use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, Parser, Subcommand};

use crate::exit::Failure;

/// Current weather at ground level, measured by citizens.
///
/// HiveBox reads the senseBoxes of openSenseMap, judges which readings can be trusted, and serves averages of them
/// without delay, even while openSenseMap is down.
#[derive(Debug, Parser)]
#[command(name = "hivebox", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the HTTP API
    Serve(serve::Args),
    /// Serve data of a built-in simulation; needs no network
    Demo(demo::Args),
    /// Print the current average temperature
    Temperature(temperature::Args),
    /// Print which beekeeping chores the weather at a place allows, now and in the next days
    Chores(chores::Args),
    /// Print the weather of the next hours at a place
    Forecast(forecast::Args),
    /// Store one snapshot of the current readings
    Store(store::Args),
    /// List, show, verify or remove stored snapshots
    Snapshots(snapshots::Args),
    /// Compact snapshots into the history, or verify it
    Archive(archive::Args),
    /// Print averages of the past, bucket by bucket
    History(history::Args),
    /// Import measurements from before HiveBox ran
    ///
    /// Fetches whole days from the API or from the daily archive of openSenseMap, and merges them into the history. The
    /// store records finished days, so the same command resumes after an interruption.
    Backfill(backfill::Args),
    /// Query the past with SQL
    Sql(sql::Args),
    /// Run a simulated openSenseMap API
    Simulate(simulate::Args),
    /// Check that upstream, cache and store work as configured
    Doctor(doctor::Args),
    /// Check the health of a running HiveBox
    Healthcheck(healthcheck::Args),
    /// Show the settings in force
    Config(config::Args),
    /// Print the OpenAPI 3.1 description of the HTTP API as JSON
    ///
    /// A running HiveBox serves the same at /openapi.json. Tools generate clients, tests and pages from it.
    Openapi(openapi::Args),
    /// Print shell completions
    Completions(completions::Args),
}

impl Cli {
    /// Runs the command.
    ///
    /// # Errors
    /// The command failed. The failure has a sentence for people and an exit code for scripts.
    pub fn run(self) -> Result<(), Failure> {
        match self.command {
            Command::Serve(args) => serve::run(&args),
            Command::Demo(args) => demo::run(&args),
            Command::Temperature(args) => temperature::run(&args),
            Command::Chores(args) => chores::run(&args),
            Command::Forecast(args) => forecast::run(&args),
            Command::Store(args) => store::run(&args),
            Command::Snapshots(args) => snapshots::run(args),
            Command::Archive(args) => archive::run(args),
            Command::History(args) => history::run(&args),
            Command::Backfill(args) => backfill::run(&args),
            Command::Sql(args) => sql::run(&args),
            Command::Simulate(args) => simulate::run(&args),
            Command::Doctor(args) => doctor::run(&args),
            Command::Healthcheck(args) => healthcheck::run(&args),
            Command::Config(args) => config::run(&args),
            Command::Openapi(args) => openapi::run(&args),
            Command::Completions(args) => completions::run(&args, &mut Self::command()),
        }
    }
}

/// Hides secrets in what clap repeats of the command line.
pub fn mask_secrets(error: &mut clap::Error) {
    for kind in [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue] {
        let Some(ContextValue::String(given)) = error.get(kind) else { continue };
        // A value may be a time, which has colons as well. A stray argument may well be an address.
        let shown = if kind == ContextKind::InvalidValue || given.starts_with('-') {
            hivebox_config::mask_secrets(given)
        } else {
            hivebox_config::mask_address(given)
        };
        error.insert(kind, ContextValue::String(shown));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
