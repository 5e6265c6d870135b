//! A backfill imports exactly the measurements of the past.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use hivebox::backfill::{Backfill, BackfillError, BackfillRequest, BackfillSource, Pacing};
use hivebox_archive::SnapshotStore;
use hivebox_archive::history::{History, read_day};
use hivebox_climate::verdict::{Verdict, VerdictRules};
use hivebox_present::Clock;
use hivebox_refresh::upstream::Upstream;
use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};
use opensensemap::{BoxId, Client, ClientOptions, MAX_MEASUREMENTS};
use opensensemap_sim::{
    Defect, Fault, FaultRule, Options, SimClock, SimServer, SimulatedBox, Simulation, Stations,
};
use tempfile::TempDir;

use crate::app::{TestUpstream, install_tls_provider};
use crate::commands::hivebox;

const NOW: &str = "2026-11-24T12:00:00Z";
const FROM: Date = date(2026, 11, 17);
const TO: Date = date(2026, 11, 20);

fn now() -> Timestamp {
    NOW.parse().unwrap()
}

/// The values by sensor and millisecond; `None` for text that is not a number.
type Past = BTreeMap<(String, i64), Option<f64>>;

/// An upstream at a fixed time, and a folder for stores.
struct Scene {
    upstream: TestUpstream,
    folder: TempDir,
}

impl Scene {
    async fn new(bad_share: f64) -> Self {
        let options = Options { seed: 4, stations: Stations::Generated(150), bad_share };
        let sim = SimServer::new(Simulation::new(options));
        sim.set_time(SimClock::Fixed(now()));
        let upstream = TestUpstream::with(sim, "127.0.0.1:0".parse().unwrap()).await;
        Self { upstream, folder: tempfile::tempdir().unwrap() }
    }

    fn simulation(&self) -> &Simulation {
        self.upstream.sim.simulation()
    }

    /// `count` active boxes, those with interesting defects first, and one silent box.
    fn boxes(&self, count: usize) -> Vec<BoxId> {
        let measures = |item: &SimulatedBox<'_>| item.last_measurement_at() > Some(now() - 1.hour());
        let (mut active, silent): (Vec<_>, Vec<_>) = self.simulation().boxes_at(now()).partition(measures);
        let telling = [Defect::NotANumber, Defect::BrokenBmx280, Defect::Future].map(Some);
        let is_sound =
            |item: &SimulatedBox<'_>| !item.sensors().any(|sensor| telling.contains(&sensor.defect()));
        active.sort_by_key(is_sound);
        let chosen = active.iter().take(count).chain(silent.first());
        chosen.map(|item| item.id().to_string().parse().unwrap()).collect()
    }

    fn history(&self, name: &str) -> History {
        History::of(&SnapshotStore::open_folder(&self.folder.path().join(name)).unwrap())
    }

    fn backfill(&self, source: BackfillSource, boxes: &[BoxId], history: History) -> Backfill {
        install_tls_provider();
        let client = |base_url: String| {
            Client::new(ClientOptions {
                base_url,
                max_retries: 0,
                circuit_failures: 1_000,
                circuit_open_for: Duration::from_millis(1),
                ..ClientOptions::default()
            })
            .unwrap()
        };
        let archive = format!("{}/archive", self.upstream.url);
        Backfill {
            request: BackfillRequest {
                source,
                address: self.upstream.url.clone(),
                from: FROM,
                to: TO,
                boxes: Some(boxes.to_vec()),
                bbox: None,
            },
            upstream: Upstream::Some(client(self.upstream.url.clone()), boxes.into()),
            archive: client(archive),
            history,
            rules: VerdictRules::default(),
            pacing: Pacing {
                file_retries: 40,
                file_wait: Duration::from_micros(1),
                pause: Duration::ZERO,
                retries: 40,
                first_wait: Duration::from_micros(1),
                longest_wait: Duration::from_secs(2),
            },
            most_days: 2,
        }
    }

    /// The measurements of these boxes on the requested days.
    fn truth(&self, boxes: &[BoxId]) -> Past {
        self.truth_from(FROM, boxes)
    }

