//! Merges collected and existing readings, phenomenon by phenomenon.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use hivebox_climate::quantity::Canonical;
use jiff::civil::Date;

use super::existing::{DayRow, Existing};
use super::ledger::Ledger;
use super::order::{self, Order};
use crate::error::ArchiveError;
use crate::history::collected::{
    CollectedReading, CollectedReadings, CollectedRow, CollectedRows, Entries, RowValue, SensorOfBox, TextId,
};
use crate::history::utc_day::millis_of_day;

/// The slug of the phenomenon that a sensor measures, if that is known.
type PhenomenonText = Option<TextId>;

/// All readings of a day.
pub(super) struct Merge<'a> {
    collected: Option<&'a CollectedRows>,
    existing: Option<Existing>,
    /// The entries of the collected readings and, as they are read, of the existing ones.
    entries: Entries,
    /// The indices of collected readings, by phenomenon. 2^32 readings would take a hundred gigabytes of memory.
    places: HashMap<PhenomenonText, Vec<u32>>,
    /// The phenomena of each sensor with collected readings.
    kinds: HashMap<SensorOfBox, SensorPhenomena>,
    /// Which phenomenon counts at which time of day, for sensors that measure several.
    last: HashMap<(SensorOfBox, u32), PhenomenonText>,
    ledger: Ledger,
}

/// The phenomena of a sensor. They change when its owner changes its title.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SensorPhenomena {
    One(PhenomenonText),
    Several,
}

impl<'a> Merge<'a> {
    pub(super) fn new(
        date: Date,
        existing: Option<&Bytes>,
        collected: &'a CollectedReadings,
    ) -> Result<Self, ArchiveError> {
        let existing = existing.map(Existing::open).transpose()?;
        let entries = collected.entries().clone();
        let collected = collected.day(date);
        let (places, kinds) = (HashMap::new(), HashMap::new());
        let ledger = Ledger::of(collected, &entries);
        let mut merge = Self { collected, existing, entries, places, kinds, last: HashMap::new(), ledger };
        merge.sort_by_phenomenon();
        let several = merge.kinds.iter().filter(|(_, kinds)| **kinds == SensorPhenomena::Several);
        let several = several.map(|(sensor, _)| *sensor).collect();
        merge.last = merge.last_of(&several);
        Ok(merge)
    }

    fn sort_by_phenomenon(&mut self) {
        let mut is_used = vec![false; self.entries.len()];
        for (place, row) in self.collected.into_iter().flat_map(CollectedRows::iter).enumerate() {
            is_used[row.entry as usize] = true;
            self.places.entry(self.entries.get(row.entry).phenomenon).or_default().push(place as u32);
        }
        for (entry, _) in is_used.iter().enumerate().filter(|(_, is_used)| **is_used) {
            let entry = self.entries.get(entry as u32);
            let kinds = self.kinds.entry(entry.sensor()).or_insert(SensorPhenomena::One(entry.phenomenon));
            if *kinds != SensorPhenomena::One(entry.phenomenon) {
                *kinds = SensorPhenomena::Several;
            }
        }
    }

    /// Which phenomenon counts at each time of the collected readings of these sensors: that of the last one.
    fn last_of(&self, sensors: &HashSet<SensorOfBox>) -> HashMap<(SensorOfBox, u32), PhenomenonText> {
        let mut last = HashMap::new();
        if sensors.is_empty() {
            return last;
        }
        for row in self.collected.into_iter().flat_map(CollectedRows::iter) {
            let entry = self.entries.get(row.entry);
            if sensors.contains(&entry.sensor()) {
                last.insert((entry.sensor(), row.millis_of_day), entry.phenomenon);
            }
        }
        last
    }

