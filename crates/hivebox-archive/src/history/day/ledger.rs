//! Counts the readings that the file of a day must have, apart from the code that sorts and merges them.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use jiff::civil::Date;

use super::existing::DayRow;
use crate::error::ArchiveError;
use crate::history::collected::{CollectedRows, Entries};
use crate::history::utc_day::millis_of_day;

/// Counts the readings of a day: those in its file, and those that are to be added to it.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Another seed for each merge: if two readings collide, the count is wrong and the merge is refused, but the next one
    /// succeeds.
    hasher: RandomState,
    /// Hashes of the collected readings, sorted, each once.
    collected: Vec<u64>,
    existing: u64,
    /// How many readings of the file are among the collected ones.
    repeated: u64,
}

impl Ledger {
    /// Counts collected readings. Those of one box, sensor and time are one reading.
    pub(super) fn of(collected: Option<&CollectedRows>, entries: &Entries) -> Self {
        let hasher = RandomState::default();
        let key_of = |row: &crate::history::collected::CollectedRow| {
            let entry = entries.get(row.entry);
            key(&hasher, entries.text(entry.box_id), entries.text(entry.sensor_id), row.millis_of_day)
        };
        let mut collected: Vec<u64> =
            collected.into_iter().flat_map(CollectedRows::iter).map(key_of).collect();
        collected.sort_unstable();
        collected.dedup();
        Self { hasher, collected, existing: 0, repeated: 0 }
    }

    /// Counts a reading of the file.
    pub(super) fn add_existing(&mut self, row: &DayRow<'_>) {
        let key = key(&self.hasher, row.box_id, row.sensor_id, millis_of_day(row.measured_at));
        self.existing += 1;
        self.repeated += u64::from(self.collected.binary_search(&key).is_ok());
    }

    /// Checks the number of readings in the new file.
    pub(super) fn check(&self, date: Date, rows: u64) -> Result<(), ArchiveError> {
        let expected = self.existing + self.collected.len() as u64 - self.repeated;
        if rows == expected { Ok(()) } else { Err(ArchiveError::Miscounted { date, rows, expected }) }
    }
}

/// A hash that identifies a reading of the day. Two collide once in some hundred thousand merges of millions of readings.
fn key(hasher: &RandomState, box_id: &str, sensor_id: &str, millis_of_day: u32) -> u64 {
    hasher.hash_one((box_id, sensor_id, millis_of_day))
}
