//! Collects readings for the history.

mod entries;
mod reading;
mod rows;
mod snapshot;
mod texts;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::utc_day::{day_of, millis_of_day};

pub(super) use entries::{Entries, Entry};
pub use reading::CollectedReading;
pub(super) use rows::{CollectedRow, CollectedRows, RowValue};
pub(super) use texts::TextId;

/// Readings of any days in the order in which they were added. Of two readings with the same sensor and time the later one
/// counts.
///
/// A reading takes 24 bytes. What all readings of a sensor share is stored once, and again when it changes.
#[derive(Debug, Default)]
pub struct CollectedReadings {
    entries: Entries,
    days: BTreeMap<Date, CollectedRows>,
    rows: u64,
}

impl CollectedReadings {
    /// Adds a reading.
    pub fn add(&mut self, reading: &CollectedReading<'_>) {
        let entry = self.entries.find(reading);
        let value = RowValue::new(reading.raw_value, reading.value);
        let row = CollectedRow::new(millis_of_day(reading.measured_at), entry, value, reading.verdict);
        self.days.entry(day_of(reading.measured_at)).or_default().push(row);
        self.rows += 1;
    }

    /// The UTC days on which the readings were measured, in order.
    pub fn dates(&self) -> Vec<Date> {
        self.days.keys().copied().collect()
    }

    /// The number of added readings.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// About how much memory they take, in bytes.
    pub fn heap_bytes(&self) -> usize {
        let rows: usize = self.days.values().map(CollectedRows::heap_bytes).sum();
        rows + self.entries.heap_bytes()
    }

    pub(super) fn entries(&self) -> &Entries {
        &self.entries
    }

    pub(super) fn days(&self) -> impl Iterator<Item = (Date, &CollectedRows)> {
        self.days.iter().map(|(date, rows)| (*date, rows))
    }

    /// The readings of a day in the order in which they were added.
    pub(super) fn day(&self, date: Date) -> Option<&CollectedRows> {
        self.days.get(&date)
    }
}
