//! `hivebox store`.

use hivebox_archive::{Sealed, SnapshotName};
use hivebox_climate::catalogue::Catalogue;
use hivebox_kinds::Instant;
use hivebox_present::Clock;
use jiff::Timestamp;
use opensensemap::Observer;

use super::output;
use super::serve::block_on;
use super::settings::{ReadingAndStoring, SettingFlags};
use super::values;
use crate::exit::Failure;
use crate::service;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Judge readings as of this moment instead of now, such as 2024-10-14T09:20:00Z
    #[arg(long, value_name = "TIME", value_parser = values::of(Instant))]
    at: Option<Timestamp>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    settings: SettingFlags<ReadingAndStoring>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let config = args.settings.config()?;
    block_on(async {
        let new_folders = service::NewFolders::of_store(&config.store);
        let snapshots = service::snapshots(&config.store)?;
        let clock = Clock::system();
        let poller = service::poller(&config.upstream, &config.answer, clock.clone(), Observer::default())?;
        let (present, _) = poller.poll(args.at.unwrap_or_else(|| clock.now()), None).await?;
        let name = SnapshotName::at(present.readings.as_of());
        let stored = snapshots.put(&Sealed::of(name, &present.readings, Catalogue::builtin())?).await?;
        new_folders.keep();
        if args.json {
            return output::json(&stored);
        }
        let verb = if stored.created { "stored" } else { "already stored:" };
        output::line(&format!("{verb} {} readings, {} bytes", stored.rows, stored.bytes))?;
        output::line(&format!("object {} in {}", stored.object, config.store.address))?;
        output::line(&format!("sha256 {}", stored.sha256))
    })
}
