//! What statistics of an area and estimates for a place cost, compared with a scan of all boxes, and
//! what the windows of all chores in a week cost.
//!
//! As in reality, boxes are in towns, a few large and many small, and a fifth of them in between.
//! Nine of ten readings are usable instead of the real three of ten, so there is more to do. Each
//! question is asked at many places. The time of a place is the median of many runs; the median and
//! the maximum over the places are printed.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]
#![expect(clippy::unwrap_used, reason = "a bench that cannot run must say so")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::chores::{Ahead, Chores, Told};
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::forecast::{Outlook, OutlookHour, Ranged};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, Place, Position};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::sample::Sample;
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::{Percentile, Statistics};
use hivebox_climate::sun::Daylight;
use hivebox_climate::verdict::{Verdict, VerdictRules};
use jiff::{SignedDuration, Timestamp};

const BOXES: usize = 15_000;
const MORE: usize = 20;
const SPOTS: usize = 101;
const ROUNDS: usize = 15;
const RADIUS: Metres = Metres::from_kilometres(25.0);
const PERCENTILES: [f64; 7] = [1.0, 5.0, 25.0, 50.0, 75.0, 95.0, 99.0];
const SENSORS: [(&str, &str, f64, f64); 5] = [
    ("Temperatur", "°C", 12.0, 5.0),
    ("rel. Luftfeuchte", "%", 70.0, 10.0),
    ("Luftdruck", "hPa", 990.0, 15.0),
    ("PM10", "µg/m³", 15.0, 4.0),
    ("PM2.5", "µg/m³", 10.0, 3.0),
];

/// Reproducible pseudo-random numbers.
struct Noise(u64);

impl Noise {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn bell(&mut self) -> f64 {
        (0..12).map(|_| self.unit()).sum::<f64>() - 6.0
    }
}

/// The number of boxes, and of regions the size of central Europe over which they are spread.
#[derive(Clone, Copy)]
struct Network {
    boxes: usize,
    regions: usize,
}

impl Network {
    /// The readings of its boxes. Those of the first region do not depend on the number of regions.
    fn readings(self) -> Arc<Readings> {
        let as_of: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
        let mut noise = Noise(1);
        let mut number = 0_u64;
        for region in 0..self.regions {
            let (north, east) = ([50.0, 20.0, -10.0, -40.0][region % 4], (region / 4) as f64 * 40.0 - 80.0);
            let between = |low: f64, high: f64, unit: f64| low + (high - low) * unit;
            let anywhere = |noise: &mut Noise| {
                (
                    between(north - 5.0, north + 5.0, noise.unit()),
                    between(east - 12.0, east + 12.0, noise.unit()),
                )
            };
            // Zipf's law: the second town is half as large as the first; a cap limits the largest.
            let towns: Vec<_> = (0..2000).map(|_| anywhere(&mut noise)).collect();
            for _ in 0..self.boxes / self.regions {
                let (north, east) = if noise.unit() < 0.2 {
                    anywhere(&mut noise)
                } else {
                    let rank = 10.0 * ((2010_f64 / 10.0).ln() * noise.unit()).exp() - 10.0;
                    let (north, east) = towns[rank as usize];
                    (north + 0.06 * noise.bell(), east + 0.09 * noise.bell())
                };
                let height = (noise.unit() < 0.34).then(|| 300.0 * noise.unit());
                number += 1;
                builder.add_box(&BoxFacts {
                    id: &format!("{number:024x}"),
                    name: "",
                    model: "homeV2Wifi",
                    exposure: if noise.unit() < 0.2 { Exposure::Indoor } else { Exposure::Outdoor },
                    place: Place::new(north, east, height),
                });
                let age = if noise.unit() < 0.9 { 60 } else { 90_000 };
                // As many kinds as in reality, where a few kinds have most of the sensors.
                let chip = format!("chip {}", (500.0 * noise.unit().powi(3)) as u32);
                for (title, unit, mean, deviation) in SENSORS {
                    let value = format!("{:.2}", mean + deviation * noise.bell());
                    let measured =
                        Some(Measured { value: &value, at: as_of - SignedDuration::from_secs(age) });
                    builder.add_sensor(&SensorFacts { id: "", title, unit, sensor_type: &chip, measured });
                }
            }
        }
        builder.finish()
    }
}

/// Where users ask: close to boxes of the first region.
fn spots(readings: &Readings, first_region: usize) -> Vec<Position> {
    let boxes: Vec<_> = readings.boxes().take(first_region).filter_map(|it| it.place()).collect();
    let step = boxes.len() / SPOTS;
    let off = |at: &Place| Position::new(at.latitude_degrees() + 0.01, at.longitude_degrees() + 0.01);
    boxes.iter().step_by(step).take(SPOTS).filter_map(off).collect()
}

