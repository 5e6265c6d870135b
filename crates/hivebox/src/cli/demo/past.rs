//! The past of a demo: snapshots of the last two days as the simulation had them, made when nobody needs the processor.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hivebox_archive::{ArchiveError, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::verdict::Rules;
use jiff::{SignedDuration, Timestamp};
use opensensemap::{Decoder, Limits};
use opensensemap_sim::SimServer;
use tracing::{info, warn};

use crate::app::App;
use crate::bridge::add_box;
use crate::exit::Failure;
use crate::refresh::lower_priority;
use crate::words::in_words;

/// How far the past reaches back.
const REACH: SignedDuration = SignedDuration::from_hours(48);
/// How far its snapshots are apart.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// How long the demo goes on before its past is made: its first minute is that of whoever tries it.
const DELAY: Duration = Duration::from_secs(1);

/// Begins to make the past of a demo that has none, on a thread of the lowest priority.
pub(super) fn begin(sim: SimServer, app: Arc<App>, rules: Rules) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("past".into()).spawn(move || {
        lower_priority();
        runtime.block_on(async {
            app.cache.first_poll().await;
            tokio::time::sleep(DELAY).await;
            if let Err(error) = make(&sim, &app.snapshots, rules, Timestamp::now()).await {
                warn!(error = in_words(&error), "the demo has no past");
            }
        });
    })?;
    Ok(())
}

/// Stores what is missing of the last two days, and compacts it; does nothing where there is a history already.
async fn make(
    sim: &SimServer,
    store: &SnapshotStore,
    rules: Rules,
    now: Timestamp,
) -> Result<(), ArchiveError> {
    let history = store.history();
    if history.manifest().await?.number > 0 {
        return Ok(());
    }
    // Some, if a demo was stopped before it had made them all.
    let stored: HashSet<Timestamp> =
        store.list(None, usize::MAX).await?.iter().map(|listed| listed.moment).collect();
    let mut made = 0;
    for moment in moments(now).filter(|moment| !stored.contains(moment)) {
        let readings = readings(sim, rules, moment);
        store.put(&Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin())?).await?;
        made += 1;
    }
    info!(snapshots = made, "the demo has a past");
    Ok(())
}

/// The moments of the past, from the first on: the half hours of the last two days.
fn moments(now: Timestamp) -> impl Iterator<Item = Timestamp> {
    let step = STEP.as_secs();
    let last = now.as_second().div_euclid(step);
    let first = last - REACH.as_secs() / step;
    (first..=last).filter_map(move |place| Timestamp::from_second(place * step).ok())
}

/// What all simulated boxes say at a moment.
fn readings(sim: &SimServer, rules: Rules, at: Timestamp) -> Arc<Readings> {
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), rules, at);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    // What the simulation writes can be read; if not, there is just less of a past.
    let pieces = sim.boxes_body_at(at).try_for_each(|piece| decoder.push(&piece, &mut sink));
    if let Err(error) = pieces.and_then(|()| decoder.finish(&mut sink).map(drop)) {
        warn!(error = in_words(&error), %at, "the simulated past cannot be read");
    }
    readings.finish()
}
