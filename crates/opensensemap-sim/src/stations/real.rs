//! Reads the built-in real stations. `data/README.md` documents their origin and format.

use std::io::Read as _;
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::{BoxExposure, SensorDescription, Station, StationList, StationPlace, StationSensor};
use crate::object_id::ObjectId;

static STATIONS: &[u8] = include_bytes!("../../data/stations.json.gz");

/// Stations whose last measurement was this close to the newest in the list count as active.
const ACTIVE_WITHIN_SECONDS: i64 = 3600;

/// The file as it is written.
#[derive(Deserialize)]
struct StationsFile {
    models: Vec<String>,
    kinds: Vec<(String, String, Option<String>)>,
    boxes: Vec<StationRow>,
}

/// Id, createdAt, lastMeasurementAt, exposure, model, place, sensors.
type StationRow = (String, i64, Option<i64>, BoxExposure, u32, Vec<i32>, Vec<(String, u32)>);

/// All real stations, read once for all simulations of a process.
pub(super) fn catalogue() -> Arc<StationList> {
    static READ: LazyLock<Arc<StationList>> = LazyLock::new(|| {
        // The bytes are part of the program, and a test reads all of them.
        Arc::new(read(STATIONS).expect("the stations built into the program are readable"))
    });
    Arc::clone(&READ)
}

fn read(packed: &[u8]) -> Result<StationList, Box<dyn std::error::Error>> {
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(packed).read_to_end(&mut text)?;
    let file: StationsFile = serde_json::from_slice(&text)?;
    let newest = file.boxes.iter().filter_map(|row| row.2).max().unwrap_or_default();

    let mut stations = Vec::with_capacity(file.boxes.len());
    let mut all_sensors = Vec::new();
    for (id, created_at, last, exposure, model, place, sensors) in &file.boxes {
        stations.push(Station {
            id: id.parse()?,
            created_at: created_at * 1000,
            last_measurement_at: last.map(|seconds| seconds * 1000),
            active: last.is_some_and(|seconds| seconds >= newest - ACTIVE_WITHIN_SECONDS),
            exposure: *exposure,
            model: *model,
            place: read_place(place).ok_or("a place has a longitude and a latitude")?,
            first_sensor: all_sensors.len() as u32,
            sensors: sensors.len() as u32,
        });
        for (suffix, kind) in sensors {
            all_sensors.push(StationSensor { id: sensor_id(id, suffix)?, kind: *kind });
        }
    }
    let kinds =
        file.kinds.into_iter().map(|(title, unit, chip)| SensorDescription::new(title, unit, chip)).collect();
    Ok(StationList::assemble(file.models, kinds, stations, all_sensors))
}

fn read_place(numbers: &[i32]) -> Option<StationPlace> {
    let degrees = |hundredths: i32| f64::from(hundredths) / 100.0;
    let [longitude, latitude, height @ ..] = numbers else { return None };
    Some(StationPlace {
        longitude: degrees(*longitude),
        latitude: degrees(*latitude),
        height: height.first().copied().map(f64::from),
    })
}

/// The file stores only the end in which a sensor's id differs from its box's.
fn sensor_id(box_id: &str, suffix: &str) -> Result<ObjectId, Box<dyn std::error::Error>> {
    let shared = box_id.get(..24_usize.saturating_sub(suffix.len())).ok_or("an id is 24 hex digits")?;
    Ok(format!("{shared}{suffix}").parse()?)
}

#[cfg(test)]
mod tests {
    use super::catalogue;

    #[test]
    fn every_station_of_the_list_is_read() {
        let catalogue = catalogue();
        let active = catalogue.stations().iter().filter(|station| station.active).count();
        let never =
            catalogue.stations().iter().filter(|station| station.last_measurement_at.is_none()).count();
        assert_eq!((catalogue.stations().len(), active, never), (11_390, 3_630, 2_062));

        let station = &catalogue.stations()[0];
        let sensors: Vec<_> = catalogue.sensors(station).iter().map(|sensor| sensor.id.to_string()).collect();
        assert_eq!(sensors[..2], ["5386026e5f08822009b8b60e", "5386026e5f08822009b8b60f"]);
        let total: usize = catalogue.stations().iter().map(|station| catalogue.sensors(station).len()).sum();
        assert_eq!(total, 56_882);
    }

    #[test]
    fn titles_and_units_are_as_people_wrote_them() {
        let catalogue = catalogue();
        let kinds = &catalogue.kinds;
        assert!(
            kinds.iter().any(|kind| kind.title == "Feinstaub PM10" && kind.unit == "\u{fffd}g/m\u{fffd}")
        );
        assert!(kinds.iter().any(|kind| kind.title == "Lämpötila"));
    }
}