#[expect(clippy::disallowed_methods, reason = "a bench measures real time")]
fn now() -> Instant {
    Instant::now()
}

/// Microseconds: the median over the places of each place's median, and the maximum.
fn measure(spots: &[Position], mut ask: impl FnMut(Position)) -> [f64; 2] {
    let mut each: Vec<f64> = spots
        .iter()
        .map(|&spot| {
            let mut runs: Vec<f64> = (0..ROUNDS)
                .map(|_| {
                    let started = now();
                    ask(spot);
                    started.elapsed().as_secs_f64() * 1e6
                })
                .collect();
            runs.sort_by(f64::total_cmp);
            runs[ROUNDS / 2]
        })
        .collect();
    each.sort_by(f64::total_cmp);
    [each[each.len() / 2], each[each.len() - 1]]
}

/// All statistics of an area.
fn aggregate(
    readings: &Readings,
    places: &BoxIndex,
    area: SearchArea,
    phenomenon: PhenomenonId,
) -> Statistics {
    let selection = Selection { area, ..Selection::default() };
    let percentiles: Vec<_> = PERCENTILES.iter().filter_map(|&it| Percentile::new(it)).collect();
    let sample = Sample::draw(readings, places, &selection, phenomenon, |_| Ok(()));
    Statistics::of(&sample, Catalogue::builtin(), &percentiles)
}

/// The same by scanning every box and sorting all values: count, mean and median.
fn scan(readings: &Readings, centre: Option<Position>, phenomenon: PhenomenonId) -> (usize, f64, f64) {
    let is_near = |at: Position, centre: Position| {
        let half = |one: f64, other: f64| ((other - one).to_radians() / 2.0).sin().powi(2);
        let cosines = at.latitude_degrees().to_radians().cos() * centre.latitude_degrees().to_radians().cos();
        let hav = half(at.latitude_degrees(), centre.latitude_degrees())
            + cosines * half(at.longitude_degrees(), centre.longitude_degrees());
        2.0 * Position::EARTH_RADIUS.0 * hav.sqrt().asin() <= RADIUS.0
    };
    let near = readings.boxes().filter(|it| {
        centre.is_none_or(|centre| it.place().is_some_and(|place| is_near(place.position(), centre)))
    });
    let mut values: Vec<f64> = near
        .flat_map(|it| it.readings())
        .filter(|it| it.phenomenon() == Some(phenomenon) && it.verdict() == Verdict::Ok)
        .filter_map(|it| Some(it.value()?.0))
        .collect();
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (values.len(), mean, values[values.len() / 2])
}

/// Measures all questions in one network; returns the times for the area and for the planet.
fn run(name: &str, network: Network) -> [f64; 2] {
    let catalogue = Catalogue::builtin();
    let phenomenon = catalogue.air_temperature();
    let readings = network.readings();
    let places = BoxIndex::of(&readings);
    let spots = spots(&readings, network.boxes / network.regions);
    let within = |centre| SearchArea::Within { centre, radius: RADIUS };
    let mut counts: Vec<u64> = spots
        .iter()
        .map(|&spot| {
            let told = aggregate(&readings, &places, within(spot), phenomenon);
            assert_eq!(told.count, scan(&readings, Some(spot), phenomenon).0 as u64, "both find the same");
            told.count
        })
        .collect();
    counts.sort_unstable();
    println!("\n{name}: {} boxes, {} sensors", readings.box_count(), readings.len());
    let line = |what: &str, [middle, worst]: [f64; 2]| {
        println!("{what:<44} {middle:>9.1} µs  (worst place {worst:.1})");
    };
    let indexing = measure(&spots[..1], |_| _ = black_box(BoxIndex::of(&readings)));
    println!("{:<44} {:>9.1} ms", "index of the places, once a refresh", indexing[0] / 1e3);
    let near = measure(&spots, |spot| _ = black_box(aggregate(&readings, &places, within(spot), phenomenon)));
    line(&format!("25 km around, {} readings (most {})", counts[SPOTS / 2], counts[counts.len() - 1]), near);
    let few = if network.boxes > BOXES { &spots[..5] } else { &spots[..25] };
    line("the same by a scan", measure(few, |spot| _ = black_box(scan(&readings, Some(spot), phenomenon))));
    let everywhere = SearchArea::Everywhere;
    let planet = measure(few, |_| _ = black_box(aggregate(&readings, &places, everywhere, phenomenon)));
    line("the whole planet, with 7 percentiles", planet);
    line("the same by a scan and a sort", measure(few, |_| _ = black_box(scan(&readings, None, phenomenon))));
    let estimate = |position| {
        let spot = Spot { position, height: None };
        Estimate::all_at(&readings, &places, catalogue, spot, |_| Ok(()))
    };
    line("conditions at a place, every phenomenon", measure(&spots, |spot| _ = black_box(estimate(spot))));
    [near[0], planet[0]]
}

