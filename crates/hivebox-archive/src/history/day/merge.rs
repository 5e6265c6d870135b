//! Puts what was gathered and what was there together, phenomenon by phenomenon.

use std::collections::{HashMap, HashSet};

use bytes::Bytes;
use hivebox_climate::quantity::Canonical;
use jiff::civil::Date;

use super::existing::{DayRow, Existing};
use super::order::{self, Order};
use crate::error::ArchiveError;
use crate::history::gathered::{Entries, Gathered, GatheredReading, Row, Rows, TextId, Value};
use crate::history::utc_day::millis_of_day;

/// The slug of what a sensor measures, if that is known.
type Kind = Option<TextId>;

/// All readings of a day.
pub(super) struct Merge<'a> {
    gathered: Option<&'a Rows>,
    existing: Option<Existing>,
    /// Those of what was gathered and, beside them, of what was there.
    entries: Entries,
    /// The places of what was gathered, by phenomenon. A place that does not fit would take a hundred gigabytes before it.
    places: HashMap<Kind, Vec<u32>>,
    /// What each sensor of which something was gathered measures.
    kinds: HashMap<TextId, Kinds>,
    /// Which phenomenon counts at a moment, of the sensors which measure several.
    last: HashMap<(TextId, u32), Kind>,
}

/// A sensor's title can change, and with it what it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kinds {
    One(Kind),
    Several,
}

impl<'a> Merge<'a> {
    pub(super) fn new(
        date: Date,
        existing: Option<&Bytes>,
        gathered: &'a Gathered,
    ) -> Result<Self, ArchiveError> {
        let existing = existing.map(Existing::open).transpose()?;
        let entries = gathered.entries().clone();
        let gathered = gathered.day(date);
        let (places, kinds) = (HashMap::new(), HashMap::new());
        let mut merge = Self { gathered, existing, entries, places, kinds, last: HashMap::new() };
        merge.sort_by_phenomenon();
        let several = merge.kinds.iter().filter(|(_, kinds)| **kinds == Kinds::Several);
        let several = several.map(|(sensor, _)| *sensor).collect();
        merge.last = merge.last_of(&several);
        Ok(merge)
    }

    fn sort_by_phenomenon(&mut self) {
        let mut is_used = vec![false; self.entries.len()];
        // Readings of one sensor after the other, as a backfill brings them, are mostly of one phenomenon.
        for (place, row) in self.gathered.into_iter().flat_map(Rows::iter).enumerate() {
            is_used[row.entry as usize] = true;
            self.places.entry(self.entries.get(row.entry).phenomenon).or_default().push(place as u32);
        }
        for (entry, _) in is_used.iter().enumerate().filter(|(_, is_used)| **is_used) {
            let entry = self.entries.get(entry as u32);
            let kinds = self.kinds.entry(entry.sensor_id).or_insert(Kinds::One(entry.phenomenon));
            if *kinds != Kinds::One(entry.phenomenon) {
                *kinds = Kinds::Several;
            }
        }
    }

    /// Which phenomenon counts at each moment of which something of these sensors was gathered.
    fn last_of(&self, sensors: &HashSet<TextId>) -> HashMap<(TextId, u32), Kind> {
        let mut last = HashMap::new();
        if sensors.is_empty() {
            return last;
        }
        for row in self.gathered.into_iter().flat_map(Rows::iter) {
            let entry = self.entries.get(row.entry);
            if sensors.contains(&entry.sensor_id) {
                last.insert((entry.sensor_id, row.millis_of_day), entry.phenomenon);
            }
        }
        last
    }

    /// What was measured, in order.
    pub(super) fn phenomena(&self) -> Vec<Option<Box<str>>> {
        let gathered = self.places.keys().map(|kind| kind.map(|slug| self.entries.text(slug)));
        let existing = self.existing.iter().flat_map(Existing::phenomena);
        let all: HashSet<Option<&str>> = gathered.chain(existing).collect();
        let mut all: Vec<_> = all.into_iter().map(|phenomenon| phenomenon.map(Box::from)).collect();
        all.sort_unstable_by(|one: &Option<Box<str>>, other| {
            (one.is_none(), one).cmp(&(other.is_none(), other))
        });
        all
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
            let Some(row) = self.gathered.map(|rows| rows.get(place)) else { continue };
            if self.counts(row, kind) {
                order.add(existing.len() + place, row, &self.entries);
            }
        }
        Ok(Sorted { order: order.sorted(&self.entries), existing, gathered: self.gathered })
    }

    /// Whether nothing of another phenomenon was gathered later of the same sensor and moment.
    fn counts(&self, row: &Row, kind: Kind) -> bool {
        let key = (self.entries.get(row.entry).sensor_id, row.millis_of_day);
        self.last.is_empty() || self.last.get(&key).is_none_or(|last| *last == kind)
    }

    /// What was there of a phenomenon, but for what is now of another one.
    fn existing_rows(&mut self, phenomenon: Option<&str>) -> Result<(Kind, Vec<Row>), ArchiveError> {
        let kind = phenomenon.map(|slug| self.entries.intern(slug));
        let Some(existing) = &self.existing else { return Ok((kind, Vec::new())) };
        let mut rows = Vec::with_capacity(existing.len(phenomenon));
        let entries = &mut self.entries;
        existing.read_phenomenon(phenomenon, &mut |row| rows.push(stored(row, entries)))?;
        let mut sensors = HashSet::new();
        let mut before = None;
        for row in &rows {
            let sensor = self.entries.get(row.entry).sensor_id;
            let is_new = before.replace(sensor) != Some(sensor);
            if is_new && self.kinds.get(&sensor).is_some_and(|kinds| *kinds != Kinds::One(kind)) {
                sensors.insert(sensor);
            }
        }
        if !sensors.is_empty() {
            let last = self.last_of(&sensors);
            rows.retain(|row| {
                let key = (self.entries.get(row.entry).sensor_id, row.millis_of_day);
                last.get(&key).is_none_or(|last| *last == kind)
            });
        }
        Ok((kind, rows))
    }
}

/// A row of a file, whose names are not in it and not asked for.
fn stored(row: &DayRow<'_>, entries: &mut Entries) -> Row {
    let entry = entries.find(&GatheredReading {
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
    Row::new(millis_of_day(row.measured_at), entry, Value::stored(row.raw_value, row.hundredths), row.verdict)
}

/// Readings of a phenomenon in order.
pub(super) struct Sorted<'a> {
    order: Vec<order::Key>,
    existing: Vec<Row>,
    gathered: Option<&'a Rows>,
}

impl Sorted<'_> {
    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.order.iter().filter_map(|key| match key.place.checked_sub(self.existing.len()) {
            None => self.existing.get(key.place),
            Some(place) => self.gathered.map(|rows| rows.get(place)),
        })
    }
}
