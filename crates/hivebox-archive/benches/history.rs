//! Measures the compaction of one day: 288 snapshots of 15,000 senseBoxes with one sensor each. Prints the time, the peak of
//! the memory, and the bytes of a reading, column by column.
//!
//! Each sensor measures every five minutes, at its own offset: the local weather plus a little noise.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

use std::f64::consts::TAU;
use std::time::Duration;

use tokio::time::Instant;

use bytes::Bytes;
use hivebox_archive::history::{CollectedReadings, merge_day, merge_inventory};
use hivebox_archive::{Sealed, Snapshot, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use parquet::file::reader::{FileReader, SerializedFileReader};

const BOXES: usize = 15_000;
const ROUNDS: i64 = 288;
const EVERY_MILLIS: i64 = 300_000;
const GOAL_BYTES: f64 = 1.4;
const GOAL_SECONDS: f64 = 20.0;
const GOAL_MEGABYTES: f64 = 512.0;

/// A small generator of reproducible random numbers.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1 << 24) as f64 / f64::from(1 << 24)
    }

    /// About normally distributed, with a standard deviation of 1.
    fn normal(&mut self) -> f64 {
        self.between(-1.0, 1.0) + self.between(-1.0, 1.0) + self.between(-1.0, 1.0)
    }
}

struct SenseBox {
    id: String,
    sensor_id: String,
    name: String,
    model: &'static str,
    place: Place,
    phase_millis: i64,
    mean: f64,
    swing: f64,
    wander: f64,
}

/// Boxes in central Europe, most of them in cities.
fn boxes(noise: &mut Noise) -> Vec<SenseBox> {
    let cities: Vec<_> = (0..120).map(|_| (noise.between(46.0, 55.0), noise.between(5.0, 16.0))).collect();
    let models = ["homeV2WifiFeinstaub", "luftdaten_sds011_bme280", "homeV2Lora", "custom"];
    let mut registered = 0x5700_0000_u64;
    (0..BOXES)
        .map(|number| {
            registered += noise.below(30_000);
            let (process, first) = (noise.below(1 << 31), noise.below(1 << 23));
            let id = |count: u64| format!("{registered:08x}{process:010x}{:06x}", first + count);
            let (north, east) = cities[noise.below(120) as usize];
            let spread = if noise.below(4) == 0 { 2.0 } else { 0.1 };
            let micro = |degrees: f64| (degrees * 1e6).round() / 1e6;
            let latitude = micro(north + spread * noise.normal());
            let longitude = micro(east + spread * noise.normal());
            let height = (noise.below(3) == 0).then(|| noise.between(0.0, 900.0).round());
            SenseBox {
                id: id(0),
                sensor_id: id(1),
                name: format!("Garten {number}"),
                model: models[noise.below(4) as usize],
                place: Place::new(latitude, longitude, height).unwrap(),
                phase_millis: noise.below(EVERY_MILLIS as u64) as i64,
                mean: 9.0 + 3.0 * noise.normal(),
                swing: noise.between(2.0, 7.0),
                wander: 0.0,
            }
        })
        .collect()
}

/// The last measurements of all sensors every five minutes of a day. Their clocks jitter.
fn snapshots(jitter_millis: u64) -> Vec<Snapshot> {
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let mut noise = Noise(1);
    let mut boxes = boxes(&mut noise);
    let midnight: Timestamp = "2026-11-24T00:00:00Z".parse().unwrap();
    let take = |round: i64| {
        let as_of = midnight + SignedDuration::from_millis((round + 1) * EVERY_MILLIS - 1);
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        for sense_box in &mut boxes {
            builder.add_box(&BoxFacts {
                id: &sense_box.id,
                name: &sense_box.name,
                model: sense_box.model,
                exposure: Exposure::Outdoor,
                place: Some(sense_box.place),
            });
            let late = if jitter_millis == 0 { 0 } else { noise.below(jitter_millis) as i64 };
            let millis =
                (round * EVERY_MILLIS + sense_box.phase_millis + late).min((round + 1) * EVERY_MILLIS - 1);
            let hour = TAU * (millis as f64 / 86_400_000.0 - 0.625);
            sense_box.wander = 0.98 * sense_box.wander + 0.05 * noise.normal();
            let value =
                sense_box.mean + sense_box.swing * hour.cos() + sense_box.wander + 0.02 * noise.normal();
            let at = midnight + SignedDuration::from_millis(millis);
            builder.add_sensor(&SensorFacts {
                id: &sense_box.sensor_id,
                title: "Temperatur",
                unit: "°C",
                sensor_type: "HDC1080",
                measured: Some(Measured { value: &format!("{value:.2}"), at }),
            });
        }
        let name = SnapshotName::at(as_of);
        let sealed = Sealed::of(name, &builder.finish(), Catalogue::builtin()).unwrap();
        runtime.block_on(store.put(&sealed)).unwrap();
        runtime.block_on(store.get(name)).unwrap()
    };
    (0..ROUNDS).map(take).collect()
}

