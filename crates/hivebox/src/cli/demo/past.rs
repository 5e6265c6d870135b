//! The past of a demo: snapshots of the last days as the simulation had them, made when nobody needs the processor.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hivebox_archive::history::CompactionLimits;
use hivebox_archive::{ArchiveError, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::verdict::Rules;
use hivebox_kinds::TimeSpan;
use jiff::{SignedDuration, Timestamp};
use opensensemap::{Decoder, Limits};
use opensensemap_sim::SimServer;
use tracing::{info, warn};

use crate::exit::Failure;
use hivebox_http::App;
use hivebox_present::Priority;
use hivebox_present::{Clock, Days};
use hivebox_refresh::bridge::add_box;
use hivebox_telemetry::in_words;

/// How far the past may reach back, as the command line has it.
pub(super) const REACH: TimeSpan = TimeSpan::within(Duration::ZERO, Duration::from_hours(31 * 24));
/// How far its snapshots are apart.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// How long the demo goes on before its past is made: its first minute is that of whoever tries it.
const DELAY: Duration = Duration::from_secs(1);

/// Begins to make the past of a demo that has none, on a thread of the lowest priority.
pub(super) fn begin(sim: SimServer, app: Arc<App>, rules: Rules, reach: Duration) -> Result<(), Failure> {
    if reach.is_zero() {
        return Ok(());
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::Builder::new().name("past".into()).spawn(move || {
        Priority::Past.take();
        runtime.block_on(async {
            app.cache.first_poll().await;
            tokio::time::sleep(DELAY).await;
            if let Err(error) =
                make(&sim, &app.snapshots, &app.days, rules, moments(Clock::system().now(), reach), || {
                    Clock::system().now()
                })
                .await
            {
                warn!(error = in_words(&error), "the demo has no past");
            }
        });
    })?;
    Ok(())
}

/// Stores the snapshots of some moments that are missing, adds them to the last days, and compacts all; does
/// nothing where there is a history already.
async fn make(
    sim: &SimServer,
    store: &SnapshotStore,
    days: &Days,
    rules: Rules,
    moments: impl Iterator<Item = Timestamp>,
    clock: impl Fn() -> Timestamp,
) -> Result<(), ArchiveError> {
    let history = store.history();
    if history.manifest().await?.number > 0 {
        return Ok(());
    }
    // Some, if a demo was stopped before it had made them all.
    let stored: HashSet<Timestamp> =
        store.list(None, usize::MAX).await?.iter().map(|listed| listed.moment).collect();
    let mut made = 0;
    for moment in moments.filter(|moment| !stored.contains(moment)) {
        let readings = readings(sim, rules, moment);
        store.put(&Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin())?).await?;
        // The service looked for the last days in the store when it started.
        days.add_readings(&readings, Catalogue::builtin(), clock());
        made += 1;
    }
    // The service may be at it as well: whoever comes second finds nothing left to do.
    let limits = CompactionLimits::default();
    while history.compact(&limits, clock()).await?.more {}
    info!(snapshots = made, "the demo has a past");
    Ok(())
}

/// The moments of the past, from the first on: half hours.
fn moments(now: Timestamp, reach: Duration) -> impl Iterator<Item = Timestamp> {
    let step = STEP.as_secs();
    let last = now.as_second().div_euclid(step);
    let first = last - reach.as_secs() as i64 / step;
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

#[cfg(test)]
mod tests {
    use hivebox_kinds::Kind;
    use opensensemap_sim::{Options, Simulation, Stations};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T12:34:56Z".parse().unwrap()
    }

    #[test]
    fn a_past_is_of_half_hours_up_to_now() {
        let moments: Vec<String> =
            moments(now(), REACH.read("1h").unwrap()).map(|moment| moment.to_string()).collect();
        assert_eq!(moments, ["2026-11-25T11:30:00Z", "2026-11-25T12:00:00Z", "2026-11-25T12:30:00Z"]);
        assert_eq!(super::moments(now(), REACH.read("2d").unwrap()).count(), 97);
        for wrong in ["", "-1h", "32d", "1 month", "long"] {
            assert!(REACH.read(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_past_is_made_once_and_known_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open_folder(folder.path()).unwrap();
        let options = Options { stations: Stations::Generated(40), ..Options::default() };
        let sim = SimServer::new(Simulation::new(options));
        let part = moments(now(), REACH.read("30m").unwrap());
        let days = Days::default();
        make(&sim, &store, &days, Rules::default(), part, now).await.unwrap();
        assert!(days.extremes().box_count() > 0, "the last days are known without a new start");
        let made = store.list(None, 10).await.unwrap();
        let known = store.history().manifest().await.unwrap();
        assert_eq!((made.len(), known.rows() > 0), (2, true));
        let more = moments(now(), REACH.read("2h").unwrap());
        make(&sim, &store, &days, Rules::default(), more, now).await.unwrap();
        assert_eq!(store.list(None, 10).await.unwrap(), made);
    }
}
