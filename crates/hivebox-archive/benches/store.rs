//! Measures how long sealing and storing the readings of 15,000 senseBoxes in a folder takes, and how many bytes a reading
//! takes, column by column.
//!
//! The made-up readings resemble openSenseMap: ids of `MongoDB`, consecutive ids of a box's sensors, one time for all
//! sensors of a box, two decimals, and the most common titles.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run shall say so")]

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use hivebox_archive::{Sealed, SnapshotName, SnapshotStore};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use parquet::file::reader::{FileReader, SerializedFileReader};

const BOXES: usize = 15_000;
const ROUNDS: usize = 15;
const GOAL_MILLIS: f64 = 200.0;
const GOAL_BYTES: f64 = 12.0;

/// Title, unit, chip, quantity, and number of decimals.
type Kind = (&'static str, &'static str, &'static str, Quantity, usize);

#[derive(Debug, Clone, Copy)]
enum Quantity {
    Celsius,
    Percent,
    Hectopascal,
    Pascal,
    Dust(f64),
    Lux,
    Carbon,
    Volt,
}

use Quantity::{Carbon, Celsius, Dust, Hectopascal, Lux, Pascal, Percent, Volt};

const MODELS: [(&str, [Kind; 5]); 4] = [
    (
        "homeV2WifiFeinstaub",
        [
            ("PM10", "µg/m³", "SDS 011", Dust(2.3), 2),
            ("PM2.5", "µg/m³", "SDS 011", Dust(1.8), 2),
            ("Temperatur", "°C", "HDC1080", Celsius, 2),
            ("rel. Luftfeuchte", "%", "HDC1080", Percent, 2),
            ("Luftdruck", "hPa", "BMP280", Hectopascal, 2),
        ],
    ),
    (
        "luftdaten_sds011_bme280",
        [
            ("PM10", "µg/m³", "SDS 011", Dust(2.3), 2),
            ("PM2.5", "µg/m³", "SDS 011", Dust(1.8), 2),
            ("Temperatur", "°C", "BME280", Celsius, 2),
            ("rel. Luftfeuchte", "%", "BME280", Percent, 2),
            ("Luftdruck", "Pa", "BME280", Pascal, 2),
        ],
    ),
    (
        "homeV2Lora",
        [
            ("Temperatur", "°C", "HDC1080", Celsius, 2),
            ("rel. Luftfeuchte", "%", "HDC1080", Percent, 2),
            ("Luftdruck", "hPa", "BMP280", Hectopascal, 2),
            ("Beleuchtungsstärke", "lx", "TSL45315", Lux, 2),
            ("Bodentemperatur", "°C", "SMT50", Celsius, 2),
        ],
    ),
    (
        "custom",
        [
            ("Temperature", "°C", "DHT22", Celsius, 1),
            ("Humidity", "%", "DHT22", Percent, 1),
            ("Pressure", "hPa", "BME680", Hectopascal, 2),
            ("CO2", "ppm", "SCD30", Carbon, 0),
            ("Batterie", "V", "ADC", Volt, 2),
        ],
    ),
];
const WORDS: [&str; 12] = [
    "Garten",
    "Schule",
    "Balkon",
    "Bienen",
    "Wetter",
    "Station",
    "Feinstaub",
    "Haus",
    "Hof",
    "senseBox",
    "Terrasse",
    "Dach",
];

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
        2.0 * (self.between(-1.0, 1.0) + self.between(-1.0, 1.0) + self.between(-1.0, 1.0)) / 2.0
    }

    /// A value of a spring afternoon at a height in metres.
    fn value(&mut self, quantity: Quantity, height: f64) -> f64 {
        match quantity {
            Celsius => 14.0 - height / 150.0 + 3.0 * self.normal(),
            Percent => (68.0 + 15.0 * self.normal()).min(100.0),
            Hectopascal => 1013.0 - height / 8.3 + 3.0 * self.normal(),
            Pascal => 100.0 * self.value(Hectopascal, height),
            Dust(middle) => (middle + 0.6 * self.normal()).exp(),
            Lux => (9.0 + self.normal()).exp(),
            Carbon => 450.0 + 60.0 * self.normal().abs(),
            Volt => 3.9 + 0.1 * self.normal(),
        }
    }
}

