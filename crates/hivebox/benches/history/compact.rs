//! The time and memory of compacting a day of snapshots.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tokio::time::Instant;

use hivebox_archive::history::CompactionLimits;
use hivebox_archive::{History, Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Place;
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use tokio::runtime::Runtime;

use crate::workload::{FIRST_DAY, PERIOD_MILLIS, Workload, midnight};

const SNAPSHOTS: i64 = 288;
const GOAL_SECONDS: f64 = 20.0;
const GOAL_MIB: f64 = 512.0;

/// Makes the snapshots, and compacts them in a separate process to measure the memory of compaction alone.
pub(crate) fn measure(runtime: &Runtime, workload: &Workload, folder: &Path) {
    let _ = std::fs::remove_dir_all(folder);
    let store = SnapshotStore::open_folder(folder).unwrap();
    for number in 1..=SNAPSHOTS {
        let moment = midnight(FIRST_DAY) + SignedDuration::from_millis(number * PERIOD_MILLIS);
        let sealed =
            Sealed::of(SnapshotName::at(moment), &readings(workload, moment), Catalogue::builtin()).unwrap();
        assert!(runtime.block_on(store.put(&sealed)).unwrap().created);
    }
    drop(store);
    let program = std::env::current_exe().unwrap();
    let status = Command::new(program).arg("--compact").arg(folder).status().unwrap();
    assert!(status.success(), "{status}");
    std::fs::remove_dir_all(folder).unwrap();
}

/// The readings of all sensors at a moment.
fn readings(workload: &Workload, moment: Timestamp) -> Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment);
    for station in &workload.stations {
        let position = station.position;
        let place =
            Place::new(position.latitude_degrees(), position.longitude_degrees(), station.height_metres);
        let (id, model, exposure) = (&*station.box_id, &*station.model, station.exposure);
        builder.add_box(&BoxFacts { id, name: "", model, exposure, place });
        let reading = station.last(moment);
        let value = (f64::from(reading.hundredths) / 100.0).to_string();
        let at = Timestamp::from_millisecond(reading.millis).unwrap();
        let measured = Some(Measured { value: &value, at });
        let id = &station.sensor_id;
        builder.add_sensor(&SensorFacts {
            id,
            title: "Temperatur",
            unit: "°C",
            sensor_type: "BME280",
            measured,
        });
    }
    builder.finish()
}

/// Compacts the snapshots in a folder.
pub(crate) fn run(folder: &Path) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let history = History::of(&SnapshotStore::open_folder(folder).unwrap());
    let now = midnight(FIRST_DAY) + SignedDuration::from_hours(25);
    let started = Instant::now();
    let (mut snapshots, mut added, mut steps) = (0, 0, 0);
    loop {
        let done = runtime.block_on(history.compact(&CompactionLimits::default(), now)).unwrap();
        snapshots += done.snapshots;
        added += done.change.added;
        steps += 1;
        if !done.more {
            break;
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
    let peak: f64 = peak.unwrap_or(f64::NAN) / 1024.0;
    println!(
        "{snapshots} snapshots with {added} readings compacted in {seconds:.1} s, {steps} steps, peak {peak:.0} MiB"
    );
    println!("goal: {GOAL_SECONDS} s and {GOAL_MIB} MiB, reached: {seconds:.1} s and {peak:.0} MiB");
}
