//! A simulated moment: what the boxes show, what the model says, and what the weather really is.

use std::collections::HashSet;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::extremes::{Extremes, Neighbour, TemperatureObservation};
use hivebox_climate::forecast::{ForecastCell, Local, ModelHours, Outlook};
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::place::{Exposure, Place, Position};
use hivebox_climate::quality::{Level, Quality, QualityRules};
use hivebox_climate::quantity::{Celsius, Metres};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use opensensemap_sim::{Options, SimulatedBox, Simulation, TrueWeather};

use super::model::model_hours;

/// How long before now the boxes' past begins.
const PAST_HOURS: i64 = 72;
/// How far ahead outlooks reach.
pub(crate) const AHEAD_HOURS: usize = 168;

/// How much drier a box reads that hangs a kelvin too warm, in percentage points.
const HUMIDITY_PER_KELVIN: f64 = 3.5;
/// How much more wind it reads, as a logarithm: sheltered boxes are warm, but some are on a roof.
const WIND_PER_KELVIN: f64 = 0.25;

/// A simulated moment.
pub(crate) struct World {
    simulation: Simulation,
    readings: std::sync::Arc<Readings>,
    places: BoxIndex,
    quality: Quality,
    extremes: Extremes,
    pub(crate) spots: Vec<Spot>,
    pub(crate) now: Timestamp,
}

/// What HiveBox and the model say about one place, and the truth.
pub(crate) struct View {
    pub(crate) model: ModelHours,
    pub(crate) local: Local,
    pub(crate) corrected: Outlook,
    pub(crate) truth: Vec<TrueWeather>,
}

impl World {
    /// The world of a seed at `now`, seen at `count` places near real outdoor boxes. Thermometers differ by
    /// `siting_kelvin`, as one standard deviation, for where they hang.
    pub(crate) fn new(seed: u64, now: Timestamp, count: usize, siting_kelvin: f64) -> Self {
        let simulation = Simulation::new(Options { seed, ..Options::default() });
        let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), now);
        for sense_box in simulation.boxes_at(now) {
            add_box(&mut builder, &sense_box, seed, siting_kelvin);
        }
        let readings = builder.finish();
        let places = BoxIndex::of(&readings);
        let quality = Quality::of(&readings, QualityRules::builtin(), || ());
        let spots = places_near_boxes(&readings, seed ^ now.as_second().unsigned_abs(), count);
        let mut world =
            Self { simulation, readings, places, quality, extremes: Extremes::default(), spots, now };
        world.remember(seed, siting_kelvin);
        world
    }

    /// Fills the past of all boxes that outlooks use.
    fn remember(&mut self, seed: u64, siting_kelvin: f64) {
        let used: HashSet<String> = self
            .spots
            .iter()
            .flat_map(|spot| Neighbour::around(&self.readings, &self.places, &self.quality, *spot, None))
            .map(|neighbour| neighbour.box_id.to_owned())
            .collect();
        let air_temperature = Catalogue::builtin().air_temperature();
        for half_hours in (0..=2 * PAST_HOURS).rev() {
            let then = self.now - SignedDuration::from_mins(30 * half_hours);
            let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), then);
            for id in &used {
                let id = id.parse().expect("the simulation gave this id");
                if let Some(sense_box) = self.simulation.box_with_id(id, then) {
                    add_box(&mut builder, &sense_box, seed, siting_kelvin);
                }
            }
            let past_readings = builder.finish();
            let observed = past_readings.iter().filter_map(|reading| {
                let counts = reading.verdict() == hivebox_climate::verdict::Verdict::Ok
                    && reading.phenomenon() == Some(air_temperature);
                Some(TemperatureObservation {
                    box_id: reading.box_id(),
                    measured_at: reading.measured_at()?,
                    temperature: Celsius(reading.value().filter(|_| counts)?.0),
                })
            });
            self.extremes.add(then, observed);
        }
    }

    /// What is said about a place.
    pub(crate) fn view(&self, spot: Spot) -> View {
        let cell = ForecastCell::of(spot.position).centre();
        let model = model_hours(&self.simulation, cell, self.now);
        let local = self.local(spot);
        let corrected = Outlook::of(&model, self.now, &local, self.now, AHEAD_HOURS);
        let mut weather = self.simulation.weather_over(
            spot.position.latitude_degrees(),
            spot.position.longitude_degrees(),
            spot.height.map_or(0.0, |height| height.0),
        );
        let truth = corrected.hours.iter().map(|hour| weather.at(hour.at)).collect();
        View { model, local, corrected, truth }
    }

    fn local(&self, spot: Spot) -> Local {
        let catalogue = Catalogue::builtin();
        let estimates = Estimate::all_at(&self.readings, &self.places, catalogue, spot, |reading| {
            self.quality.demand(reading.row(), Level::USUAL)
        });
        let neighbours = Neighbour::around(&self.readings, &self.places, &self.quality, spot, None);
        Local::of(&estimates, spot.height, self.extremes.hours_near(&neighbours, self.now))
    }

    /// The outdoor thermometers near a place: position, height in metres, value in °C, the nearest first.
    pub(crate) fn thermometers(&self, spot: Spot) -> Vec<(Position, f64, f64)> {
        let near = self.places.nearest(spot.position, Estimate::REACH);
        let boxes = near.map(|near| self.readings.sense_box(near.box_index));
        let air_temperature = Catalogue::builtin().air_temperature();
        boxes
            .filter(|sense_box| sense_box.exposure() == Exposure::Outdoor)
            .filter_map(|sense_box| {
                let place = sense_box.place()?;
                let reading = sense_box.readings().find(|reading| {
                    reading.phenomenon() == Some(air_temperature)
                        && reading.verdict() == hivebox_climate::verdict::Verdict::Ok
                        && self.quality.demand(reading.row(), Level::USUAL).is_ok()
                })?;
                let height = place.plausible_height_metres().or(spot.height.map(|height| height.0));
                Some((place.position(), height.unwrap_or(0.0), reading.value()?.0))
            })
            .collect()
    }

    /// What the model says about now at a position, in °C and for its height in metres.
    pub(crate) fn model_now(&self, position: Position) -> (f64, f64) {
        let cell = ForecastCell::of(position).centre();
        let mut model = self.simulation.model_over(cell.latitude_degrees(), cell.longitude_degrees());
        (model.at(self.now, self.now).air_temperature_celsius, model.height_metres())
    }
}