fn print_columns(file: &Bytes, rows: u64) {
    let reader = SerializedFileReader::new(file.clone()).unwrap();
    let groups = reader.metadata().row_groups();
    let mut sum = 0;
    for column in 0..groups[0].num_columns() {
        let bytes: i64 = groups.iter().map(|group| group.column(column).compressed_size()).sum();
        let filter: i32 = groups.iter().filter_map(|group| group.column(column).bloom_filter_length()).sum();
        let index: i32 = groups.iter().filter_map(|group| group.column(column).column_index_length()).sum();
        let offsets: i32 = groups.iter().filter_map(|group| group.column(column).offset_index_length()).sum();
        sum += bytes + i64::from(filter + index + offsets);
        let each = |bytes: i64| bytes as f64 / rows as f64;
        let name = groups[0].column(column).column_path().string();
        let [filter, index, offsets] = [filter, index, offsets].map(|bytes| each(bytes.into()));
        println!(
            "  {name:<12} {:>6.4}, filter {filter:.4}, index {index:.4}, offsets {offsets:.4}",
            each(bytes)
        );
    }
    println!("  {:<12} {:>6.4}", "the rest", (file.len() as i64 - sum) as f64 / rows as f64);
}

/// The peak of the memory since the last [`forget_peak`], in MiB; `None` if the system does not report it.
fn peak_megabytes() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().trim_end_matches(" kB").parse::<f64>().ok()? / 1024.0)
}

fn forget_peak() {
    // If this fails, the peak includes making the snapshots, so the bench reports too much.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

fn seconds(took: Duration) -> f64 {
    took.as_secs_f64()
}

fn measure(jitter_millis: u64) {
    let snapshots = snapshots(jitter_millis);
    forget_peak();
    let before = peak_megabytes();
    let started = Instant::now();
    let mut collected = CollectedReadings::default();
    for snapshot in &snapshots {
        collected.add_snapshot(snapshot).unwrap();
    }
    let gathering = started.elapsed();
    let started = Instant::now();
    let date = collected.dates()[0];
    let files = merge_day(date, None, &collected, Catalogue::builtin()).unwrap().unwrap();
    let merging = started.elapsed();
    let peak = peak_megabytes();
    let started = Instant::now();
    let again = merge_day(date, Some(&files.readings), &collected, Catalogue::builtin()).unwrap().unwrap();
    assert_eq!(files, again);
    let merging_again = started.elapsed();
    let peak_again = peak_megabytes();
    let started = Instant::now();
    let inventory = merge_inventory(None, None, &collected).unwrap();
    let counting = started.elapsed();
    let each = |bytes: usize| bytes as f64 / files.rows as f64;
    let (readings, hourly) = (each(files.readings.len()), each(files.hourly.len()));
    println!("{} readings, with clocks that are up to {jitter_millis} ms late", files.rows);
    println!("collected in {:.2} s, merged in {:.2} s", seconds(gathering), seconds(merging));
    println!(
        "merged with all of it in {:.2} s, boxes and sensors in {:.2} s",
        seconds(merging_again),
        seconds(counting)
    );
    println!("collected: {:.1} bytes of memory a reading", collected.heap_bytes() as f64 / files.rows as f64);
    println!("goal: {GOAL_SECONDS} s, reached: {:.2} s", seconds(gathering + merging));
    if let (Some(before), Some(peak), Some(peak_again)) = (before, peak, peak_again) {
        println!(
            "goal: {GOAL_MEGABYTES} MiB, reached: {:.0} MiB on top of the snapshots, {:.0} MiB merged again",
            peak - before,
            peak_again - before
        );
    }
    println!("goal: {GOAL_BYTES} bytes a reading, reached: {readings:.3}, and the hours {hourly:.3}");
    println!("boxes and sensors: {} bytes", inventory.boxes.len() + inventory.sensors.len());
    print_columns(&files.readings, files.rows);
}

fn main() {
    measure(0);
    measure(2000);
}
