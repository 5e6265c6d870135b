//! The stations that the simulation knows: which there are, where they stand, what they carry.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use crate::object_id::ObjectId;
use crate::phenomenon::{Phenomenon, Scale};
use crate::row::json;
use crate::seed::Seed;

mod generated;
mod real;

/// A hundred times what openSenseMap has; a list of so many is more than a gigabyte.
const MAX_GENERATED: usize = 1_000_000;

/// Which stations the stand-in shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Stations {
    /// The 11,390 senseBoxes that openSenseMap listed on 2023-02-28, with all the disorder of their titles and units. Those that
    /// measured within an hour of that list (32 %) go on measuring; the others last measured when they did.
    #[default]
    Real,
    /// So many made-up senseBoxes of the built-in models, near the places of the real ones (again and again if there are more)
    /// and as active as those. More than a million count as a million.
    Generated(usize),
}

/// Where a senseBox is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Exposure {
    /// Inside a building.
    Indoor,
    /// In the open air.
    Outdoor,
    /// On a vehicle or a person.
    Mobile,
    /// Not told.
    Unknown,
}

impl Exposure {
    /// All of them, in the order of the API's error texts.
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

impl fmt::Display for Exposure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A place on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// Metres, where the owner gave them; may be nonsense.
    pub height: Option<f64>,
}

/// A senseBox as it was registered.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub(crate) id: ObjectId,
    /// Milliseconds since 1970, as all times here. Of most it is when the database was moved; their ids know when they were born.
    pub(crate) created_at: i64,
    pub(crate) last_measurement_at: Option<i64>,
    /// Whether it measures to this day.
    pub(crate) active: bool,
    pub(crate) exposure: Exposure,
    pub(crate) model: u32,
    pub(crate) place: Place,
    first_sensor: u32,
    sensors: u32,
}

/// A sensor of a station.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sensor {
    pub(crate) id: ObjectId,
    pub(crate) kind: u32,
}

/// What a sensor measures and how its owner called it; shared by all sensors with the same three texts.
#[derive(Clone, Debug)]
pub(crate) struct Kind {
    pub(crate) title: String,
    pub(crate) unit: String,
    pub(crate) sensor_type: Option<String>,
    pub(crate) phenomenon: Phenomenon,
    pub(crate) scale: Scale,
    /// The texts as JSON strings, escaped once and copied for every row.
    pub(crate) title_json: Box<[u8]>,
    pub(crate) unit_json: Box<[u8]>,
    pub(crate) sensor_type_json: Option<Box<[u8]>>,
}

impl Kind {
    fn new(title: String, unit: String, sensor_type: Option<String>) -> Self {
        let (phenomenon, scale) = Phenomenon::of(&title, &unit);
        Self {
            title_json: json::quoted(&title),
            unit_json: json::quoted(&unit),
            sensor_type_json: sensor_type.as_deref().map(json::quoted),
            title,
            unit,
            sensor_type,
            phenomenon,
            scale,
        }
    }
}

/// All stations, with their sensors in one array.
#[derive(Debug)]
pub(crate) struct Catalogue {
    models: Vec<String>,
    kinds: Vec<Kind>,
    stations: Vec<Station>,
    sensors: Vec<Sensor>,
    by_id: HashMap<ObjectId, u32>,
    /// Where a station is, and the sensor in it; made when it is first asked for, which few do.
    by_sensor: OnceLock<HashMap<ObjectId, (u32, u32)>>,
}

impl Catalogue {
    pub(crate) fn new(stations: Stations, seed: Seed) -> Arc<Self> {
        match stations {
            Stations::Real => real::catalogue(),
            Stations::Generated(count) => Arc::new(generated::catalogue(count.min(MAX_GENERATED), seed)),
        }
    }

    fn assemble(models: Vec<String>, kinds: Vec<Kind>, stations: Vec<Station>, sensors: Vec<Sensor>) -> Self {
        let by_id = stations.iter().zip(0..).map(|(station, index)| (station.id, index)).collect();
        Self { models, kinds, stations, sensors, by_id, by_sensor: OnceLock::new() }
    }

    pub(crate) fn stations(&self) -> &[Station] {
        &self.stations
    }

    /// Where in [`stations`](Self::stations) the station with this id is.
    pub(crate) fn position(&self, id: ObjectId) -> Option<usize> {
        self.by_id.get(&id).map(|&index| index as usize)
    }

    /// Where in [`stations`](Self::stations) the station of the sensor with this id is, and where in the station's
    /// [`sensors`](Self::sensors) the sensor.
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

    pub(crate) fn sensors(&self, station: &Station) -> &[Sensor] {
        &self.sensors[station.first_sensor as usize..][..station.sensors as usize]
    }

    pub(crate) fn kind(&self, sensor: Sensor) -> &Kind {
        &self.kinds[sensor.kind as usize]
    }

    pub(crate) fn model(&self, station: &Station) -> &str {
        &self.models[station.model as usize]
    }
}
