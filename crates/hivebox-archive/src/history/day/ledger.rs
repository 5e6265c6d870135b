//! Counts the readings that the file of a day must have, apart from the code that sorts and merges them.

use std::hash::BuildHasher;

use foldhash::fast::FixedState;
use jiff::civil::Date;

use super::existing::DayRow;
use crate::error::ArchiveError;
use crate::history::collected::{CollectedRows, Entries};
use crate::history::utc_day::millis_of_day;

/// Counts the readings of a day: those in its file, and those that are to be added to it.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Hashes of the collected readings, sorted, each once.
    collected: Vec<u64>,
    existing: u64,
    /// How many readings of the file are among the collected ones.
    repeated: u64,
}

impl Ledger {
    /// Counts collected readings. Those of one box, sensor and time are one reading.
    pub(super) fn of(collected: Option<&CollectedRows>, entries: &Entries) -> Self {
        let key_of = |row: &crate::history::collected::CollectedRow| {
            let entry = entries.get(row.entry);
            key(entries.text(entry.box_id), entries.text(entry.sensor_id), row.millis_of_day)
        };
        let mut collected: Vec<u64> =
            collected.into_iter().flat_map(CollectedRows::iter).map(key_of).collect();
        collected.sort_unstable();
        collected.dedup();
        Self { collected, existing: 0, repeated: 0 }
    }

    /// Counts a reading of the file.
    pub(super) fn add_existing(&mut self, row: &DayRow<'_>) {
        let key = key(row.box_id, row.sensor_id, millis_of_day(row.measured_at));
        self.existing += 1;
        self.repeated += u64::from(self.collected.binary_search(&key).is_ok());
    }

    /// Checks the number of readings in the new file.
    pub(super) fn check(&self, date: Date, rows: u64) -> Result<(), ArchiveError> {
        let expected = self.existing + self.collected.len() as u64 - self.repeated;
        if rows == expected { Ok(()) } else { Err(ArchiveError::Miscounted { date, rows, expected }) }
    }
}

/// A hash that identifies a reading of the day. If two collide, the count is off by one and the merge is refused: once in
/// some hundred thousand merges of millions of readings.
fn key(box_id: &str, sensor_id: &str, millis_of_day: u32) -> u64 {
    FixedState::with_seed(0x6c65_6467_6572).hash_one((box_id, sensor_id, millis_of_day))
}
