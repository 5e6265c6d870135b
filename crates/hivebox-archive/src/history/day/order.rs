//! Sorts the readings of a phenomenon.

use std::collections::HashMap;

use hivebox_climate::place::Place;

use crate::history::collected::{CollectedRow, Entries, SensorOfBox};

/// The sort key of a reading: its sensor's number, its time, and its age. Of two readings with the same box, sensor and time
/// the newer one is last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    sensor: u32,
    /// The time of day, negated, so that times decrease within a sensor. Parquet packs the differences of a block relative
    /// to the smallest one. If times increased, the step from one sensor's evening back to the next one's morning would be
    /// that smallest difference, and all others would take 27 bits.
    newest_first: u32,
    /// The index of the reading: higher is newer.
    pub(super) place: usize,
}

/// Collects the readings of a phenomenon to sort them.
#[derive(Debug)]
pub(super) struct Order {
    keys: Vec<Key>,
    sensors: Vec<Sensor>,
    numbers: HashMap<SensorOfBox, u32>,
    /// The sensor's number by the entry's index.
    of_entry: Vec<u32>,
}

#[derive(Debug)]
struct Sensor {
    of_box: SensorOfBox,
    last_millis: u32,
    /// The entry of its last reading of the day, whatever the order in which readings are added.
    last_entry: u32,
}

impl Sensor {
    fn sorts_as<'a>(&self, entries: &'a Entries) -> (bool, u64, &'a str, &'a str) {
        let entry = entries.get(self.last_entry);
        let along = entry.place().map(|place| z_order(&place));
        (
            along.is_none(),
            along.unwrap_or_default(),
            entries.text(self.of_box.box_id),
            entries.text(self.of_box.sensor_id),
        )
    }
}

/// The position of a place along a Z-order curve over the Earth: the interleaved bits of latitude and longitude.
fn z_order(place: &Place) -> u64 {
    /// One of 2^32 steps. The cast saturates, so the northern and eastern ends share the last step.
    fn steps(degrees: f64, range: f64) -> u64 {
        spread(((degrees / range + 0.5) * 4_294_967_296.0) as u32)
    }
    steps(place.latitude_degrees(), 180.0) << 1 | steps(place.longitude_degrees(), 360.0)
}

/// Inserts a zero before each bit of a number.
fn spread(number: u32) -> u64 {
    let mut spread = u64::from(number);
    for (shift, mask) in [
        (16, 0x0000_ffff_0000_ffff),
        (8, 0x00ff_00ff_00ff_00ff),
        (4, 0x0f0f_0f0f_0f0f_0f0f),
        (2, 0x3333_3333_3333_3333),
        (1, 0x5555_5555_5555_5555),
    ] {
        spread = (spread | spread << shift) & mask;
    }
    spread
}

const UNKNOWN: u32 = u32::MAX;

impl Order {
    pub(super) fn with_capacity(rows: usize) -> Self {
        let (sensors, numbers, of_entry) = (Vec::new(), HashMap::new(), Vec::new());
        Self { keys: Vec::with_capacity(rows), sensors, numbers, of_entry }
    }

    /// Adds a reading that is newer than all before.
    pub(super) fn add(&mut self, place: usize, row: &CollectedRow, entries: &Entries) {
        let sensor = self.sensor(row, entries);
        let known = &mut self.sensors[sensor as usize];
        if row.millis_of_day >= known.last_millis {
            (known.last_millis, known.last_entry) = (row.millis_of_day, row.entry);
        }
        self.keys.push(Key { sensor, newest_first: u32::MAX - row.millis_of_day, place });
    }

    fn sensor(&mut self, row: &CollectedRow, entries: &Entries) -> u32 {
        let entry = row.entry as usize;
        if self.of_entry.len() <= entry {
            self.of_entry.resize(entries.len().max(entry + 1), UNKNOWN);
        }
        if self.of_entry[entry] == UNKNOWN {
            let sensor = entries.get(row.entry).sensor();
            let next = self.sensors.len() as u32;
            self.of_entry[entry] = *self.numbers.entry(sensor).or_insert_with(|| {
                self.sensors.push(Sensor { of_box: sensor, last_millis: 0, last_entry: row.entry });
                next
            });
        }
        self.of_entry[entry]
    }

    /// The newest reading of each sensor and time, in the order of the file.
    pub(super) fn sorted(self, entries: &Entries) -> Vec<Key> {
        let Self { mut keys, sensors, .. } = self;
        let mut order: Vec<_> =
            sensors.iter().map(|sensor| sensor.sorts_as(entries)).zip(0_usize..).collect();
        order.sort_unstable();
        let mut ranks = vec![0; sensors.len()];
        for (rank, (_, sensor)) in order.into_iter().enumerate() {
            ranks[sensor] = rank as u32;
        }
        for key in &mut keys {
            key.sensor = ranks[key.sensor as usize];
        }
        keys.sort_unstable();
        // `dedup_by` keeps the first of a run, so copy each later one over it.
        keys.dedup_by(|later, kept| {
            let is_same = (later.sensor, later.newest_first) == (kept.sensor, kept.newest_first);
            if is_same {
                *kept = *later;
            }
            is_same
        });
        keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_of_latitude_and_longitude_take_turns() {
        assert_eq!(spread(0b1011), 0b0100_0101);
        assert_eq!(spread(u32::MAX), 0x5555_5555_5555_5555);
        let at = |latitude, longitude| z_order(&Place::new(latitude, longitude, None).unwrap());
        assert_eq!([at(-90.0, -180.0), at(90.0, 180.0)], [0, u64::MAX]);
        // South before north, and in the south west before east.
        assert!(at(-45.0, -90.0) < at(-45.0, 90.0) && at(-45.0, 90.0) < at(45.0, -90.0));
    }
}
