//! Stores once what readings of one sensor share, until its owner changes it.

use std::collections::HashMap;

use hivebox_climate::place::{Exposure, Place};

use super::reading::CollectedReading;
use super::texts::{TextId, Texts};

/// A sensor and its box, as they were for some time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) struct Entry {
    pub(in crate::history) phenomenon: Option<TextId>,
    pub(in crate::history) box_id: TextId,
    pub(in crate::history) sensor_id: TextId,
    pub(in crate::history) model: TextId,
    pub(in crate::history) box_name: TextId,
    pub(in crate::history) title: TextId,
    pub(in crate::history) unit: TextId,
    pub(in crate::history) sensor_type: TextId,
    pub(in crate::history) exposure: Exposure,
    place: Option<PlaceBits>,
}

/// A place as bits, which can be hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct PlaceBits {
    latitude: u64,
    longitude: u64,
    height: Option<u64>,
}

impl PlaceBits {
    fn of(place: &Place) -> Self {
        Self {
            latitude: place.latitude_degrees().to_bits(),
            longitude: place.longitude_degrees().to_bits(),
            height: place.height_metres().map(f64::to_bits),
        }
    }
}

/// A sensor of a box. The ids of sensors alone do not identify them: in openSenseMap several boxes share some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::history) struct SensorOfBox {
    pub(in crate::history) box_id: TextId,
    pub(in crate::history) sensor_id: TextId,
}

impl Entry {
    pub(in crate::history) fn sensor(&self) -> SensorOfBox {
        SensorOfBox { box_id: self.box_id, sensor_id: self.sensor_id }
    }

    pub(in crate::history) fn place(&self) -> Option<Place> {
        let bits = self.place?;
        let height = bits.height.map(f64::from_bits);
        Place::new(f64::from_bits(bits.latitude), f64::from_bits(bits.longitude), height)
    }
}

#[derive(Debug, Clone, Default)]
pub(in crate::history) struct Entries {
    texts: Texts,
    all: Vec<Entry>,
    places: HashMap<Entry, u32>,
    /// The entry that followed each one last time: readings of snapshots come in the same order again and again.
    after: Vec<u32>,
    last: u32,
}

impl Entries {
    /// The index of the entry of a reading. Adds it if it is new.
    pub(in crate::history) fn find(&mut self, reading: &CollectedReading<'_>) -> u32 {
        // Most likely the last entry, as in a day's file, or the one that followed it, as in the previous snapshot.
        let next = self.after.get(self.last as usize).copied();
        let likely = [Some(self.last), next].into_iter().flatten();
        let found = likely.into_iter().find(|&place| self.is_of(place, reading));
        let place = found.unwrap_or_else(|| self.look_up(reading));
        if place != self.last {
            self.after[self.last as usize] = place;
            self.last = place;
        }
        place
    }

    fn look_up(&mut self, reading: &CollectedReading<'_>) -> u32 {
        let entry = Entry {
            phenomenon: reading.phenomenon.map(|slug| self.texts.id(slug)),
            box_id: self.texts.id(reading.box_id),
            sensor_id: self.texts.id(reading.sensor_id),
            model: self.texts.id(reading.model),
            box_name: self.texts.id(reading.box_name),
            title: self.texts.id(reading.title),
            unit: self.texts.id(reading.unit),
            sensor_type: self.texts.id(reading.sensor_type),
            exposure: reading.exposure,
            place: reading.place.as_ref().map(PlaceBits::of),
        };
        let next = self.all.len() as u32;
        *self.places.entry(entry).or_insert_with(|| {
            self.all.push(entry);
            self.after.push(next);
            next
        })
    }

    fn is_of(&self, place: u32, reading: &CollectedReading<'_>) -> bool {
        let Some(entry) = self.all.get(place as usize) else { return false };
        let is = |id, text: &str| self.texts.get(id) == text;
        is(entry.sensor_id, reading.sensor_id)
            && is(entry.box_id, reading.box_id)
            && entry.place == reading.place.as_ref().map(PlaceBits::of)
            && entry.exposure == reading.exposure
            && entry.phenomenon.map(|id| self.texts.get(id)) == reading.phenomenon
            && is(entry.model, reading.model)
            && is(entry.box_name, reading.box_name)
            && is(entry.title, reading.title)
            && is(entry.unit, reading.unit)
            && is(entry.sensor_type, reading.sensor_type)
    }

    /// The id of a text. Adds it if it is new.
    pub(in crate::history) fn intern(&mut self, text: &str) -> TextId {
        self.texts.id(text)
    }

    pub(in crate::history) fn get(&self, place: u32) -> &Entry {
        &self.all[place as usize]
    }

    pub(in crate::history) fn text(&self, id: TextId) -> &str {
        self.texts.get(id)
    }

    pub(in crate::history) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn heap_bytes(&self) -> usize {
        let of_entry = 2 * size_of::<Entry>() + 2 * size_of::<u32>();
        self.texts.heap_bytes() + self.all.len() * of_entry
    }
}