/// A week of weather in May, with warm days, showers and gusty afternoons.
fn week() -> Outlook {
    let first: Timestamp = "2026-05-04T06:00:00Z".parse().unwrap();
    let ranged = |value: f64, deviation: f64| Ranged {
        value,
        low_68: value - deviation,
        high_68: value + deviation,
        low_95: value - 2.0 * deviation,
        high_95: value + 2.0 * deviation,
    };
    let hour = |hour: i64| {
        let day = (hour as f64 * std::f64::consts::TAU / 24.0).sin();
        OutlookHour {
            at: first + SignedDuration::from_hours(hour),
            air_temperature: Some(ranged(16.0 + 6.0 * day, 0.6 + hour as f64 / 80.0)),
            relative_humidity: None,
            wind_speed: Some(ranged(3.0 + 1.5 * day, 0.5)),
            wind_gust: None,
            precipitation: Some(if hour % 17 == 0 { ranged(0.5, 0.3) } else { ranged(0.0, 0.0) }),
            precipitation_probability: Some(if hour % 17 == 0 { 70.0 } else { 5.0 }),
        }
    };
    Outlook { hours: (0..=168).map(hour).collect() }
}

/// Microseconds to find the windows of all chores in a week, to prepare the hours, and for the sun.
fn chore_windows() -> [f64; 3] {
    let (week, berlin) = (week(), Position::new(52.5, 13.4).unwrap());
    let start = week.hours[0].at;
    let ahead = Ahead::new(&week, start, start).unwrap();
    let told =
        Told { broodless: Some(true), clustered: Some(true), heavy_flight: Some(false), ..Told::default() };
    let places = [berlin; SPOTS];
    let end = start + SignedDuration::from_hours(168);
    let sun = |place| Daylight::stretches(place, start, end);
    let windows = measure(&places, |place| {
        _ = black_box(Chores::builtin().windows(&ahead, told, &sun(place)));
    });
    let hours = measure(&places, |_| _ = black_box(Ahead::new(&week, start, start)));
    let light = measure(&places, |place| _ = black_box(sun(place)));
    [windows[0], hours[0], light[0]]
}

/// Microseconds for a chain of 10,000 multiplications, each of which waits for the one before. How
/// long they take tells how fast the machine is at the moment.
fn chain() -> f64 {
    let place = Position::new(52.5, 13.4).unwrap();
    let multiply = |_| {
        let number = (0..10_000).fold(3_u64, |number, _| black_box(number.wrapping_mul(number)));
        black_box(number);
    };
    measure(&[place; SPOTS], multiply)[0]
}

fn main() {
    let [windows, hours, light] = chore_windows();
    let week = windows + hours;
    println!("chores of a week: {week:.1} µs, {hours:.1} of it for the hours and {light:.1} for the sun");
    println!("a chain of 10,000 multiplications: {:.1} µs", chain());
    let today = run("As many as there are", Network { boxes: BOXES, regions: 1 });
    let wide = run("20 times as many, as dense", Network { boxes: MORE * BOXES, regions: MORE });
    let dense = run("20 times as many, 20 times as dense", Network { boxes: MORE * BOXES, regions: 1 });
    let verdict = |met| if met { "met" } else { "MISSED" };
    println!();
    println!(
        "25 km around:          {:>7.1} µs, goal: under 100 µs: {}",
        today[0],
        verdict(today[0] < 100.0)
    );
    println!("chores of a week:      {week:>7.1} µs, goal: under 120 µs: {}", verdict(week < 120.0));
    println!(
        "the whole planet:      {:>7.1} µs, goal: under 1000 µs: {}",
        today[1],
        verdict(today[1] < 1000.0)
    );
    let growth = wide[0] / today[0];
    println!("25 km, 20 times boxes: {growth:>7.2} times as long, goal: under 2: {}", verdict(growth < 2.0));
    println!("25 km, 20 times dense: {:>7.2} times as long, no goal", dense[0] / today[0]);
}
