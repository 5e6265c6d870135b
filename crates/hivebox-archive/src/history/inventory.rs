//! The tables of boxes and sensors: all that ever had a reading, as they were last.

mod read;
mod rows;
mod write;

use std::collections::BTreeMap;

use bytes::Bytes;

pub use read::{read_boxes, read_sensors};
pub use rows::{BoxRow, DayRange, Extent, SensorRow};

use super::collected::{CollectedReadings, Entries, Entry};
use crate::error::ArchiveError;

/// The files of all boxes and sensors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryFiles {
    /// The boxes, with the columns of [`HistoryTable::Boxes`](super::layout::HistoryTable::Boxes), sorted by id.
    pub boxes: Bytes,
    /// The number of boxes.
    pub boxes_rows: u64,
    /// The sensors, with the columns of [`HistoryTable::Sensors`](super::layout::HistoryTable::Sensors), sorted by the ids
    /// of sensor and box.
    pub sensors: Bytes,
    /// The number of sensors.
    pub sensors_rows: u64,
}

/// Merges the boxes and sensors of collected readings into the existing files. A row describes a box or sensor as of its last
/// reading. If the last day of the existing row and of the collected readings is the same, the collected readings count.
///
/// Verify the checksums of the files first: the crates `parquet` and `arrow` may panic on damaged bytes.
///
/// # Errors
/// A file was not written by this version of HiveBox, or Parquet cannot be written.
pub fn merge_inventory(
    boxes: Option<&Bytes>,
    sensors: Option<&Bytes>,
    collected: &CollectedReadings,
) -> Result<InventoryFiles, ArchiveError> {
    let mut all_boxes = BTreeMap::new();
    let mut all_sensors = BTreeMap::new();
    if let Some(file) = boxes {
        read_boxes(file, |row| drop(all_boxes.insert(row.box_id.clone(), row)))?;
    }
    if let Some(file) = sensors {
        read_sensors(file, |row| drop(all_sensors.insert(row.key(), row)))?;
    }
    let entries = collected.entries();
    // Oldest first, so that the newest stays.
    for (entry, days) in seen(collected) {
        let sense_box = box_row(entry, days, entries);
        let new = match all_boxes.remove(&sense_box.box_id) {
            Some(known) => later_box(known, sense_box),
            None => sense_box,
        };
        all_boxes.insert(new.box_id.clone(), new);
        let sensor = sensor_row(entry, days, entries);
        let new = match all_sensors.remove(&sensor.key()) {
            Some(known) => later_sensor(known, sensor),
            None => sensor,
        };
        all_sensors.insert(new.key(), new);
    }
    Ok(InventoryFiles {
        boxes: write::boxes(&all_boxes.values())?,
        boxes_rows: all_boxes.len() as u64,
        sensors: write::sensors(&all_sensors.values())?,
        sensors_rows: all_sensors.len() as u64,
    })
}

/// All entries with any reading and their days, sorted by their last reading. Of two readings at the same time the one that was
/// added later is last.
fn seen(collected: &CollectedReadings) -> impl Iterator<Item = (&Entry, DayRange)> {
    let mut seen: Vec<Option<(DayRange, u32, usize)>> = vec![None; collected.entries().len()];
    for (date, rows) in collected.days() {
        for (place, row) in rows.iter().enumerate() {
            let (days, millis, last) =
                seen[row.entry as usize].get_or_insert((DayRange { first: date, last: date }, 0, 0));
            // Days come in order, so this one is later or the same.
            if *days != (DayRange { last: date, ..*days }) {
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
    order.into_iter().map(|((days, ..), entry)| (collected.entries().get(entry), days))
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

fn box_row(entry: &Entry, days: DayRange, entries: &Entries) -> BoxRow {
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

fn sensor_row(entry: &Entry, days: DayRange, entries: &Entries) -> SensorRow {
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
