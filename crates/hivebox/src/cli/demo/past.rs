//! The past of a demo: simulated snapshots of the last days, generated in idle time.

use std::collections::HashSet;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use hivebox_archive::history::CompactionLimits;
use hivebox_archive::{ArchiveError, History, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use opensensemap::{Decoder, Limits};
use opensensemap_sim::SimServer;
use tracing::{info, warn};

use crate::exit::Failure;
use hivebox_http::App;
use hivebox_present::Priority;
use hivebox_present::{Clock, Days};
use hivebox_refresh::bridge::add_box;
use hivebox_telemetry::in_words;

/// The longest past.
const LONGEST: SignedDuration = SignedDuration::from_hours(31 * 24);
/// The interval between its snapshots.
const STEP: SignedDuration = SignedDuration::from_mins(30);
/// The delay before the demo generates its past, so that the first requests are fast.
const DELAY: Duration = Duration::from_secs(1);

/// Parses the length of the past.
pub(super) fn reach(text: &str) -> Result<SignedDuration, String> {
    let reach = text.parse::<Span>().and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()));
    let reach = reach.ok().filter(|reach| (SignedDuration::ZERO..=LONGEST).contains(reach));
    reach.ok_or_else(|| "use a duration from 0s to 31d, such as 12h or 7d".into())
}

/// Generates the past of a demo, on a thread of the lowest priority. Does nothing if there is a history already.
pub(super) fn begin(
    sim: SimServer,
    app: Arc<App>,
    rules: VerdictRules,
    reach: SignedDuration,
) -> Result<(), Failure> {
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
                warn!(error = in_words(&error), "cannot generate the past of the demo");
            }
        });
    })?;
    Ok(())
}

/// Stores the missing snapshots of these moments, adds them to the last days, and compacts all. Does nothing if there
/// is a history already.
async fn make(
    sim: &SimServer,
    store: &SnapshotStore,
    days: &Days,
    rules: VerdictRules,
    moments: impl Iterator<Item = Timestamp>,
    clock: impl Fn() -> Timestamp,
) -> Result<(), ArchiveError> {
    let history = History::of(store);
    if history.manifest().await?.number > 0 {
        return Ok(());
    }
    // An earlier demo may have stopped halfway.
    let stored: HashSet<Timestamp> =
        store.list(None, usize::MAX).await?.iter().map(|listed| listed.moment).collect();
    let mut made = 0;
    for moment in moments.filter(|moment| !stored.contains(moment)) {
        let readings = readings(sim, rules, moment);
        store.put(&Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin())?).await?;
        // The service read the last days from the store at its start, before this snapshot.
        days.add_readings(&readings, clock());
        made += 1;
    }
    // The service may compact at the same time. The second of the two finds nothing to do.
    let limits = CompactionLimits::default();
    while history.compact(&limits, clock()).await?.more {}
    info!(snapshots = made, "generated the past of the demo");
    Ok(())
}

/// The moments of the past, half an hour apart, earliest first.
fn moments(now: Timestamp, reach: SignedDuration) -> impl Iterator<Item = Timestamp> {
    let step = STEP.as_secs();
    let last = now.as_second().div_euclid(step);
    let first = last - reach.as_secs() / step;
    (first..=last).filter_map(move |place| Timestamp::from_second(place * step).ok())
}

/// The readings of all simulated boxes at a moment.
fn readings(sim: &SimServer, rules: VerdictRules, at: Timestamp) -> Arc<Readings> {
    let mut readings = ReadingsBuilder::new(Catalogue::builtin(), rules, at);
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: opensensemap::SenseBox<'_>| add_box(&mut readings, sense_box);
    // A fault of the simulation makes the past incomplete, but does not stop the demo.
    let pieces = sim.boxes_body_at(at).try_for_each(|piece| decoder.push(&piece, &mut sink));
    if let Err(error) = pieces.and_then(|()| decoder.finish(&mut sink).map(drop)) {
        warn!(error = in_words(&error), %at, "cannot read the simulated past");
    }
    readings.finish()
}

#[cfg(test)]
mod tests {
    use opensensemap_sim::{Options, Simulation, Stations};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-25T12:34:56Z".parse().unwrap()
    }

    #[test]
    fn the_past_has_a_moment_every_half_hour_up_to_now() {
        let moments: Vec<String> =
            moments(now(), reach("1h").unwrap()).map(|moment| moment.to_string()).collect();
        assert_eq!(moments, ["2026-11-25T11:30:00Z", "2026-11-25T12:00:00Z", "2026-11-25T12:30:00Z"]);
        assert_eq!(super::moments(now(), reach("2d").unwrap()).count(), 97);
        for wrong in ["", "-1h", "32d", "1 month", "long"] {
            assert!(reach(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn the_past_is_generated_once_and_usable_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let store = SnapshotStore::open_folder(folder.path()).unwrap();
        let options = Options { stations: Stations::Generated(40), ..Options::default() };
        let sim = SimServer::new(Simulation::new(options));
        let part = moments(now(), reach("30m").unwrap());
        let days = Days::default();
        make(&sim, &store, &days, VerdictRules::default(), part, now).await.unwrap();
        assert!(days.extremes().box_count() > 0, "the last days are known without a restart");
        let made = store.list(None, 10).await.unwrap();
        let known = History::of(&store).manifest().await.unwrap();
        assert_eq!((made.len(), known.rows() > 0), (2, true));
        let more = moments(now(), reach("2h").unwrap());
        make(&sim, &store, &days, VerdictRules::default(), more, now).await.unwrap();
        assert_eq!(store.list(None, 10).await.unwrap(), made);
    }
}
