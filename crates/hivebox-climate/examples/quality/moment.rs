//! One moment of many thermometers whose truth is known.

use std::fmt::Write as _;
use std::io::Read as _;
use std::sync::Arc;

use flate2::read::GzDecoder;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::{Verdict, VerdictRules};
use jiff::Timestamp;
use opensensemap_sim::{Options, Simulation, Stations};

/// The truth about a thermometer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Truth {
    /// Left as it was.
    Untouched,
    /// Left as it was, where the weather itself is unusual.
    UnusualWeather,
    /// Wrong by about so many kelvin, up or down.
    Offset(u8),
    /// One of five neighbours that are all wrong by the same.
    Cluster,
    /// Its latitude and longitude are swapped.
    Swapped,
}

impl Truth {
    /// In words, for tables.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Untouched => "untouched".to_owned(),
            Self::UnusualWeather => "unusual weather".to_owned(),
            Self::Offset(kelvin) => format!("offset of {kelvin} K"),
            Self::Cluster => "cluster".to_owned(),
            Self::Swapped => "swapped".to_owned(),
        }
    }
}

/// A thermometer that counts: its verdict is `ok`.
#[derive(Debug, Clone)]
pub(crate) struct Thermometer {
    /// The number of its box.
    pub(crate) of_box: usize,
    pub(crate) latitude: f64,
    pub(crate) longitude: f64,
    pub(crate) height: Option<f64>,
    pub(crate) exposure: Exposure,
    pub(crate) value: f64,
    pub(crate) truth: Truth,
}

impl Thermometer {
    /// Whether its box says that it is outdoors.
    pub(crate) fn is_outdoors(&self) -> bool {
        self.exposure == Exposure::Outdoor
    }
}

/// All thermometers at one moment, those of one box together.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) as_of: Timestamp,
    pub(crate) thermometers: Vec<Thermometer>,
}

impl Moment {
    /// The thermometers of all openSenseMap on 2020-09-01, 13:06 UTC.
    pub(crate) fn real() -> Self {
        let packed = include_bytes!("../../tests/data/thermometers_2020-09-01.csv.gz");
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("the data are gzipped text");
        let as_of: Timestamp = "2020-09-01T13:06:00Z".parse().expect("a time");
        let mut rows = csv::Reader::from_reader(text.as_bytes());
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        let mut last_box = String::new();
        for row in rows.records() {
            let row = row.expect("the data are CSV");
            let number = |column: usize| row[column].parse::<f64>().ok();
            if last_box != row[0] {
                row[0].clone_into(&mut last_box);
                let place = number(1).zip(number(2)).and_then(|(lat, lon)| Place::new(lat, lon, number(3)));
                let exposure = Exposure::from_api(&row[4]);
                builder.add_box(&BoxFacts {
                    id: &format!("{last_box:0>24}"),
                    name: "",
                    model: "",
                    exposure,
                    place,
                });
            }
            let measured = Some(Measured { value: &row[8], at: as_of });
            let (title, unit, sensor_type) = (&row[5], &row[6], &row[7]);
            builder.add_sensor(&SensorFacts { id: "", title, unit, sensor_type, measured });
        }
        Self::of(&builder.finish(), as_of)
    }

    /// A simulated moment. Thermometers differ by `siting_kelvin`, as one standard deviation, for where they hang.
    pub(crate) fn simulated(seed: u64, as_of: Timestamp, siting_kelvin: f64) -> Self {
        let simulation = Simulation::new(Options { seed, stations: Stations::Real, bad_share: 0.0 });
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        let mut random = fastrand::Rng::with_seed(seed ^ as_of.as_second().unsigned_abs());
        for sense_box in simulation.boxes_at(as_of) {
            let exposure = Exposure::from_api(sense_box.exposure().as_str());
            let place = sense_box.place().and_then(|at| Place::new(at.latitude, at.longitude, at.height));
            let id = sense_box.id().to_string();
            builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure, place });
            let siting = if exposure == Exposure::Indoor { 0.0 } else { siting_kelvin * bell(&mut random) };
            for sensor in sense_box.sensors() {
                let Some(last) = sensor.last_measurement() else { continue };
                let Ok(number) = last.value.to_string().parse::<f64>() else { continue };
                builder.add_sensor(&SensorFacts {
                    id: "",
                    title: sensor.title(),
                    unit: sensor.unit(),
                    sensor_type: "",
                    measured: Some(Measured {
                        value: &format!("{:.2}", number + siting),
                        at: last.created_at(),
                    }),
                });
            }
        }
        Self::of(&builder.finish(), as_of)
    }

    fn of(readings: &Readings, as_of: Timestamp) -> Self {
        let counts = readings.iter().filter(|reading| {
            reading.verdict() == Verdict::Ok
                && reading.phenomenon() == Some(Catalogue::builtin().air_temperature())
        });
        let thermometers = counts.filter_map(|reading| {
            let place = reading.place()?;
            Some(Thermometer {
                of_box: reading.sense_box().index(),
                latitude: place.latitude_degrees(),
                longitude: place.longitude_degrees(),
                height: place.height_metres(),
                exposure: reading.exposure(),
                value: reading.value()?.0,
                truth: Truth::Untouched,
            })
        });
        Self { as_of, thermometers: thermometers.collect() }
    }

    /// The readings as HiveBox gets them, one row for each thermometer.
    pub(crate) fn readings(&self) -> Arc<Readings> {
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), self.as_of);
        let mut last_box = None;
        for (number, thermometer) in self.thermometers.iter().enumerate() {
            if last_box.replace(thermometer.of_box) != Some(thermometer.of_box) {
                let place = Place::new(thermometer.latitude, thermometer.longitude, thermometer.height);
                let id = format!("{:024}", thermometer.of_box);
                let exposure = thermometer.exposure;
                builder.add_box(&BoxFacts { id: &id, name: "", model: "", exposure, place });
            }
            // Each at a time of its own, so that none doubles another.
            let at = self.as_of - jiff::SignedDuration::from_millis(100 * (number % 20_000) as i64);
            builder.add_sensor(&SensorFacts {
                id: "",
                title: "Temperatur",
                unit: "°C",
                sensor_type: "",
                measured: Some(Measured { value: &format!("{:.4}", thermometer.value), at }),
            });
        }
        builder.finish()
    }

    /// One line of JSON for peers.
    pub(crate) fn json(&self, name: &str, seed: u64) -> String {
        let mut text = format!(r#"{{"name":"{name}","seed":{seed},"rows":["#);
        for (number, it) in self.thermometers.iter().enumerate() {
            let comma = if number == 0 { "" } else { "," };
            let height = it.height.map_or("null".to_owned(), |height| height.to_string());
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                r#"{comma}[{},{:.6},{:.6},{height},"{}",{:.4},"{}"]"#,
                it.of_box,
                it.latitude,
                it.longitude,
                it.exposure.slug(),
                it.value,
                it.truth.name()
            );
        }
        text + "]}"
    }
}

/// A normally distributed number, by the sum of twelve even ones.
pub(crate) fn bell(random: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}
