//! All boxes and sensors that ever had a reading, as they were last.

mod read;
mod write;

use std::collections::BTreeMap;

use bytes::Bytes;
use hivebox_climate::place::{Exposure, Place};
use jiff::civil::Date;

pub use read::{read_boxes, read_sensors};

use super::gathered::{Entries, Entry, Gathered};
use crate::error::ArchiveError;

/// A box, as it was at its last reading.
#[derive(Debug, Clone, PartialEq)]
pub struct BoxRow {
    /// The box's id.
    pub box_id: Box<str>,
    /// Its name, as its owner wrote it.
    pub name: Box<str>,
    /// Its model.
    pub model: Box<str>,
    /// Where its sensors are exposed.
    pub exposure: Exposure,
    /// Where it stood, if that is known.
    pub place: Option<Place>,
    /// The UTC days of its first and last reading.
    pub days: Days,
    /// Where it ever stood; `None` if that was never known.
    pub extent: Option<Extent>,
}

/// A sensor, as it was at its last reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensorRow {
    /// The sensor's id.
    pub sensor_id: Box<str>,
    /// The id of the box that it belongs to.
    pub box_id: Box<str>,
    /// What it measures, in its owner's words.
    pub title: Box<str>,
    /// The unit, in its owner's spelling.
    pub unit: Box<str>,
    /// Its chip, in its owner's spelling.
    pub sensor_type: Box<str>,
    /// The slug of what it is taken to measure, if that is known.
    pub phenomenon: Option<Box<str>>,
    /// The UTC days of its first and last reading.
    pub days: Days,
}

/// A first and a last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
}

impl Days {
    fn with(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// The smallest area between two parallels and two meridians that has all places of a box in it. It never crosses the date
/// line: that of a box which does goes around the Earth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// Latitudes in degrees, from south to north.
    pub latitudes: [f64; 2],
    /// Longitudes in degrees, from west to east.
    pub longitudes: [f64; 2],
}

impl Extent {
    fn of(place: &Place) -> Self {
        Self { latitudes: [place.latitude_degrees(); 2], longitudes: [place.longitude_degrees(); 2] }
    }

    fn with(self, other: Self) -> Self {
        let join = |[low, high]: [f64; 2], [other_low, other_high]: [f64; 2]| {
            [low.min(other_low), high.max(other_high)]
        };
        Self {
            latitudes: join(self.latitudes, other.latitudes),
            longitudes: join(self.longitudes, other.longitudes),
        }
    }
}

/// The files of all boxes and sensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CensusFiles {
    /// The boxes, as [`HistoryTable::Boxes`](super::layout::HistoryTable::Boxes) has them, by their ids.
    pub boxes: Bytes,
    /// How many there are.
    pub boxes_rows: u64,
    /// The sensors, as [`HistoryTable::Sensors`](super::layout::HistoryTable::Sensors) has them, by their ids.
    pub sensors: Bytes,
    /// How many there are.
    pub sensors_rows: u64,
}

/// Puts what was gathered together with the files of boxes and sensors that are there. What is told of a box or a sensor is what was so at
/// its last reading; if what was gathered ends on the day on which the file ends, what was gathered counts.
///
/// The checksums of the files must have been found to be right: of damaged bytes the crates `parquet` and `arrow` may panic.
///
/// # Errors
/// A file is not as this version of HiveBox writes it, or Parquet cannot be written.
pub fn merge_census(
    boxes: Option<&Bytes>,
    sensors: Option<&Bytes>,
    gathered: &Gathered,
) -> Result<CensusFiles, ArchiveError> {
    let mut all_boxes = BTreeMap::new();
    let mut all_sensors = BTreeMap::new();
    if let Some(file) = boxes {
        read_boxes(file, |row| drop(all_boxes.insert(row.box_id.clone(), row)))?;
    }
    if let Some(file) = sensors {
        read_sensors(file, |row| drop(all_sensors.insert(row.sensor_id.clone(), row)))?;
    }
    let entries = gathered.entries();
    // From the oldest to the newest, so that the newest stays.
    for (entry, days) in seen(gathered) {
        let sense_box = box_row(entry, days, entries);
        let new = match all_boxes.remove(&sense_box.box_id) {
            Some(known) => later_box(known, sense_box),
            None => sense_box,
        };
        all_boxes.insert(new.box_id.clone(), new);
        let sensor = sensor_row(entry, days, entries);
        let new = match all_sensors.remove(&sensor.sensor_id) {
            Some(known) => later_sensor(known, sensor),
            None => sensor,
        };
        all_sensors.insert(new.sensor_id.clone(), new);
    }
    Ok(CensusFiles {
        boxes: write::boxes(&all_boxes.values())?,
        boxes_rows: all_boxes.len() as u64,
        sensors: write::sensors(&all_sensors.values())?,
        sensors_rows: all_sensors.len() as u64,
    })
}

/// What was gathered of each entry, by its last reading; of two at the same moment the later gathered comes last.
fn seen(gathered: &Gathered) -> impl Iterator<Item = (&Entry, Days)> {
    let mut seen: Vec<Option<(Days, u32, usize)>> = vec![None; gathered.entries().len()];
    for (date, rows) in gathered.days() {
        for (place, row) in rows.iter().enumerate() {
            let (days, millis, last) =
                seen[row.entry as usize].get_or_insert((Days { first: date, last: date }, 0, 0));
            // Days come in order, so that this is a later one or the same.
            if *days != (Days { last: date, ..*days }) {
                days.last = date;
                *millis = 0;
            }
            if row.millis_of_day >= *millis {
                (*millis, *last) = (row.millis_of_day, place);
            }
        }
    }
    let mut order: Vec<_> =
        (0_u32..).zip(seen).filter_map(|(entry, seen)| seen.map(|seen| (seen, entry))).collect();
    order.sort_unstable_by_key(|((days, millis, place), _)| (days.last, *millis, *place));
    order.into_iter().map(|((days, ..), entry)| (gathered.entries().get(entry), days))
}

fn later_box(known: BoxRow, new: BoxRow) -> BoxRow {
    let days = known.days.with(new.days);
    let extent = match (known.extent, new.extent) {
        (Some(known), Some(new)) => Some(known.with(new)),
        (one, other) => one.or(other),
    };
    let newest = if new.days.last >= known.days.last { new } else { known };
    BoxRow { days, extent, ..newest }
}

fn later_sensor(known: SensorRow, new: SensorRow) -> SensorRow {
    let days = known.days.with(new.days);
    let newest = if new.days.last >= known.days.last { new } else { known };
    SensorRow { days, ..newest }
}

fn box_row(entry: &Entry, days: Days, entries: &Entries) -> BoxRow {
    let place = entry.place();
    BoxRow {
        box_id: entries.text(entry.box_id).into(),
        name: entries.text(entry.box_name).into(),
        model: entries.text(entry.model).into(),
        exposure: entry.exposure,
        place,
        days,
        extent: place.as_ref().map(Extent::of),
    }
}

fn sensor_row(entry: &Entry, days: Days, entries: &Entries) -> SensorRow {
    SensorRow {
        sensor_id: entries.text(entry.sensor_id).into(),
        box_id: entries.text(entry.box_id).into(),
        title: entries.text(entry.title).into(),
        unit: entries.text(entry.unit).into(),
        sensor_type: entries.text(entry.sensor_type).into(),
        phenomenon: entry.phenomenon.map(|slug| entries.text(slug).into()),
        days,
    }
}
