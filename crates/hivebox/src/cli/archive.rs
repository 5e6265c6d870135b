//! `hivebox archive compact|verify`.

use std::io::stdout;

use clap::Subcommand;
use hivebox_archive::Stray;
use hivebox_archive::history::{Compacted, CompactionLimits, History, Verification};
use hivebox_present::Clock;

use serde::Serialize;

use super::open_store::{self, Access};
use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{SettingFlags, Storing};
use crate::exit::{Code, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: ArchiveAction,
}

#[derive(Debug, Subcommand)]
enum ArchiveAction {
    /// Compact all new snapshots into the history now
    ///
    /// A running HiveBox does this by itself. Both may run at the same time.
    Compact {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
    /// Verify that the history is complete and undamaged
    ///
    /// Checks that each file exists with the right checksum, rows and order, that no reading is stored twice, that the
    /// days have as many readings as were added to them, that the hourly sums match the readings, and that the history
    /// has every reading of the compacted snapshots. Counts damaged snapshots as faults, whether they are compacted or
    /// not.
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
}

/// The result of a compaction.
#[derive(Debug, Default, Serialize)]
struct CompactionReport {
    snapshots: usize,
    readings: u64,
    from_future: u64,
    renewed_days: usize,
    added: u64,
    manifest: Option<u64>,
    damaged: Vec<DamagedSnapshot>,
    skipped: Vec<Stray>,
}

#[derive(Debug, Serialize)]
struct DamagedSnapshot {
    snapshot: String,
    reason: String,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.action {
        ArchiveAction::Compact { json, settings } => {
            let history = open(&settings, Access::Write)?;
            block_on(async { compact(&history, json).await })
        }
        ArchiveAction::Verify { json, settings } => {
            let history = open(&settings, Access::Read)?;
            block_on(async { verify(&history, json).await })
        }
    }
}

fn open(settings: &SettingFlags<Storing>, to: Access) -> Result<History, Failure> {
    Ok(History::of(&open_store::open_existing(&settings.config()?.store, to)?))
}

async fn compact(history: &History, json: bool) -> Result<(), Failure> {
    let progress = progress::spinner("compacting snapshots");
    let limits = CompactionLimits::default();
    let mut done = CompactionReport::default();
    loop {
        let step = history.compact(&limits, Clock::system().now()).await?;
        done.add(&step);
        progress.set_message(format!("{} snapshots, {} new readings", done.snapshots, done.added));
        if !step.more && step.renewed.is_none() {
            done.damaged = damaged(&step);
            done.skipped = step.strays;
            break;
        }
    }
    // A service does this on time; without one, nobody else does.
    history.remove_replaced(Clock::system().now()).await?;
    progress.finish_and_clear();
    if json {
        output::json(&done)?;
    } else {
        for DamagedSnapshot { snapshot, reason } in &done.damaged {
            output::line(&format!("BAD   {snapshot}  {reason}"))?;
        }
        output::strays(&mut stdout(), &done.skipped)?;
        let CompactionReport { snapshots, readings, added, from_future, renewed_days, .. } = done;
        output::line(&format!(
            "compacted {snapshots} snapshots with {readings} readings, {added} of them new"
        ))?;
        if renewed_days > 0 {
            output::line(&format!("wrote {renewed_days} days of earlier versions anew"))?;
        }
        if from_future > 0 {
            output::line(&format!(
                "{from_future} readings claim to be from the future; they stay in their snapshots alone"
            ))?;
        }
    }
    if done.damaged.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Code::Data, format!("{} snapshots cannot be read and were skipped", done.damaged.len())))
}

impl CompactionReport {
    fn add(&mut self, step: &Compacted) {
        self.snapshots += step.snapshots;
        self.readings += step.readings;
        self.from_future += step.from_future;
        self.renewed_days += usize::from(step.renewed.is_some());
        self.added += step.change.added;
        if step.snapshots > 0 || step.renewed.is_some() {
            self.manifest = Some(step.change.manifest);
        }
    }
}

/// The damaged snapshots. Each step finds them again, and the last step has seen all.
fn damaged(step: &Compacted) -> Vec<DamagedSnapshot> {
    step.damaged
        .iter()
        .map(|(name, reason)| DamagedSnapshot { snapshot: name.to_string(), reason: reason.clone() })
        .collect()
}

async fn verify(history: &History, json: bool) -> Result<(), Failure> {
    let bar = progress::bar(0, "{pos}/{len} days");
    let verification = history
        .verify(|done, of| {
            bar.set_length(of as u64);
            bar.set_position(done as u64);
        })
        .await?;
    bar.finish_and_clear();
    if json {
        output::json(&verification)?;
    } else {
        print(&verification)?;
    }
    if verification.faults.is_empty() {
        return Ok(());
    }
    let (faults, damaged) = (verification.faults.len(), verification.damaged_snapshots);
    Err(Failure::new(Code::Data, format!("found {faults} faults, {damaged} of them damaged snapshots")))
}

fn print(verification: &Verification) -> Result<(), Failure> {
    for fault in &verification.faults {
        output::line(&format!("BAD   {}  {}", fault.object, fault.reason))?;
    }
    output::strays(&mut stdout(), &verification.strays)?;
    let Verification {
        days,
        readings,
        taken_in,
        repeated,
        uncounted,
        snapshots,
        waiting,
        damaged_snapshots,
        unsealed,
        orphans,
        ..
    } = verification;
    let verdict = if verification.faults.is_empty() { "good: " } else { "" };
    output::line(&format!(
        "{verdict}verified {days} days with {readings} readings against {snapshots} snapshots"
    ))?;
    output::line(&format!("{taken_in} readings were added to them, {repeated} of which repeat others"))?;
    if *uncounted > 0 {
        output::line(&format!(
            "{uncounted} readings are of earlier versions, which did not count what they added"
        ))?;
    }
    for path in unsealed {
        output::line(&format!(
            "OLD   {path}  has no checksums for reads; only this command finds damage in it"
        ))?;
    }
    if *waiting > 0 {
        output::line(&format!(
            "{waiting} snapshots are not in the history yet: run hivebox archive compact"
        ))?;
    }
    if *damaged_snapshots > 0 {
        output::line(&format!("{damaged_snapshots} snapshots cannot be read"))?;
    }
    if !orphans.is_empty() {
        let count = orphans.len();
        output::line(&format!(
            "{count} files are leftovers of failed attempts; a running HiveBox removes them"
        ))?;
    }
    Ok(())
}
