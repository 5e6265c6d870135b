//! Compaction by a process that gets killed.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use hivebox_archive::{Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Exposure;
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};

use crate::commands::hivebox;

const BOXES: i64 = 300;
const SNAPSHOTS: i64 = 12;

fn snapshot(number: i64) -> Sealed {
    let begin: Timestamp = "2026-11-24T23:30:00Z".parse().unwrap();
    let moment = begin + SignedDuration::from_mins(5 * number);
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment);
    for box_number in 0..BOXES {
        let (id, sensor_id) = (format!("{box_number:024x}"), format!("{:024x}", box_number << 8));
        let (name, model) = ("Bienen", "homeV2Wifi");
        builder.add_box(&BoxFacts { id: &id, name, model, exposure: Exposure::Outdoor, place: None });
        let value = format!("{}.5", box_number % 30);
        let measured = Some(Measured { value: &value, at: moment - SignedDuration::from_secs(box_number) });
        let (title, unit, sensor_type) = ("Temperatur", "°C", "BME280");
        builder.add_sensor(&SensorFacts { id: &sensor_id, title, unit, sensor_type, measured });
    }
    Sealed::of(SnapshotName::at(moment), &builder.finish(), Catalogue::builtin()).unwrap()
}

/// All files of the history, including unfinished ones.
fn files(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let files = entries.flatten().flat_map(|entry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => files(&entry.path()),
        _ => vec![entry.path().display().to_string()],
    });
    files.collect()
}

fn archive(folder: &Path, action: &str) -> serde_json::Value {
    let output = hivebox(folder).args(["archive", action, "--json"]).output().unwrap();
    assert!(output.status.success(), "{action}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn killing_a_compaction_loses_and_doubles_no_reading() {
    let folder = tempfile::tempdir().unwrap();
    let (folder, history) = (folder.path(), folder.path().join("hivebox-data/history"));
    let store = SnapshotStore::open_folder(&folder.join("hivebox-data")).unwrap();
    for number in 0..SNAPSHOTS {
        store.put(&snapshot(number)).await.unwrap();
    }
    // Each run is killed when one file more exists than in the run before, until a run finishes.
    let mut killed = 0;
    loop {
        let seen = files(&history).len();
        let mut child = hivebox(folder).args(["archive", "compact"]).stdout(Stdio::null()).spawn().unwrap();
        let ended = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if files(&history).len() > seen {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            thread::sleep(Duration::from_micros(200));
        };
        let verified = archive(folder, "verify");
        assert_eq!(verified["faults"].as_array().unwrap().len(), 0, "{verified}");
        match ended {
            None => killed += 1,
            Some(status) => {
                assert!(status.success());
                break;
            }
        }
    }
    assert!(killed >= 2, "killed {killed} times only");

    archive(folder, "compact");
    let verified = archive(folder, "verify");
    assert_eq!(verified["readings"], BOXES * SNAPSHOTS);
    assert_eq!(verified["snapshots"], SNAPSHOTS);
    assert_eq!(verified["faults"].as_array().unwrap().len(), 0, "{verified}");
}