fn add_box(builder: &mut ReadingsBuilder, sense_box: &SimulatedBox<'_>, seed: u64, siting_kelvin: f64) {
    let id = sense_box.id().to_string();
    let exposure = Exposure::from_api(sense_box.exposure().as_str());
    let place = sense_box.place().and_then(|at| Place::new(at.latitude, at.longitude, at.height));
    builder.add_box(&BoxFacts { id: &id, name: "", model: sense_box.model(), exposure, place });
    let siting = siting_kelvin * bell(&id, seed);
    for sensor in sense_box.sensors() {
        let meaning = Catalogue::builtin().classify(sensor.title(), sensor.unit());
        let slug = meaning.phenomenon().map_or("", |it| Catalogue::builtin().phenomenon(it).slug());
        let measured = sensor.last_measurement();
        let value = measured.map(|last| last.value.to_string());
        let value = value.map(|value| match value.parse::<f64>() {
            Ok(number) if sensor.defect().is_none() => match slug {
                "air_temperature" => format!("{:.2}", number + siting),
                "relative_humidity" => {
                    format!("{:.2}", (number - HUMIDITY_PER_KELVIN * siting).clamp(1.0, 100.0))
                }
                "wind_speed" => format!("{:.2}", number * (WIND_PER_KELVIN * siting).exp()),
                _ => value,
            },
            _ => value,
        });
        builder.add_sensor(&SensorFacts {
            id: &sensor.id().to_string(),
            title: sensor.title(),
            unit: sensor.unit(),
            sensor_type: sensor.sensor_type().unwrap_or_default(),
            measured: value
                .as_deref()
                .zip(measured)
                .map(|(value, last)| Measured { value, at: last.created_at() }),
        });
    }
}

/// A normally distributed number that depends on a box and a seed only.
fn bell(id: &str, seed: u64) -> f64 {
    let hash = id.bytes().fold(seed, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23)
    });
    let mut random = fastrand::Rng::with_seed(hash);
    (0..12).map(|_| random.f64()).sum::<f64>() - 6.0
}

/// Places up to 5 km from real outdoor boxes, at their height.
fn places_near_boxes(readings: &Readings, seed: u64, count: usize) -> Vec<Spot> {
    let mut random = fastrand::Rng::with_seed(seed);
    let outdoor: Vec<Place> = readings
        .boxes()
        .filter(|sense_box| sense_box.exposure() == Exposure::Outdoor)
        .filter_map(|sense_box| sense_box.place())
        .filter(|place| {
            place.plausible_height_metres().is_some_and(|height| (-10.0..2500.0).contains(&height))
        })
        .collect();
    let around = |degrees: f64, random: &mut fastrand::Rng| degrees + 0.045 * (2.0 * random.f64() - 1.0);
    let mut spots = Vec::new();
    while spots.len() < count {
        let place = outdoor[random.usize(..outdoor.len())];
        let latitude = around(place.latitude_degrees(), &mut random);
        let position = Position::new(latitude, around(place.longitude_degrees(), &mut random));
        let height = place.plausible_height_metres().map(Metres);
        spots.extend(position.map(|position| Spot { position, height }));
    }
    spots
}
