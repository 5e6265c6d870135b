//! Writes the past of a workload with the writer of the archive, day by day.

use std::path::Path;
use tokio::time::Instant;

use hivebox_archive::SnapshotStore;
use hivebox_archive::history::{CollectedReading, CollectedReadings, History};
use hivebox_climate::place::Place;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use jiff::civil::Date;
use tokio::runtime::Runtime;

use crate::duckdb::DuckDb;
use crate::workload::{Reading, Station, Workload, days, midnight};

/// Writes it unless it exists.
pub(crate) fn fill(runtime: &Runtime, workload: &Workload, folder: &Path, day_count: i64) {
    let history = History::of(&SnapshotStore::open_folder(folder).unwrap());
    let expected = workload.stations.len() as u64 * 288 * day_count as u64;
    if runtime.block_on(history.manifest()).unwrap().rows() == expected {
        return;
    }
    for day in days(day_count) {
        let started = Instant::now();
        let collected = collect(workload, day);
        let rows = collected.len();
        runtime.block_on(history.merge(collected, midnight(day.tomorrow().unwrap()))).unwrap();
        println!("{day}: {rows} readings made and written in {:.1} s", started.elapsed().as_secs_f64());
    }
    let written = runtime.block_on(history.manifest()).unwrap().rows();
    assert_eq!(written, expected, "{} has another past: remove it", folder.display());
}

fn collect(workload: &Workload, day: Date) -> CollectedReadings {
    let mut collected = CollectedReadings::default();
    for station in &workload.stations {
        for reading in station.day(day) {
            collected.add(&collected_reading(station, reading));
        }
    }
    collected
}

fn collected_reading(station: &Station, reading: Reading) -> CollectedReading<'_> {
    let value = f64::from(reading.hundredths) / 100.0;
    let position = station.position;
    CollectedReading {
        box_id: &station.box_id,
        box_name: "",
        model: &station.model,
        exposure: station.exposure,
        place: Place::new(position.latitude_degrees(), position.longitude_degrees(), station.height_metres),
        sensor_id: &station.sensor_id,
        title: "Temperatur",
        unit: "°C",
        sensor_type: "BME280",
        phenomenon: Some("air_temperature"),
        raw_value: Some(value),
        value: Some(Canonical(value)),
        measured_at: Timestamp::from_millisecond(reading.millis).unwrap(),
        verdict: Verdict::Ok,
    }
}

/// Writes all readings into one file with `DuckDB`, in its best layout: sorted by place, box and time, across days.
pub(crate) fn sort(duckdb: &mut DuckDb, files: &str, sorted: &Path) {
    if !sorted.exists() {
        let options = "format parquet, compression zstd";
        duckdb.ask(&format!(
            "copy (select * from {files} order by phenomenon, latitude, longitude, box_id, measured_at) to '{}' ({options})",
            sorted.display()
        ));
    }
    println!("all readings in one file by DuckDB: {} bytes", std::fs::metadata(sorted).unwrap().len());
}