fn readings(as_of: Timestamp) -> Arc<Readings> {
    let mut noise = Noise(1);
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
    // The middle of an id identifies the server's process; there were some hundreds of these.
    let processes: Vec<u64> = (0..300).map(|_| noise.below(1 << 31) << 9 | noise.below(1 << 9)).collect();
    let mut registered = 0x5700_0000_u64;
    for number in 0..BOXES {
        registered += noise.below(30_000);
        let process = processes[number * processes.len() / BOXES];
        let first = noise.below(1 << 23);
        let id = |count: u64| format!("{registered:08x}{process:010x}{:06x}", first + count);
        let word = WORDS[noise.below(WORDS.len() as u64) as usize];
        let other = WORDS[noise.below(WORDS.len() as u64) as usize];
        let (model, kinds) = &MODELS[[0, 1, 1, 2, 3][noise.below(5) as usize]];
        let height = 40.0 * noise.normal().exp();
        let micro = |degrees: f64| (degrees * 1e6).round() / 1e6;
        let place = Place::new(
            micro(noise.between(47.0, 55.0)),
            micro(noise.between(6.0, 15.0)),
            (noise.below(3) == 0).then_some((height * 10.0).round() / 10.0),
        );
        builder.add_box(&BoxFacts {
            id: &id(0),
            name: &format!("{word} {other} {}", noise.below(10_000)),
            model,
            exposure: if noise.below(10) == 0 { Exposure::Indoor } else { Exposure::Outdoor },
            place: Some(place.unwrap()),
        });
        let measured_at = as_of - SignedDuration::from_millis(noise.below(600_000) as i64);
        for (slot, (title, unit, chip, quantity, decimals)) in kinds.iter().enumerate() {
            let value = format!("{:.*}", *decimals, noise.value(*quantity, height));
            let measured = Some(Measured { value: &value, at: measured_at });
            builder.add_sensor(&SensorFacts {
                // The API lists the last one first.
                id: &id(5 - slot as u64),
                title,
                unit,
                sensor_type: chip,
                measured,
            });
        }
    }
    builder.finish()
}

fn print_columns(sealed: &Sealed) {
    let reader = SerializedFileReader::new(sealed.file().clone()).unwrap();
    let groups = reader.metadata().row_groups();
    for column in 0..groups[0].num_columns() {
        let bytes: i64 = groups.iter().map(|group| group.column(column).compressed_size()).sum();
        let name = groups[0].column(column).column_path().string();
        println!("  {name:<12} {:>6.2}", bytes as f64 / sealed.rows() as f64);
    }
}

fn main() {
    let as_of: Timestamp = "2026-11-24T12:00:00Z".parse().unwrap();
    let readings = readings(as_of);
    let folder = tempfile::tempdir().unwrap();
    let store = SnapshotStore::open_folder(folder.path()).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let (mut sealing, mut putting, mut reading) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for round in 0..ROUNDS {
        let name = SnapshotName::at(as_of + SignedDuration::from_secs(round as i64));
        let started = Instant::now();
        let sealed = Sealed::of(name, &readings, Catalogue::builtin()).unwrap();
        sealing.push(started.elapsed());
        let started = Instant::now();
        assert!(runtime.block_on(store.put(&sealed)).unwrap().created);
        putting.push(started.elapsed());
        let started = Instant::now();
        let mut good = 0;
        let snapshot = runtime.block_on(store.get(name)).unwrap();
        snapshot.good_values(&["air_temperature"], |_| good += 1).unwrap();
        assert!(good > BOXES / 2, "{good}");
        reading.push(started.elapsed());
        last = Some(sealed);
    }
    let sealed = last.unwrap();
    let millis = |took: Duration| took.as_secs_f64() * 1e3;
    let middle = |times: &mut Vec<Duration>| {
        times.sort_unstable();
        (millis(times[0]), millis(times[ROUNDS / 2]), millis(times[ROUNDS - 1]))
    };
    let (seal, put, read) = (middle(&mut sealing), middle(&mut putting), middle(&mut reading));
    let each = sealed.file().len() as f64 / sealed.rows() as f64;
    println!(
        "{} readings of {BOXES} senseBoxes, {ROUNDS} rounds, one core; best, middle and worst",
        sealed.rows()
    );
    println!("sealed in      {:>6.1} {:>6.1} {:>6.1} ms", seal.0, seal.1, seal.2);
    println!("put to folder  {:>6.1} {:>6.1} {:>6.1} ms", put.0, put.1, put.2);
    println!("checked, and its air temperatures read {:>6.1} {:>6.1} {:>6.1} ms", read.0, read.1, read.2);
    println!("{} bytes, of a reading:", sealed.file().len());
    print_columns(&sealed);
    println!("goal: {GOAL_MILLIS} ms, reached: {:.1} ms", seal.1 + put.1);
    println!("goal: {GOAL_BYTES} bytes a reading, reached: {each:.2}");
}