    fn truth_from(&self, from: Date, boxes: &[BoxId]) -> Past {
        let midnight = |day: Date| Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap();
        let within = midnight(from)..midnight(TO.tomorrow().unwrap());
        let mut past = Past::new();
        for id in boxes {
            let sense_box = self.simulation().box_with_id(id.as_str().parse().unwrap(), now()).unwrap();
            for sensor in sense_box.sensors() {
                let measured =
                    self.simulation().measurements(sense_box.id(), sensor.id(), within.clone(), now());
                past.extend(measured.map(|one| {
                    let number = one.value.to_string().parse().ok().filter(|number: &f64| number.is_finite());
                    ((sensor.id().to_string(), one.created_at().as_millisecond()), number)
                }));
            }
        }
        past
    }

    /// Makes many requests for measurements fail, in different ways.
    fn break_often(&self, path: &str) {
        let rule =
            |fault: Fault| FaultRule { fault, times: None, path: Some(path.into()), share: Some(0.12) };
        let faults = [
            Fault::TooManyRequests { retry_after: 0 },
            Fault::Status { status: 503 },
            Fault::HtmlErrorPage,
            Fault::Truncated { after_bytes: None },
            Fault::Reset { after_bytes: None },
            Fault::BadBox { nth: 0 },
        ];
        self.upstream.sim.faults().replace(faults.map(rule).into()).unwrap();
    }
}

/// All values of a history, and its number of readings by verdict.
async fn read(history: &History, folder: &std::path::Path) -> (Past, BTreeMap<Verdict, usize>) {
    let (mut past, mut verdicts) = (Past::new(), BTreeMap::new());
    for day in history.manifest().await.unwrap().days {
        let file = std::fs::read(folder.join(&day.readings.path)).unwrap();
        read_day(&file.into(), |row| {
            let key = (row.sensor_id.to_owned(), row.measured_at.as_millisecond());
            assert_eq!(past.insert(key, row.raw_value), None, "each reading stands once");
            *verdicts.entry(row.verdict).or_default() += 1;
        })
        .unwrap();
    }
    (past, verdicts)
}

fn same(got: &Past, truth: &Past) {
    let (left, right): (BTreeSet<_>, BTreeSet<_>) = (got.keys().collect(), truth.keys().collect());
    let (more, less): (Vec<_>, Vec<_>) =
        (left.difference(&right).take(3).collect(), right.difference(&left).take(3).collect());
    assert!(more.is_empty() && less.is_empty(), "too much: {more:?}; missing: {less:?}");
    assert!(got == truth, "the values differ");
}

#[tokio::test]
async fn a_backfill_from_the_api_is_complete_despite_failures() {
    let scene = Scene::new(0.3).await;
    let boxes = scene.boxes(8);
    let history = scene.history("api");
    let backfill = scene.backfill(BackfillSource::Api, &boxes, history.clone());
    scene.break_often("/boxes/data");
    let summary = backfill.run(now, |_| ()).await.unwrap();

    let truth = scene.truth(&boxes);
    let (past, verdicts) = read(&history, &scene.folder.path().join("api")).await;
    same(&past, &truth);
    assert!(verdicts[&Verdict::Ok] > 10_000 && verdicts.contains_key(&Verdict::NotANumber), "{verdicts:?}");
    let implausible = [Verdict::Implausible, Verdict::Sentinel].map(|verdict| verdicts.get(&verdict));
    assert!(implausible.iter().flatten().count() > 0, "{verdicts:?}");
    assert!(!verdicts.contains_key(&Verdict::Stale), "each is judged as of its own time");
    assert_eq!((summary.values, summary.added), (truth.len() as u64, truth.len() as u64));
    assert_eq!(summary.days.values().sum::<u64>(), summary.values);
    assert_eq!(summary.days.len(), 4);
    assert!(summary.boxes_without_values.contains(&boxes.last().unwrap().to_string()));
    assert!(history.verify(|_, _| ()).await.unwrap().faults.is_empty());
}

