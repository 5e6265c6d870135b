//! Collects readings for the history.

mod entries;
mod reading;
mod rows;
mod snapshot;
mod texts;

use std::collections::BTreeMap;

use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use jiff::Timestamp;
use jiff::civil::Date;

use super::utc_day::{day_of, millis_of_day};

pub(super) use entries::{Entries, Entry, SensorOfBox};
pub use reading::CollectedReading;
pub(super) use rows::{CollectedRow, CollectedRows, RowValue};
pub(super) use texts::TextId;

/// Readings of any days in the order in which they were added. Of two readings with the same box, sensor and time the
/// later one counts.
///
/// A reading takes 24 bytes. What all readings of a sensor share is stored once, and again when it changes.
#[derive(Debug, Default)]
pub struct CollectedReadings {
    entries: Entries,
    days: BTreeMap<Date, CollectedRows>,
    rows: u64,
    /// How many readings were left out because they claim to be from the future.
    from_future: u64,
}

/// The last moment that a reading known at `moment` can have been measured at, by a clock that is a little fast. Later ones
/// claim to be from the future.
pub(super) fn latest(moment: Timestamp) -> Timestamp {
    moment.checked_add(MAX_CLOCK_LEAD).unwrap_or(Timestamp::MAX)
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

    /// How many readings were left out because they claim to be from the future.
    pub fn from_future(&self) -> u64 {
        self.from_future
    }

    /// Leaves out the readings measured after `latest`.
    pub(super) fn leave_out_after(&mut self, latest: Timestamp) {
        let (last_day, last_millis) = (day_of(latest), millis_of_day(latest));
        let later = self.days.split_off(&last_day).into_iter();
        for (date, rows) in later {
            let before = rows.len();
            let kept = if date == last_day { rows.up_to(last_millis) } else { CollectedRows::default() };
            let gone = before - kept.len();
            self.rows -= gone;
            self.from_future += gone;
            if kept.len() > 0 {
                self.days.insert(date, kept);
            }
        }
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
