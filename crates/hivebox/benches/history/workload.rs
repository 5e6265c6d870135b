//! The workload: 15,000 boxes with one thermometer each that measure every five minutes for a week.
//!
//! The boxes have the positions of those of openSenseMap. The weather is smooth in space and time. Each sensor adds a
//! constant bias, and noise at each reading. Every run makes the same workload.

use std::f64::consts::TAU;

use hivebox_climate::place::{Exposure, Position};
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{Options, SimulatedBox, Simulation, Stations};

/// The first day.
pub(crate) const FIRST_DAY: Date = date(2026, 11, 16);
pub(crate) const PERIOD_MILLIS: i64 = 300_000;
const DAY_MILLIS: i64 = 86_400_000;

/// The bias of a sensor and the noise of a reading, as standard deviations in kelvin.
const BIAS: f64 = 0.4;
const NOISE: f64 = 0.08;

/// Waves of temperature: amplitude in kelvin, wavelength in degrees, and period in hours.
const WAVES: [(f64, f64, f64); 4] =
    [(3.0, 31.0, 75.0), (1.8, 17.0, 53.0), (1.0, 7.0, 31.0), (0.5, 3.0, 11.0)];

/// When the sensors measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Each at its own moments, as in reality.
    Own,
    /// All at the same moments.
    Shared,
}

#[derive(Debug)]
pub(crate) struct Workload {
    pub(crate) stations: Vec<Station>,
}

/// A box and its only sensor.
#[derive(Debug)]
pub(crate) struct Station {
    pub(crate) box_id: String,
    pub(crate) sensor_id: String,
    pub(crate) model: String,
    pub(crate) exposure: Exposure,
    pub(crate) position: Position,
    pub(crate) height_metres: Option<f64>,
    phase_millis: i64,
    climate: f64,
    noise: Noise,
}

/// A stored reading: milliseconds since 1970, and hundredths of a degree Celsius.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reading {
    pub(crate) millis: i64,
    pub(crate) hundredths: i32,
}

impl Workload {
    pub(crate) fn new(boxes: usize, phase: Phase) -> Self {
        let stations = Stations::Generated(boxes);
        let simulation = Simulation::new(Options { seed: 1, stations, bad_share: 0.0 });
        let at = midnight(FIRST_DAY);
        let mut seed = Noise(1);
        let station = |sense_box| Station::new(sense_box, phase, Noise(seed.next()));
        let stations: Vec<Station> = simulation.boxes_at(at).filter_map(station).collect();
        assert_eq!(stations.len(), boxes, "a box has no place or no sensor");
        Self { stations }
    }
}

impl Station {
    fn new(sense_box: SimulatedBox<'_>, phase: Phase, mut noise: Noise) -> Option<Self> {
        let place = sense_box.place()?;
        // The simulation rounds positions to a kilometre.
        let mut nearby = |degrees: f64| ((degrees + 0.005 * noise.normal()) * 1e6).round() / 1e6;
        let position = Position::new(
            nearby(place.latitude).clamp(-90.0, 90.0),
            nearby(place.longitude).clamp(-180.0, 180.0),
        )?;
        let height_metres = place.height.filter(|height| (-100.0..3000.0).contains(height));
        let tropics = position.latitude_degrees().to_radians().cos();
        Some(Self {
            box_id: sense_box.id().to_string(),
            sensor_id: sense_box.sensors().next()?.id().to_string(),
            model: sense_box.model().to_owned(),
            exposure: Exposure::from_api(sense_box.exposure().as_str()),
            position,
            height_metres,
            phase_millis: if phase == Phase::Own { noise.next() as i64 & 0x3ffff } else { 0 },
            climate: 35.0 * tropics - 15.0 - 0.0065 * height_metres.unwrap_or(100.0) + BIAS * noise.normal(),
            noise,
        })
    }

    /// Its readings of a UTC day, oldest first.
    pub(crate) fn day(&self, day: Date) -> impl Iterator<Item = Reading> {
        let first = midnight(day).as_millisecond();
        let numbers = first / PERIOD_MILLIS..(first + DAY_MILLIS) / PERIOD_MILLIS;
        numbers.map(|number| self.reading(number))
    }

    /// The last reading up to a moment.
    pub(crate) fn last(&self, at: Timestamp) -> Reading {
        self.reading((at.as_millisecond() - self.phase_millis).div_euclid(PERIOD_MILLIS))
    }

    fn reading(&self, number: i64) -> Reading {
        let millis = number * PERIOD_MILLIS + self.phase_millis;
        let noise = NOISE * Noise(self.noise.0 ^ number as u64).normal();
        let celsius = self.climate + self.weather(millis as f64 / 3_600_000.0) + noise;
        Reading { millis, hundredths: (celsius * 100.0).round() as i32 }
    }

    /// The deviation from the average temperature at this place, in kelvin, `hours` after 1970.
    fn weather(&self, hours: f64) -> f64 {
        let (north, east) = (self.position.latitude_degrees(), self.position.longitude_degrees());
        let daily = 4.0 * (TAU * (hours / 24.0 + east / 360.0 - 0.6)).cos();
        let wave = |(kelvins, degrees, period): (f64, f64, f64)| {
            kelvins * (TAU * ((north + 0.7 * east) / degrees + hours / period)).sin()
        };
        daily + WAVES.into_iter().map(wave).sum::<f64>()
    }
}

pub(crate) fn midnight(day: Date) -> Timestamp {
    TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap()
}

/// The days of the workload.
pub(crate) fn days(count: i64) -> impl Iterator<Item = Date> {
    (0..count).map(|day| FIRST_DAY + SignedDuration::from_hours(24 * day))
}

/// A small random number generator (splitmix64) that needs no warm-up.
#[derive(Debug, Clone, Copy)]
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ bits >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ bits >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ bits >> 31
    }

    /// Approximately normal with a standard deviation of 1: the sum of four uniform numbers.
    fn normal(&mut self) -> f64 {
        let bits = self.next();
        let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
        (sum as f64 / 65_535.0 - 2.0) * 3_f64.sqrt()
    }
}