#[tokio::test]
async fn a_truncated_answer_is_fetched_again_in_parts() {
    let scene = Scene::new(0.0).await;
    // The first request covers eight boxes, which measure every minute.
    let boxes = busy_boxes(&scene, 8);
    let history = scene.history("cut");
    let mut backfill = scene.backfill(BackfillSource::Api, &boxes, history.clone());
    backfill.most_days = 2;
    backfill.request.from = TO.yesterday().unwrap();
    let summary = backfill.run(now, |_| ()).await.unwrap();
    let truth = scene.truth_from(backfill.request.from, &boxes);
    let dust = titled(&scene, &boxes, "PM10");
    let pm10 = truth.keys().filter(|(sensor, _)| dust.contains(sensor)).count();
    assert!(pm10 > MAX_MEASUREMENTS, "{pm10}");
    same(&read(&history, &scene.folder.path().join("cut")).await.0, &truth);
    assert!(summary.requests > 5, "{}", summary.requests);
}

/// The boxes with the most frequent dust sensors.
fn busy_boxes(scene: &Scene, count: usize) -> Vec<BoxId> {
    let day = now() - 24.hours()..now();
    let mut boxes: Vec<(usize, BoxId)> = scene
        .simulation()
        .boxes_at(now())
        .filter_map(|item| {
            let sensor = item.sensors().find(|sensor| sensor.title() == "PM10")?;
            let count = scene.simulation().measurements(item.id(), sensor.id(), day.clone(), now()).count();
            Some((count, item.id().to_string().parse().unwrap()))
        })
        .collect();
    boxes.sort();
    boxes.into_iter().rev().take(count).map(|(_, id)| id).collect()
}

fn titled(scene: &Scene, boxes: &[BoxId], title: &str) -> BTreeSet<String> {
    let items =
        boxes.iter().map(|id| scene.simulation().box_with_id(id.as_str().parse().unwrap(), now()).unwrap());
    let sensors = items.flat_map(|item| item.sensors());
    sensors.filter(|sensor| sensor.title() == title).map(|sensor| sensor.id().to_string()).collect()
}

#[tokio::test]
async fn a_backfill_from_the_archive_is_complete() {
    let scene = Scene::new(0.3).await;
    let boxes = scene.boxes(6);
    let history = scene.history("archive");
    let backfill = scene.backfill(BackfillSource::Archive, &boxes, history.clone());
    scene.break_often("/archive/*");
    let summary = backfill.run(now, |_| ()).await.unwrap();
    let truth = scene.truth(&boxes);
    same(&read(&history, &scene.folder.path().join("archive")).await.0, &truth);
    assert_eq!((summary.values, summary.days_not_there.len()), (truth.len() as u64, 0));
}

#[tokio::test]
async fn an_interrupted_backfill_resumes_with_the_same_result() {
    let scene = Scene::new(0.1).await;
    let boxes = scene.boxes(5);
    let folder = scene.folder.path().join("stopped");
    for source in [BackfillSource::Api, BackfillSource::Archive] {
        let mut runs = 0;
        loop {
            // Each run is dropped after a third of the work.
            runs += 1;
            let steps = Cell::new(0);
            let backfill = scene.backfill(source, &boxes, scene.history("stopped"));
            let stop = tokio::sync::Notify::new();
            let run = backfill.run(now, |progress| {
                steps.set(steps.get() + 1);
                if progress.done * 3 > progress.total * 2 && runs < 3 {
                    stop.notify_one();
                }
            });
            tokio::select! {
                biased;
                () = stop.notified() => {}
                summary = run => {
                    let summary = summary.unwrap();
                    assert!(runs > 1 && summary.done_before > 0, "{summary:?}");
                    assert_eq!(summary.days.len() + summary.done_before, 4);
                    break;
                }
            }
        }
        same(&read(&scene.history("stopped"), &folder).await.0, &scene.truth(&boxes));
        let asked = scene.upstream.sim.requests().total();
        let again = scene.backfill(source, &boxes, scene.history("stopped")).run(now, |_| ()).await.unwrap();
        assert_eq!((again.days.len(), again.done_before, again.requests), (0, 4, 0));
        assert_eq!(scene.upstream.sim.requests().total(), asked, "nothing is asked when all is done");
    }
}

