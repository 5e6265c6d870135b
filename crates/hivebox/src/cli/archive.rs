//! `hivebox archive compact|verify`.

use clap::Subcommand;
use hivebox_archive::history::{Compacted, CompactionLimits, History, Verification};
use jiff::Timestamp;
use serde::Serialize;

use super::existing;
use super::output;
use super::progress;
use super::serve::block_on;
use super::settings::{SettingFlags, Storing};
use crate::exit::{Code, Failure};

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Take all new snapshots into the history now
    ///
    /// A running HiveBox does so by itself. Both at once harm nothing.
    Compact {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
    /// Prove that the history is whole
    ///
    /// Each file is there, with the right checksum, rows and order; each reading stands once; the hours are what the readings come to;
    /// and no snapshot that was taken in has a reading that the history lacks.
    Verify {
        /// Print JSON
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        settings: SettingFlags<Storing>,
    },
}

/// What compaction came to.
#[derive(Debug, Default, Serialize)]
struct Done {
    snapshots: usize,
    readings: u64,
    added: u64,
    manifest: Option<u64>,
    damaged: Vec<Damaged>,
}

#[derive(Debug, Serialize)]
struct Damaged {
    snapshot: String,
    reason: String,
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    match args.action {
        Action::Compact { json, settings } => {
            let history = open(&settings)?;
            block_on(async { compact(&history, json).await })
        }
        Action::Verify { json, settings } => {
            let history = open(&settings)?;
            block_on(async { verify(&history, json).await })
        }
    }
}

fn open(settings: &SettingFlags<Storing>) -> Result<History, Failure> {
    Ok(History::of(&existing::store(&settings.config()?.store)?))
}

async fn compact(history: &History, json: bool) -> Result<(), Failure> {
    let progress = progress::spinner("taking snapshots in");
    let limits = CompactionLimits::default();
    let mut done = Done::default();
    loop {
        let step = history.compact(&limits, Timestamp::now()).await?;
        done.add(&step);
        progress.set_message(format!("{} snapshots, {} new readings", done.snapshots, done.added));
        if !step.more {
            done.damaged = damaged(&step);
            break;
        }
    }
    progress.finish_and_clear();
    if json {
        output::json(&done)?;
    } else {
        for Damaged { snapshot, reason } in &done.damaged {
            output::line(&format!("BAD   {snapshot}  {reason}"))?;
        }
        let Done { snapshots, readings, added, .. } = done;
        output::line(&format!(
            "{snapshots} snapshots with {readings} readings taken in, {added} of them new"
        ))?;
    }
    if done.damaged.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Code::Data, format!("{} snapshots are damaged and were left out", done.damaged.len())))
}

impl Done {
    fn add(&mut self, step: &Compacted) {
        self.snapshots += step.snapshots;
        self.readings += step.readings;
        self.added += step.change.added;
        if step.snapshots > 0 {
            self.manifest = Some(step.change.manifest);
        }
    }
}

/// Damaged snapshots are met in each step; the last one has met all.
fn damaged(step: &Compacted) -> Vec<Damaged> {
    let told = step.damaged.iter();
    told.map(|(name, reason)| Damaged { snapshot: name.to_string(), reason: reason.clone() }).collect()
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
        tell(&verification)?;
    }
    if verification.faults.is_empty() {
        return Ok(());
    }
    Err(Failure::new(Code::Data, format!("{} faults were found", verification.faults.len())))
}

fn tell(verification: &Verification) -> Result<(), Failure> {
    for fault in &verification.faults {
        output::line(&format!("BAD   {}  {}", fault.object, fault.reason))?;
    }
    let Verification { days, readings, snapshots, orphans, .. } = verification;
    let whole = if verification.faults.is_empty() { "whole: " } else { "" };
    output::line(&format!(
        "{whole}{days} days with {readings} readings, and {snapshots} snapshots compared"
    ))?;
    if !orphans.is_empty() {
        let count = orphans.len();
        output::line(&format!(
            "{count} files are left over from attempts that came to nothing; a running HiveBox removes them"
        ))?;
    }
    Ok(())
}
