//! Keeps the temperature extremes of the last days, from each new present and, after a start, from stored snapshots.

use std::collections::HashSet;
use std::time::Duration;

use hivebox_archive::{ArchiveError, SnapshotName, SnapshotStore};
use hivebox_climate::extremes::{DAYS, HOURS_A_DAY};
use hivebox_present::{Clock, Days, LatestMoment};
use hivebox_telemetry::in_words;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;
use tracing::{info, warn};

use crate::metrics::StoreMetrics;
use crate::refresh::Refresh;

/// The age of the oldest snapshot to read.
const REACH: SignedDuration = SignedDuration::from_hours((DAYS * HOURS_A_DAY) as i64);
/// One snapshot is read for each interval of this length.
const GRID: SignedDuration = SignedDuration::from_mins(30);
/// The number of snapshots in one list request.
const LISTED_AT_ONCE: usize = 500;
/// The pause after the first failure of the store; it doubles with each further failure.
const FIRST_PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_mins(30);

/// Adds every new present, until the service stops. `last` is the moment of the present that was added last.
pub(crate) async fn follow(refresh: &Refresh, last: &mut Option<Timestamp>) {
    let mut changes = refresh.cache.changes();
    loop {
        changes.mark_unchanged();
        let present = refresh.cache.present().clone();
        if let Some(present) = present.filter(|present| *last != Some(present.readings.as_of())) {
            // Noted first: a present whose readings cause a panic is left out.
            *last = Some(present.readings.as_of());
            refresh.days.add_readings(&present.readings, refresh.clock.now());
        }
        // The cache lives as long as this does, so waiting cannot fail.
        let _ = changes.changed().await;
    }
}

/// Reads the last days from stored snapshots.
pub(crate) struct Recall<'a> {
    snapshots: &'a SnapshotStore,
    days: &'a Days,
    metrics: &'a StoreMetrics,
    clock: &'a Clock,
    last_stored: &'a LatestMoment,
    /// The pause after each snapshot, as a multiple of the time to read it: the poll runs on the same thread, and
    /// the store serves others, too.
    rest: u32,
    /// The snapshots that need not be read again, because they were read or are damaged.
    done: HashSet<SnapshotName>,
}

impl<'a> Recall<'a> {
    /// A recall that has read nothing.
    pub(crate) fn new(refresh: &'a Refresh) -> Self {
        Self {
            snapshots: &refresh.snapshots,
            days: &refresh.days,
            metrics: &refresh.metrics.store,
            clock: &refresh.clock,
            last_stored: &refresh.cache.dependencies().last_stored,
            rest: 1,
            done: HashSet::new(),
        }
    }

