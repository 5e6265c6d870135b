//! `hivebox snapshots list|show|prune|verify`.

use std::io::{IsTerminal, stdout};
use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use hivebox_archive::{ArchiveError, Format, Listed, SnapshotName, SnapshotStore};
use hivebox_config::TIME_TO_KEEP;
use hivebox_present::Clock;
use jiff::Timestamp;
use serde::Serialize;

use super::existing;
use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{Pruning, SettingFlags, Storing};
use super::values;
use crate::exit::{Code, Failure};

/// What stands beside the bar.
const BESIDE: &str = "{pos}/{len} snapshots";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List snapshots, newest first
    List {
        /// How many to list
        #[arg(long, default_value_t = 20)]
        limit: usize,
        /// List only those named for a moment before this one's
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
        /// The snapshot, as list names it; the newest if left out
        name: Option<SnapshotName>,
        /// As what to print it
        #[arg(long, value_enum, default_value_t = ShowFormat::Csv)]
        format: ShowFormat,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
    /// Tell which snapshots are older than need be, and remove them if asked to
    Prune {
        /// How old a snapshot may be, such as 90d; what the setting retention says if left out
        #[arg(long, value_name = "DURATION", value_parser = values::of(TIME_TO_KEEP))]
        older_than: Option<Duration>,
        /// Remove them; otherwise they are only told
        #[arg(long)]
        remove: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Pruning>,
    },
    /// Check that snapshots are as they were written
    Verify {
        /// The snapshots to check; all if left out
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

/// What was found out about a snapshot.
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
        Action::List { limit, before, json, settings } => {
            let store = open(&settings)?;
            block_on(async { list(&store, limit, before, json).await })
        }
        Action::Show { name, format, settings } => {
            let store = open(&settings)?;
            block_on(async { show(&store, name, format).await })
        }
        Action::Prune { older_than, remove, json, settings } => {
            let config = settings.config()?;
            let store = existing::store(&config.store)?;
            let Some(limit) = older_than.or(config.retention) else {
                let message = "nothing is too old while retention is off; say --older-than 90d, for example";
                return Err(Failure::new(Code::Usage, message));
            };
            block_on(async { prune(&store, limit, remove, json).await })
        }
        Action::Verify { names, json, settings } => {
            let store = open(&settings)?;
            block_on(async { verify(&store, names, json).await })
        }
    }
}

fn open(settings: &SettingFlags<Storing>) -> Result<SnapshotStore, Failure> {
    existing::store(&settings.config()?.store)
}

async fn list(
    store: &SnapshotStore,
    limit: usize,
    before: Option<SnapshotName>,
    json: bool,
) -> Result<(), Failure> {
    let listed = store.list(before, limit).await?;
    if json {
        return output::json(&listed);
    }
    for snapshot in listed {
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
        ShowFormat::Csv => Format::Csv,
        ShowFormat::Json => Format::Json,
        ShowFormat::Parquet if stdout().is_terminal() => {
            return Err(Failure::new(Code::Usage, "Parquet is no text; send it to a file by > FILE"));
        }
        ShowFormat::Parquet => Format::Parquet,
    };
    for piece in store.get(name).await?.export(format)? {
        output::write(&piece?)?;
    }
    Ok(())
}

async fn newest(store: &SnapshotStore) -> Result<SnapshotName, Failure> {
    let newest = store.list(None, 1).await?.pop();
    let newest = newest.ok_or_else(|| Failure::new(Code::NoInput, "there are no snapshots yet"))?;
    newest.name.parse().map_err(|error| Failure::new(Code::Software, format!("{error}")))
}

/// What was found to be too old.
#[derive(Debug, Serialize)]
struct Pruned {
    before: Timestamp,
    removed: bool,
    snapshots: Vec<Listed>,
}

async fn prune(store: &SnapshotStore, limit: Duration, remove: bool, json: bool) -> Result<(), Failure> {
    // A limit beyond the beginning of time leaves nothing that is too old.
    let before = Clock::system().now().checked_sub(limit).unwrap_or(Timestamp::MIN);
    let snapshots = store.expired(before).await?;
    if remove {
        let progress = progress::bar(snapshots.len() as u64, BESIDE);
        for name in snapshots.iter().filter_map(|listed| listed.name.parse().ok()) {
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
        format!("{count} snapshots from before {before:.0} removed")
    } else {
        format!("{count} snapshots are from before {before:.0}; --remove removes them")
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
    // Each was listed because its name could be read.
    Ok(listed.iter().filter_map(|snapshot| snapshot.name.parse().ok()).collect())
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
        Err(error @ (ArchiveError::Corrupt { .. } | ArchiveError::NotFound { .. })) => Ok(Verified {
            name: name_text,
            good: false,
            rows: none,
            sha256: None,
            error: Some(error.to_string()),
        }),
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
