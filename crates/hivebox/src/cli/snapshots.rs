//! `hivebox snapshots list|show|prune|verify`.

use std::io::{IsTerminal, stderr, stdout};
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use hivebox_archive::{ArchiveError, Found, Listed, SnapshotFormat, SnapshotName, SnapshotStore};
use hivebox_config::TIME_TO_KEEP;
use hivebox_present::Clock;
use jiff::Timestamp;
use serde::Serialize;

use super::open_store::{self, Access};
use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{Pruning, SettingFlags, Storing};
use super::values;
use crate::exit::{Code, Failure};
use hivebox_telemetry::in_words;

/// The text beside the progress bar.
const BESIDE: &str = "{pos}/{len} snapshots";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: SnapshotsAction,
}

#[derive(Debug, Subcommand)]
enum SnapshotsAction {
    /// List snapshots, newest first
    List {
        /// Most snapshots to list
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// List only snapshots older than this one
        #[arg(long, value_name = "NAME")]
        before: Option<SnapshotName>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
    /// Print a snapshot's readings
    Show {
        /// Name of the snapshot [default: the newest]
        name: Option<SnapshotName>,
        /// Output format
        #[arg(long, value_enum, default_value_t = ShowFormat::Csv)]
        format: ShowFormat,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
    /// List old snapshots, and remove them on request
    Prune {
        /// Age limit, such as 90d [default: the setting retention]
        #[arg(long, value_name = "DURATION", value_parser = values::of(TIME_TO_KEEP))]
        older_than: Option<Duration>,
        /// Remove the snapshots instead of only listing them
        #[arg(long)]
        remove: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Pruning>,
    },
    /// Check that snapshots are undamaged
    Verify {
        /// Snapshots to check [default: all]
        names: Vec<SnapshotName>,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ShowFormat {
    Csv,
    Json,
    Parquet,
}

/// The result of checking a snapshot.
#[derive(Debug, Serialize)]
struct Verified {
    name: String,
    good: bool,
    rows: Option<u64>,
    sha256: Option<String>,
    error: Option<String>,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.action {
        SnapshotsAction::List { limit, before, json, settings } => {
            let store = open(&settings)?;
            block_on(async { list(&store, limit, before, json).await })
        }
        SnapshotsAction::Show { name, format, settings } => {
            let store = open(&settings)?;
            block_on(async { show(&store, name, format).await })
        }
        SnapshotsAction::Prune { older_than, remove, json, settings } => {
            let config = settings.config()?;
            let to = if remove { Access::Write } else { Access::Read };
            let store = open_store::open_existing(&config.store, to)?;
            let Some(limit) = older_than.or(config.retention) else {
                let message =
                    "retention is off, so there is no age limit; give one, such as --older-than 90d";
                return Err(Failure::new(Code::Usage, message));
            };
            block_on(async { prune(&store, limit, remove, json).await })
        }
        SnapshotsAction::Verify { names, json, settings } => {
            let store = open(&settings)?;
            block_on(async { verify(&store, names, json).await })
        }
    }
}

fn open(settings: &SettingFlags<Storing>) -> Result<SnapshotStore, Failure> {
    open_store::open_existing(&settings.config()?.store, Access::Read)
}

async fn list(
    store: &SnapshotStore,
    limit: usize,
    before: Option<SnapshotName>,
    json: bool,
) -> Result<(), Failure> {
    let Found { snapshots, strays } = store.find(before, limit).await?;
    // Standard output stays a list of snapshots.
    output::strays(&mut stderr(), &strays)?;
    if json {
        return output::json(&snapshots);
    }
    if snapshots.is_empty() {
        let before = before.map(|name| format!(" older than {name}")).unwrap_or_default();
        return output::line(&format!("there are no snapshots{before} in {}", store.objects()));
    }
    for snapshot in snapshots {
        output::line(&format!("{}  {:>9} bytes", snapshot.name, snapshot.bytes))?;
    }
    Ok(())
}

async fn show(store: &SnapshotStore, name: Option<SnapshotName>, format: ShowFormat) -> Result<(), Failure> {
    let name = match name {
        Some(name) => name,
        None => newest(store).await?,
    };
    let format = match format {
        ShowFormat::Csv => SnapshotFormat::Csv,
        ShowFormat::Json => SnapshotFormat::Json,
        ShowFormat::Parquet if stdout().is_terminal() => {
            return Err(Failure::new(
                Code::Usage,
                "Parquet is a binary format; redirect the output with > FILE",
            ));
        }
        ShowFormat::Parquet => SnapshotFormat::Parquet,
    };
    for piece in store.get(name).await?.export(format)? {
        output::write(&piece?)?;
    }
    Ok(())
}

async fn newest(store: &SnapshotStore) -> Result<SnapshotName, Failure> {
    let newest = store.list(None, 1).await?.pop();
    let newest = newest.ok_or_else(|| Failure::new(Code::NoInput, "there are no snapshots yet"))?;
    Ok(SnapshotName::at(newest.moment))
}

/// The old snapshots.
#[derive(Debug, Serialize)]
struct Pruned {
    before: Timestamp,
    removed: bool,
    snapshots: Vec<Listed>,
}

async fn prune(store: &SnapshotStore, limit: Duration, remove: bool, json: bool) -> Result<(), Failure> {
    let (before, snapshots) = store.older_than(limit, Clock::system().now()).await?;
    if remove {
        let progress = progress::bar(snapshots.len() as u64, BESIDE);
        for name in snapshots.iter().map(|listed| SnapshotName::at(listed.moment)) {
            store.remove(name).await?;
            progress.inc(1);
        }
        progress.finish_and_clear();
    }
    if json {
        return output::json(&Pruned { before, removed: remove, snapshots });
    }
    for snapshot in &snapshots {
        output::line(&format!("{}  {:>9} bytes", snapshot.name, snapshot.bytes))?;
    }
    let count = snapshots.len();
    output::line(&if remove {
        format!("removed {count} snapshots from before {before:.0}")
    } else {
        format!("{count} snapshots are from before {before:.0}; remove them with --remove")
    })
}

async fn verify(store: &SnapshotStore, names: Vec<SnapshotName>, json: bool) -> Result<(), Failure> {
    let names = if names.is_empty() { all(store).await? } else { names };
    let progress = progress::bar(names.len() as u64, BESIDE);
    let mut verified = Vec::with_capacity(names.len());
    for name in names {
        verified.push(verify_one(store, name).await?);
        progress.inc(1);
    }
    progress.finish_and_clear();
    let bad = verified.iter().filter(|snapshot| !snapshot.good).count();
    if json {
        output::json(&verified)?;
    } else {
        for snapshot in &verified {
            output::line(&describe(snapshot))?;
        }
        output::line(&format!("{} snapshots checked, {bad} bad", verified.len()))?;
    }
    if bad == 0 {
        return Ok(());
    }
    Err(Failure::new(Code::Data, format!("{bad} of {} snapshots are damaged or missing", verified.len())))
}

async fn all(store: &SnapshotStore) -> Result<Vec<SnapshotName>, Failure> {
    let listed = store.list(None, usize::MAX).await?;
    Ok(listed.iter().map(|snapshot| SnapshotName::at(snapshot.moment)).collect())
}

async fn verify_one(store: &SnapshotStore, name: SnapshotName) -> Result<Verified, Failure> {
    let (name_text, none) = (name.to_string(), None::<u64>);
    match store.get(name).await {
        Ok(snapshot) => Ok(Verified {
            name: name_text,
            good: true,
            rows: Some(snapshot.rows()),
            sha256: Some(snapshot.sha256()),
            error: None,
        }),
        Err(error) if error.is_of_one_object() || matches!(error, ArchiveError::NotFound { .. }) => {
            let error = Some(in_words(&error));
            Ok(Verified { name: name_text, good: false, rows: none, sha256: None, error })
        }
        Err(error) => Err(error.into()),
    }
}

fn describe(snapshot: &Verified) -> String {
    match (&snapshot.error, snapshot.rows, &snapshot.sha256) {
        (Some(error), ..) => format!("BAD   {}  {error}", snapshot.name),
        (None, Some(rows), Some(sha256)) => {
            format!("good  {}  {rows:>7} rows  sha256 {sha256}", snapshot.name)
        }
        (None, ..) => format!("good  {}", snapshot.name),
    }
}