    /// Reads the stored snapshots of the last days. After a failure of the store it tries again later.
    pub(crate) async fn run(&mut self) {
        let mut pause = FIRST_PAUSE;
        while let Err(error) = self.round().await {
            self.metrics.read_failed();
            warn!(error = in_words(&error), "cannot read the last days from the store yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        let boxes = self.days.extremes().box_count();
        info!(snapshots = self.done.len(), boxes, "read the last days from the store");
    }

    /// Reads the remaining snapshots of the last days, newest first. Each is added as of its own time of reading,
    /// because new presents are added meanwhile.
    async fn round(&mut self) -> Result<(), ArchiveError> {
        for name in chosen(&self.stored_since(self.clock.now() - REACH).await?) {
            if !self.done.contains(&name) {
                let started = Instant::now();
                self.read(name).await?;
                tokio::time::sleep(started.elapsed() * self.rest).await;
            }
        }
        Ok(())
    }

    async fn read(&mut self, name: SnapshotName) -> Result<(), ArchiveError> {
        // Noted first: a snapshot that causes a panic is left out.
        self.done.insert(name);
        let read = match self.snapshots.get(name).await {
            Ok(snapshot) => self.days.add_snapshot(&snapshot, self.clock.now()),
            Err(error) => Err(error),
        };
        match read {
            // A snapshot that was removed since the list was read is too old.
            Ok(()) | Err(ArchiveError::NotFound { .. }) => {}
            Err(error) if error.is_of_one_object() => {
                self.metrics.read_failed();
                warn!(error = in_words(&error), "ignored a snapshot of the last days that cannot be read");
            }
            Err(error) => {
                self.done.remove(&name);
                return Err(error);
            }
        }
        Ok(())
    }

    /// The names of all snapshots not older than `since`, newest first. Notes the newest snapshot of all, unless a
    /// wrong clock has named it for the future.
    async fn stored_since(&self, since: Timestamp) -> Result<Vec<SnapshotName>, ArchiveError> {
        let mut names: Vec<SnapshotName> = Vec::new();
        loop {
            let listed = self.snapshots.list(names.last().copied(), LISTED_AT_ONCE).await?;
            let found = listed.len();
            let now = self.clock.now();
            let past = listed.iter().map(|listed| listed.moment).filter(|moment| *moment <= now);
            past.max().into_iter().for_each(|moment| self.last_stored.note(moment));
            let recent = listed.iter().filter(|listed| listed.moment >= since);
            let before = names.len();
            names.extend(recent.map(|listed| SnapshotName::at(listed.moment)));
            if found < LISTED_AT_ONCE || names.len() - before < found {
                return Ok(names);
            }
        }
    }
}

/// The newest name of each half hour. `names` are sorted, newest first.
fn chosen(names: &[SnapshotName]) -> Vec<SnapshotName> {
    let cell = |name: &SnapshotName| name.moment().as_second().div_euclid(GRID.as_secs());
    let mut chosen = names.to_vec();
    chosen.dedup_by_key(|name| cell(name));
    chosen
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;

    use hivebox_archive::Sealed;
    use hivebox_climate::catalogue::Catalogue;
    use hivebox_climate::chores::{Input, Inputs};
    use hivebox_climate::extremes::Neighbour;
    use hivebox_climate::place::Exposure;
    use hivebox_climate::readings::{Reading, Readings, ReadingsBuilder};
    use hivebox_climate::verdict::{Verdict, VerdictRules};
    use hivebox_telemetry::metrics::{Exposition, Metrics};
    use opensensemap::{Decoder, Limits};
    use opensensemap_sim::{Options, SimClock, SimServer, Simulation, Stations};

    use super::*;
    use crate::RefreshMetrics;
    use crate::bridge;

    fn now() -> Timestamp {
        "2026-11-24T12:10:00Z".parse().unwrap()
    }

    fn hours_ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    /// The readings of 60 simulated boxes at a moment.
    fn readings(as_of: Timestamp) -> Arc<Readings> {
        let options = Options { seed: 1, stations: Stations::Generated(60), bad_share: 0.0 };
        let sim = SimServer::new(Simulation::new(options));
        sim.set_time(SimClock::Fixed(as_of));
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        let mut decoder = Decoder::new(Limits::default());
        let mut sink = |sense_box: opensensemap::SenseBox<'_>| bridge::add_box(&mut builder, sense_box);
        for piece in sim.boxes_body() {
            decoder.push(&piece, &mut sink).unwrap();
        }
        decoder.finish(&mut sink).unwrap();
        builder.finish()
    }

    /// A store with one snapshot for each of these hours before now.
    async fn stored(folder: &Path, hours: std::ops::Range<i64>) -> SnapshotStore {
        let store = SnapshotStore::open_folder(folder).unwrap();
        for hour in hours {
            let as_of = hours_ago(hour);
            let sealed = Sealed::of(SnapshotName::at(as_of), &readings(as_of), Catalogue::builtin()).unwrap();
            store.put(&sealed).await.unwrap();
        }
        store
    }

    /// The last days after one round of reading, the number of snapshots done, and whether the round succeeded.
    async fn recalled(store: &SnapshotStore, metrics: &StoreMetrics) -> (Days, usize, bool) {
        let days = Days::default();
        let clock = &Clock::still_at(now());
        let last_stored = &LatestMoment::default();
        let mut recall = Recall {
            snapshots: store,
            days: &days,
            metrics,
            clock,
            last_stored,
            rest: 0,
            done: HashSet::new(),
        };
        let is_complete = recall.round().await.is_ok();
        let done = recall.done.len();
        (days, done, is_complete)
    }

    /// The outdoor boxes with a counting air temperature, each with its lowest and highest value at the full hours
    /// of the simulation.
    fn truth(hours: std::ops::Range<i64>) -> Vec<(String, f64, f64)> {
        let mut truth: Vec<(String, f64, f64)> = Vec::new();
        for readings in hours.map(hours_ago).map(readings) {
            let counts = |reading: &Reading<'_>| {
                reading.phenomenon() == Some(Catalogue::builtin().air_temperature())
                    && reading.verdict() == Verdict::Ok
                    && reading.exposure() == Exposure::Outdoor
            };
            for reading in readings.iter().filter(counts) {
                let (id, celsius) = (reading.box_id(), reading.value().unwrap().0);
                match truth.iter_mut().find(|(known, ..)| known == id) {
                    Some((_, min, max)) => (*min, *max) = (min.min(celsius), max.max(celsius)),
                    None => truth.push((id.to_owned(), celsius, celsius)),
                }
            }
        }
        truth
    }

    #[tokio::test]
    async fn the_newest_snapshot_is_noted_unless_it_is_from_the_future() {
        let folder = tempfile::tempdir().unwrap();
        let (store, metrics) = (stored(folder.path(), -1..3).await, StoreMetrics::default());
        let (days, last_stored) = (Days::default(), LatestMoment::default());
        let (clock, done) = (Clock::still_at(now()), HashSet::new());
        let recall = Recall {
            snapshots: &store,
            days: &days,
            metrics: &metrics,
            clock: &clock,
            last_stored: &last_stored,
            rest: 0,
            done,
        };
        assert_eq!(recall.stored_since(hours_ago(3)).await.unwrap().len(), 4);
        assert_eq!(last_stored.get(), Some(now()));
    }

    #[test]
    fn the_newest_snapshot_of_each_half_hour_is_read() {
        let names = ["12:05", "12:00", "11:59", "11:35", "11:29", "10:30"]
            .map(|time| SnapshotName::at(format!("2026-11-24T{time}:00Z").parse().unwrap()));
        let chosen: Vec<String> =
            chosen(&names).iter().map(|name| name.moment().strftime("%H:%M").to_string()).collect();
        assert_eq!(chosen, ["12:05", "11:59", "11:29", "10:30"]);
    }

    #[tokio::test]
    async fn the_last_days_are_read_from_stored_snapshots() {
        let folder = tempfile::tempdir().unwrap();
        let store = stored(folder.path(), 0..26).await;
        let (days, read, is_complete) = recalled(&store, &StoreMetrics::default()).await;
        assert_eq!((read, is_complete), (26, true));
        let extremes = days.extremes();
        let mut compared = 0;
        for (id, min, max) in truth(0..24) {
            let Some(day) = extremes.day(&id, 0, now()) else { continue };
            assert!(
                (day.min.0 - min).abs() < 0.006 && (day.max.0 - max).abs() < 0.006,
                "{id}: {day:?} {min} {max}"
            );
            assert_eq!(extremes.day(&id, 1, now()), None, "two hours make no day");
            compared += 1;
        }
        assert!(compared > 5, "{compared}");
    }

    #[tokio::test]
    async fn an_empty_or_young_store_makes_no_day() {
        let folder = tempfile::tempdir().unwrap();
        let (days, read, is_complete) =
            recalled(&stored(folder.path(), 0..0).await, &StoreMetrics::default()).await;
        assert_eq!((read, is_complete, days.extremes().box_count()), (0, true, 0));
        let (days, ..) = recalled(&stored(folder.path(), 0..10).await, &StoreMetrics::default()).await;
        let extremes = days.extremes();
        assert!(extremes.box_count() > 5);
        assert!(truth(0..1).iter().all(|(id, ..)| extremes.day(id, 0, now()).is_none()));
        // Presents complete the day.
        for hour in 10..24 {
            days.add_readings(&readings(hours_ago(hour)), now());
        }
        let known = truth(0..1).iter().filter(|(id, ..)| days.extremes().day(id, 0, now()).is_some()).count();
        assert!(known > 5, "{known}");
    }

    #[tokio::test]
    async fn older_snapshots_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let store = stored(folder.path(), 70..76).await;
        let (_, read, is_complete) = recalled(&store, &StoreMetrics::default()).await;
        assert_eq!((read, is_complete), (3, true), "of 70, 71 and 72 hours ago");
    }

