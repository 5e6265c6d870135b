//! The stations that the simulation knows: where they are and which sensors they have.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::json;
use crate::measurand::{Measurand, Scale};
use crate::object_id::ObjectId;
use crate::seed::Seed;

mod generated;
mod real;

/// A hundred times the size of openSenseMap; a list of this many boxes exceeds a gigabyte.
const MAX_GENERATED: usize = 1_000_000;

/// The stations that the simulator serves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stations {
    /// The 11,390 senseBoxes that openSenseMap listed on 2023-02-28, with the disorder of their
    /// titles and units. Those that measured within the last hour of that list (32 %) keep
    /// measuring; the others stopped when they did.
    #[default]
    Real,
    /// This many made-up senseBoxes of the built-in models, near the places of real ones (used
    /// repeatedly if necessary) and as active as those. The number is capped at one million.
    Generated(usize),
}

/// Where a senseBox is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BoxExposure {
    /// Inside a building.
    Indoor,
    /// In the open air.
    Outdoor,
    /// On a vehicle or a person.
    Mobile,
    /// Not given.
    Unknown,
}

impl BoxExposure {
    /// All exposures, in the order of the API's error texts.
    pub(crate) const ALL: [Self; 4] = [Self::Indoor, Self::Outdoor, Self::Mobile, Self::Unknown];

    /// The API's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Indoor => "indoor",
            Self::Outdoor => "outdoor",
            Self::Mobile => "mobile",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for BoxExposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A place on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationPlace {
    /// Longitude in degrees east.
    pub longitude: f64,
    /// Latitude in degrees north.
    pub latitude: f64,
    /// Height in metres, if the owner gave one; may be nonsense.
    pub height: Option<f64>,
}

/// A senseBox as it was registered.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) id: ObjectId,
    /// Milliseconds since 1970, like all times here. For most stations it is the day of a database
    /// migration; their ids hold the date of registration.
    pub(crate) created_at: i64,
    pub(crate) last_measurement_at: Option<i64>,
    /// Whether it still measures.
    pub(crate) active: bool,
    pub(crate) exposure: BoxExposure,
    pub(crate) model: u32,
    pub(crate) place: StationPlace,
    first_sensor: u32,
    sensors: u32,
}

/// A sensor of a station.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StationSensor {
    pub(crate) id: ObjectId,
    pub(crate) kind: u32,
}

/// What a sensor measures and how its owner describes it; shared by all sensors with the same
/// texts.
#[derive(Clone, Debug)]
pub(crate) struct SensorDescription {
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) sensor_type: Option<String>,
    pub(crate) measurand: Measurand,
    pub(crate) scale: Scale,
    /// The texts as JSON strings, escaped once and copied into every row.
    pub(crate) title_json: Box<[u8]>,
    pub(crate) unit_json: Box<[u8]>,
    pub(crate) sensor_type_json: Option<Box<[u8]>>,
}

impl SensorDescription {
    fn new(title: String, unit: String, sensor_type: Option<String>) -> Self {
        let (measurand, scale) = Measurand::of(&title, &unit);
        Self {
            title_json: json::quoted(&title),
            unit_json: json::quoted(&unit),
            sensor_type_json: sensor_type.as_deref().map(json::quoted),
            title,
            unit,
            sensor_type,
            measurand,
            scale,
        }
    }
}

/// All stations, with their sensors in one array.
#[derive(Debug)]
pub(crate) struct StationList {
    models: Vec<String>,
    kinds: Vec<SensorDescription>,
    stations: Vec<Station>,
    sensors: Vec<StationSensor>,
    by_id: HashMap<ObjectId, u32>,
    /// The index of the station and of the sensor in it, by sensor id. Built on first use, which is
    /// rare.
    by_sensor: OnceLock<HashMap<ObjectId, (u32, u32)>>,
}

impl StationList {
    pub(crate) fn new(stations: Stations, seed: Seed) -> Arc<Self> {
        match stations {
            Stations::Real => real::catalogue(),
            Stations::Generated(count) => Arc::new(generated::catalogue(count.min(MAX_GENERATED), seed)),
        }
    }

    fn assemble(
        models: Vec<String>,
        kinds: Vec<SensorDescription>,
        stations: Vec<Station>,
        sensors: Vec<StationSensor>,
    ) -> Self {
        let by_id = stations.iter().zip(0..).map(|(station, index)| (station.id, index)).collect();
        Self { models, kinds, stations, sensors, by_id, by_sensor: OnceLock::new() }
    }

    pub(crate) fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// The index in [`stations`](Self::stations) of the station with this id.
    pub(crate) fn position(&self, id: ObjectId) -> Option<usize> {
        self.by_id.get(&id).map(|&index| index as usize)
    }

    /// The index in [`stations`](Self::stations) of the station that has the sensor with this id,
    /// and the index of the sensor in the station's [`sensors`](Self::sensors).
    pub(crate) fn place_of_sensor(&self, id: ObjectId) -> Option<(u32, u32)> {
        let by_sensor = self.by_sensor.get_or_init(|| {
            let stations = self.stations.iter().zip(0..);
            let places = stations.flat_map(|(station, index)| {
                self.sensors(station).iter().zip(0..).map(move |(sensor, place)| (sensor.id, (index, place)))
            });
            places.collect()
        });
        by_sensor.get(&id).copied()
    }

    pub(crate) fn sensors(&self, station: &Station) -> &[StationSensor] {
        &self.sensors[station.first_sensor as usize..][..station.sensors as usize]
    }

    pub(crate) fn kind(&self, sensor: StationSensor) -> &SensorDescription {
        &self.kinds[sensor.kind as usize]
    }

    pub(crate) fn model(&self, station: &Station) -> &str {
        &self.models[station.model as usize]
    }
}