#[tokio::test]
async fn a_day_missing_in_the_archive_is_requested_again() {
    let scene = Scene::new(0.0).await;
    let boxes = scene.boxes(1);
    let backfill = || scene.backfill(BackfillSource::Archive, &boxes, scene.history("late"));
    // The archive does not have the last day yet; its clock is behind ours.
    scene.upstream.sim.set_time(SimClock::Fixed("2026-11-20T23:00:00Z".parse().unwrap()));
    let summary = backfill().run(now, |_| ()).await.unwrap();
    assert_eq!((summary.days.len(), summary.days_not_there), (3, vec![TO]));
    scene.upstream.sim.set_time(SimClock::Fixed(now()));
    let summary = backfill().run(now, |_| ()).await.unwrap();
    assert_eq!((summary.days.len(), summary.done_before, summary.days_not_there.len()), (1, 3, 0));
    same(&read(&scene.history("late"), &scene.folder.path().join("late")).await.0, &scene.truth(&boxes));
}

#[tokio::test]
async fn a_long_failure_ends_the_backfill_and_keeps_finished_days() {
    let scene = Scene::new(0.0).await;
    let boxes = scene.boxes(2);
    let mut backfill = scene.backfill(BackfillSource::Archive, &boxes, scene.history("down"));
    backfill.pacing.retries = 2;
    let fault = FaultRule {
        path: Some("/archive/2026-11-19/*".into()),
        ..FaultRule::from(Fault::TooManyRequests { retry_after: 1 })
    };
    scene.upstream.sim.faults().set(fault).unwrap();
    let waited = Cell::new(Duration::ZERO);
    let error = backfill
        .run(now, |progress| waited.set(waited.get() + progress.waiting.unwrap_or_default()))
        .await
        .unwrap_err();
    assert!(matches!(error, BackfillError::Fetch { .. }), "{error}");
    assert_eq!(waited.get(), Duration::from_secs(2), "as long as upstream asked for, twice");
    scene.upstream.sim.faults().clear();
    let summary = backfill.run(now, |_| ()).await.unwrap();
    assert_eq!((summary.done_before, summary.days.len()), (2, 2));
}

#[tokio::test]
async fn a_server_without_the_route_is_an_error_not_an_empty_answer() {
    let scene = Scene::new(0.0).await;
    let boxes = scene.boxes(1);
    let fault = FaultRule { path: Some("/boxes/data".into()), ..Fault::Status { status: 404 }.into() };
    scene.upstream.sim.faults().set(fault).unwrap();
    let backfill = scene.backfill(BackfillSource::Api, &boxes, scene.history("route"));
    assert!(matches!(backfill.run(now, |_| ()).await, Err(BackfillError::Fetch { .. })));
    scene.upstream.sim.faults().clear();
    assert_eq!(backfill.run(now, |_| ()).await.unwrap().done_before, 0);
}

#[tokio::test]
async fn the_command_reports_imported_and_missing_values() {
    // The binary uses the system clock, so it imports yesterday.
    let options = Options { seed: 4, stations: Stations::Generated(60), bad_share: 0.2 };
    let sim = SimServer::new(Simulation::new(options));
    let upstream = TestUpstream::with(sim, "127.0.0.1:0".parse().unwrap()).await;
    let folder = tempfile::tempdir().unwrap();
    let yesterday = BackfillRequest::yesterday(Clock::system().now()).to_string();
    let run = |arguments: &[&str]| {
        let mut command = hivebox(folder.path());
        command.args(["backfill", "--pause", "0s", "--upstream", &upstream.url]).args(arguments);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let output = run(&["--from", &yesterday, "--bbox=-180,-90,180,90", "--json"]).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let told: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(told["values"].as_u64().unwrap() > 10_000, "{told}");
    assert_eq!(told["values"], told["added"]);
    assert!(!told["boxes_without_values"].as_array().unwrap().is_empty());
    assert!(output.stderr.is_empty(), "no bar in a pipe");

    let again = run(&["--from", &yesterday, "--bbox=-180,-90,180,90"]).await.unwrap();
    let text = String::from_utf8(again.stdout).unwrap();
    assert!(text.starts_with("1 of the days"), "{text}");
    let wrong = run(&["--from", "2999-01-01", "--to", "2999-01-02"]).await.unwrap();
    assert_eq!(wrong.status.code(), Some(64), "{}", String::from_utf8_lossy(&wrong.stderr));
}
