//! What the service removes from its store, and when.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use hivebox_archive::history::GRACE;
use hivebox_archive::{History, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::ReadingsBuilder;
use hivebox_climate::verdict::VerdictRules;
use hivebox_present::Clock;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::SimClock;

use crate::app::{TestApp, TestUpstream, eventually, json};
use crate::commands::{OCTOBER_14, hivebox};
use crate::history::readings;

/// The interval of the services.
const COMPACTION: SignedDuration = SignedDuration::from_hours(1);
const AHEAD: SignedDuration = SignedDuration::from_hours(24 * 400);

fn noon() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

/// A service whose clock and upstream stand still, over a store that the test writes to as well.
struct House {
    upstream: TestUpstream,
    app: TestApp,
    store: SnapshotStore,
}

impl House {
    async fn at(now: Timestamp, settings: &[(&str, &str)]) -> Self {
        let upstream = TestUpstream::of(60).await;
        upstream.sim.set_time(SimClock::Fixed(noon()));
        let settings: Vec<(&str, String)> =
            settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let app = TestApp::with_clock(&upstream.url, &settings, [], &Clock::still_at(now)).await;
        let store = SnapshotStore::open_folder(app.folder.path()).unwrap();
        Self { upstream, app, store }
    }

    /// Sets the time here and at openSenseMap, and waits for a present of then.
    async fn pass(&self, time: SignedDuration) {
        self.app.let_time_pass(time);
        let now = self.app.clock.now();
        self.upstream.sim.set_time(SimClock::Fixed(now));
        self.app
            .until("/readyz", "the present of now", |ready| ready["cache_as_of"] == now.to_string())
            .await;
    }

    /// Stores what the boxes said at a moment.
    async fn remember(&self, moment: Timestamp) {
        let readings = readings(&self.upstream, moment);
        let sealed = Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin()).unwrap();
        self.store.put(&sealed).await.unwrap();
    }

    /// Stores a snapshot without any reading.
    async fn remember_nothing(&self, moment: Timestamp) {
        let readings = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment).finish();
        let sealed = Sealed::of(SnapshotName::at(moment), &readings, Catalogue::builtin()).unwrap();
        self.store.put(&sealed).await.unwrap();
    }

    /// Passes the time to the next compaction, and waits until the service has compacted so many snapshots.
    async fn until_compacted(&self, snapshots: f64) {
        self.until_higher("hivebox_compacted_snapshots_total", snapshots - 1.0).await;
    }

    /// Passes the time to the next compaction, and waits until the service has looked for new snapshots.
    async fn until_looked(&self) {
        let looked = "hivebox_last_compaction_timestamp_seconds";
        self.until_higher(looked, self.app.metric(looked).await).await;
    }

    /// Passes the time to the next compaction until a metric is higher. The time passes again if the service was not yet
    /// asleep.
    async fn until_higher(&self, series: &str, than: f64) {
        eventually(&format!("a higher {series}"), async || {
            self.app.let_time_pass(COMPACTION);
            let is_higher = async || {
                while self.app.metric(series).await <= than {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(Duration::from_secs(5), is_higher()).await.is_ok()
        })
        .await;
    }

    async fn names(&self) -> Vec<String> {
        self.store.list(None, usize::MAX).await.unwrap().into_iter().map(|listed| listed.name).collect()
    }

    /// The files of readings that a glob finds.
    fn globbed(&self) -> BTreeSet<String> {
        files_below(&self.app.folder.path().join("history/readings"), self.app.folder.path())
    }

    /// The files of readings that the newest manifest names.
    async fn named(&self) -> BTreeSet<String> {
        let manifest = History::of(&self.store).manifest().await.unwrap();
        manifest.days.into_iter().map(|day| day.readings.path).collect()
    }
}

fn files_below(folder: &Path, root: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            files.extend(files_below(&entry.path(), root));
        } else {
            files.insert(entry.path().strip_prefix(root).unwrap().display().to_string());
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replaced_files_go_on_time_even_if_nothing_is_new() {
    let house = House::at(noon(), &[("compact-interval", "1h")]).await;
    house.app.until_role("holder").await;
    for (count, minutes) in [(1.0, 20), (2.0, 10)] {
        house.remember(noon() - SignedDuration::from_mins(minutes)).await;
        house.until_compacted(count).await;
    }
    let replaced: Vec<String> = house.globbed().difference(&house.named().await).cloned().collect();
    assert_eq!(replaced.len(), 1, "the old file of the day stays for now: {replaced:?}");
    // The next compaction is due later, and nothing is new.
    let compacted_at = house.app.metric("hivebox_last_compaction_timestamp_seconds").await;
    house.app.let_time_pass(GRACE);
    eventually("a glob that finds the files of the manifest", async || {
        house.globbed() == house.named().await
    })
    .await;
    assert_eq!(house.app.metric("hivebox_last_compaction_timestamp_seconds").await, compacted_at);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_far_ahead_removes_nothing_until_new_data_agree_with_it() {
    let settings = [("compact-interval", "1h"), ("retention", "90d"), ("compacted-keep", "7d")];
    let house = House::at(noon(), &settings).await;
    house.app.until_role("holder").await;
    for minutes in [30, 20, 10] {
        house.remember(noon() - SignedDuration::from_mins(minutes)).await;
    }
    house.until_compacted(3.0).await;
    let stored = house.names().await;

    house.app.let_time_pass(AHEAD);
    house.app.until_metric("hivebox_removal_paused", 1.0).await;
    // A snapshot that is named by the clock says nothing about it: it has no data of then.
    house.remember_nothing(house.app.clock.now()).await;
    for _ in 0..10 {
        house.until_looked().await;
    }
    let left = house.names().await;
    assert!(stored.iter().all(|name| left.contains(name)), "{stored:?} {left:?}");
    assert_eq!(house.app.metric("hivebox_removed_snapshots_total").await, 0.0);

    // A present of now is enough; nobody waits for the next look.
    house.pass(COMPACTION).await;
    house.app.until_metric("hivebox_removed_snapshots_total", 3.0).await;
    eventually("removal", async || house.app.metric("hivebox_removal_paused").await == 0.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_back_in_1970_neither_stops_compaction_nor_removes_anything() {
    let settings = [("compact-interval", "1h"), ("retention", "1d"), ("compacted-keep", "1d")];
    let house = House::at(noon(), &settings).await;
    house.app.until_role("holder").await;
    house.remember(noon() - SignedDuration::from_mins(30)).await;
    house.until_compacted(1.0).await;
    house.app.clock.set(Timestamp::UNIX_EPOCH);
    house.remember(noon() - SignedDuration::from_mins(20)).await;
    house.until_compacted(2.0).await;
    assert_eq!(house.names().await.len(), 2);
    let history =
        house.app.json("/api/v1/history?from=2026-11-25T11:00:00Z&to=2026-11-25T12:00:00Z&every=PT1H").await;
    assert!(history["rows"][0]["count"].as_u64().unwrap() > 0, "{history}");

    let late = House::at(Timestamp::UNIX_EPOCH, &settings).await;
    late.app.until_role("holder").await;
    late.remember(noon() - SignedDuration::from_mins(30)).await;
    late.until_compacted(1.0).await;
    assert_eq!(late.names().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_history_of_a_newer_hivebox_the_present_is_served_and_stored_and_nothing_is_changed() {
    let house = House::at(noon(), &[("compact-interval", "1h")]).await;
    house.app.until_role("holder").await;
    let folder = house.app.folder.path().join("history/manifest");
    std::fs::create_dir_all(&folder).unwrap();
    let manifest = folder.join("0000000007.json");
    std::fs::write(&manifest, r#"{"schema":99,"tables":[]}"#).unwrap();
    let answer = house.app.get("/api/v1/history?from=-P1D").await;
    assert_eq!(answer.status(), 500);
    let detail = json(answer).await["detail"].to_string();
    assert!(detail.contains("written by a newer HiveBox (schema 99); this one reads"), "{detail}");
    house.remember(noon()).await;
    eventually("a compaction that fails", async || {
        house.app.let_time_pass(COMPACTION);
        house.app.metric("hivebox_compaction_failures_total").await >= 1.0
    })
    .await;
    assert_eq!(house.app.post("/store").await.status(), 200);
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1);
    let verify = hivebox(house.app.folder.path())
        .args(["archive", "verify", "--store", &format!("file:{}", house.app.folder.path().display())])
        .output()
        .unwrap();
    let told = String::from_utf8(verify.stdout).unwrap();
    assert_eq!(verify.status.code(), Some(65));
    assert!(
        told.contains("written by a newer HiveBox (schema 99)") && !told.contains("is damaged"),
        "{told}"
    );
}

#[test]
fn the_commands_tell_what_they_skip_and_what_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| hivebox(folder.path()).args(arguments).output().unwrap();
    let stored = run(&["store", "--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z"]);
    assert!(stored.status.success(), "{stored:?}");
    let day = folder.path().join("hivebox-data/readings/date=2024-10-14");
    std::fs::write(day.join("2024-10-14T09-25-00.000Z.parquet"), "no Parquet").unwrap();
    std::fs::write(day.join("2024-10-15T09-25-00.000Z.parquet"), "of another day").unwrap();
    for (arguments, code) in [
        (&["archive", "compact"][..], 65),
        (&["archive", "verify"], 65),
        (&["snapshots", "list"], 0),
        (&["snapshots", "verify"], 65),
    ] {
        let output = run(arguments);
        let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {told}");
        let skips = "SKIP  readings/date=2024-10-14/2024-10-15T09-25-00.000Z.parquet";
        assert_eq!(told.contains(skips), arguments != ["snapshots", "verify"], "{arguments:?}: {told}");
        assert!(!told.contains("good: "), "{arguments:?}: {told}");
    }
    let told = String::from_utf8(run(&["archive", "verify"]).stderr).unwrap();
    assert!(told.contains("1 of them damaged snapshots"), "{told}");
}