    /// All phenomena of the day, sorted.
    pub(super) fn phenomena(&self) -> Vec<Option<Box<str>>> {
        let collected = self.places.keys().map(|kind| kind.map(|slug| self.entries.text(slug)));
        let existing = self.existing.iter().flat_map(Existing::phenomena);
        let all: HashSet<Option<&str>> = collected.chain(existing).collect();
        let mut all: Vec<_> = all.into_iter().map(|phenomenon| phenomenon.map(Box::from)).collect();
        all.sort_unstable_by(|one: &Option<Box<str>>, other| {
            (one.is_none(), one).cmp(&(other.is_none(), other))
        });
        all
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn entries(&self) -> &Entries {
        &self.entries
    }

    /// The readings of a phenomenon, each once and in order.
    pub(super) fn rows(&mut self, phenomenon: Option<&str>) -> Result<Sorted<'a>, ArchiveError> {
        let (kind, existing) = self.existing_rows(phenomenon)?;
        let places = self.places.remove(&kind).unwrap_or_default();
        let mut order = Order::with_capacity(existing.len() + places.len());
        for (place, row) in existing.iter().enumerate() {
            order.add(place, row, &self.entries);
        }
        for place in places {
            let place = place as usize;
            let Some(row) = self.collected.map(|rows| rows.get(place)) else { continue };
            if self.counts(row, kind) {
                order.add(existing.len() + place, row, &self.entries);
            }
        }
        Ok(Sorted { order: order.sorted(&self.entries), existing, collected: self.collected })
    }

    /// Whether no later reading of the same box, sensor and time has another phenomenon.
    fn counts(&self, row: &CollectedRow, kind: PhenomenonText) -> bool {
        let key = (self.entries.get(row.entry).sensor(), row.millis_of_day);
        self.last.is_empty() || self.last.get(&key).is_none_or(|last| *last == kind)
    }

    /// The existing readings of a phenomenon, except those whose phenomenon has changed.
    fn existing_rows(
        &mut self,
        phenomenon: Option<&str>,
    ) -> Result<(PhenomenonText, Vec<CollectedRow>), ArchiveError> {
        let kind = phenomenon.map(|slug| self.entries.intern(slug));
        let Some(existing) = &self.existing else { return Ok((kind, Vec::new())) };
        let mut rows = Vec::with_capacity(existing.len(phenomenon));
        let (entries, ledger) = (&mut self.entries, &mut self.ledger);
        existing.read_phenomenon(phenomenon, &mut |row| {
            ledger.add_existing(row);
            rows.push(stored(row, entries));
        })?;
        let mut sensors = HashSet::new();
        let mut before = None;
        for row in &rows {
            let sensor = self.entries.get(row.entry).sensor();
            let is_new = before.replace(sensor) != Some(sensor);
            if is_new && self.kinds.get(&sensor).is_some_and(|kinds| *kinds != SensorPhenomena::One(kind)) {
                sensors.insert(sensor);
            }
        }
        if !sensors.is_empty() {
            let last = self.last_of(&sensors);
            rows.retain(|row| {
                let key = (self.entries.get(row.entry).sensor(), row.millis_of_day);
                last.get(&key).is_none_or(|last| *last == kind)
            });
        }
        Ok((kind, rows))
    }
}

/// A row of the existing file. The file has no names and titles, and merging needs none.
fn stored(row: &DayRow<'_>, entries: &mut Entries) -> CollectedRow {
    let entry = entries.find(&CollectedReading {
        box_id: row.box_id,
        box_name: "",
        model: row.model,
        exposure: row.exposure,
        place: row.place,
        sensor_id: row.sensor_id,
        title: "",
        unit: "",
        sensor_type: "",
        phenomenon: row.phenomenon,
        raw_value: None,
        value: None::<Canonical>,
        measured_at: row.measured_at,
        verdict: row.verdict,
    });
    CollectedRow::new(
        millis_of_day(row.measured_at),
        entry,
        RowValue::stored(row.raw_value, row.hundredths),
        row.verdict,
    )
}

/// The readings of a phenomenon, sorted.
pub(super) struct Sorted<'a> {
    order: Vec<order::Key>,
    existing: Vec<CollectedRow>,
    collected: Option<&'a CollectedRows>,
}

impl Sorted<'_> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &CollectedRow> {
        self.order.iter().filter_map(|key| match key.place.checked_sub(self.existing.len()) {
            None => self.existing.get(key.place),
            Some(place) => self.collected.map(|rows| rows.get(place)),
        })
    }
}