    #[tokio::test]
    async fn a_damaged_snapshot_is_counted_and_skipped_and_a_failing_store_ends_the_round() {
        let folder = tempfile::tempdir().unwrap();
        let store = stored(folder.path(), 0..3).await;
        let damaged = SnapshotName::at(hours_ago(1)).object_path();
        std::fs::write(folder.path().join(damaged), b"no snapshot").unwrap();
        let mut registry = Metrics::registry();
        let metrics = RefreshMetrics::register(&mut registry, Arc::default(), Clock::still_at(now()));
        let metrics_page = Metrics::of(registry);
        let (days, read, is_complete) = recalled(&store, &metrics.store).await;
        assert_eq!((read, is_complete), (3, true));
        assert!(days.extremes().box_count() > 5);
        let text = metrics_page.render(Exposition::Prometheus).unwrap();
        assert!(text.contains("hivebox_store_read_failures_total 1\n"), "{text}");

        // A folder that contains itself is skipped; a file in place of the folder cannot be listed.
        std::os::unix::fs::symlink(".", folder.path().join("readings/loop")).unwrap();
        assert_eq!(recalled(&store, &metrics.store).await.1, 3);
        std::fs::rename(folder.path().join("readings"), folder.path().join("elsewhere")).unwrap();
        std::fs::write(folder.path().join("readings"), "in the way").unwrap();
        let (_, read, is_complete) = recalled(&store, &metrics.store).await;
        assert_eq!((read, is_complete), (0, false));
    }

    #[tokio::test]
    async fn chores_get_their_extremes_from_nearby_boxes() {
        let folder = tempfile::tempdir().unwrap();
        let (days, ..) = recalled(&stored(folder.path(), 0..24).await, &StoreMetrics::default()).await;
        let boxes = truth(0..24);
        let neighbours: Vec<Neighbour<'_>> = boxes
            .iter()
            .map(|(box_id, ..)| Neighbour { box_id, metres: 1000.0, height_correction_kelvin: 0.0 })
            .collect();
        let mut inputs = Inputs::default();
        days.extremes().fill(&mut inputs, &neighbours, now());
        let value = |input: Option<Input>| input.unwrap().value;
        assert!(value(inputs.air_temperature_min_24h) < value(inputs.air_temperature_mean_24h));
        assert!(value(inputs.air_temperature_mean_24h) < value(inputs.air_temperature_max_24h));
        assert_eq!(inputs.air_temperature_max_24_to_48h, None);
    }
}
