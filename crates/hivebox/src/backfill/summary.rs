//! What came of a backfill.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::batch::ReadingBatch;
use super::directory::Directory;
use super::plan::Window;
use super::record::Record;
use super::request::{BackfillRequest, BackfillSource};

/// What came of a backfill, of this run unless told otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackfillSummary {
    /// The request's name in the store.
    pub key: String,
    /// Where the values came from.
    pub source: BackfillSource,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Days that an earlier run had done.
    pub done_before: usize,
    /// Days that were done, each with how many values it had.
    pub days: BTreeMap<Date, u64>,
    /// Days that the archive does not have (yet). They are not done: the next run asks again.
    pub days_not_there: Vec<Date>,
    /// Requests made, not counting those that were made again at once.
    pub requests: u64,
    /// Values that came.
    pub values: u64,
    /// Readings that the history did not have before.
    pub added: u64,
    /// Values of sensors that are not in the list of boxes any more; they are left out.
    pub values_of_unknown_sensors: u64,
    /// Boxes that were asked about.
    pub boxes: usize,
    /// Sensors that were asked about.
    pub sensors: usize,
    /// Boxes without any value in this time. They may have been silent; upstream does not say.
    pub boxes_without_values: Vec<String>,
    /// Titles without any value in this time, with the number of their sensors.
    pub titles_without_values: BTreeMap<String, u64>,
}

impl BackfillSummary {
    pub(super) fn new(request: &BackfillRequest, record: &Record) -> Self {
        Self {
            key: record.key().to_owned(),
            source: request.source,
            from: request.from,
            to: request.to,
            done_before: record.days().len(),
            days: BTreeMap::new(),
            days_not_there: Vec::new(),
            requests: 0,
            values: 0,
            added: 0,
            values_of_unknown_sensors: 0,
            boxes: 0,
            sensors: 0,
            boxes_without_values: Vec::new(),
            titles_without_values: BTreeMap::new(),
        }
    }

    /// Takes note of what came of some days, and whether they are done.
    pub(super) fn take(&mut self, window: &Window, batch: &ReadingBatch<'_>, done: bool) {
        let values = |day| batch.values().get(&day).copied().unwrap_or(0);
        if done {
            self.days.extend(window.dates().map(|day| (day, values(day))));
        } else {
            self.days_not_there.extend(window.dates());
        }
        self.values += batch.values().values().sum::<u64>();
        self.added += batch.added();
        self.values_of_unknown_sensors += batch.unknown();
    }

    /// Tells what was answered with nothing: `seen` says by row where there was a value.
    pub(super) fn tell_silent(&mut self, directory: &Directory, seen: &[bool]) {
        let mut titles: BTreeMap<&str, (u64, bool)> = BTreeMap::new();
        for (id, rows) in directory.boxes() {
            self.boxes += 1;
            self.sensors += rows.len();
            if !rows.iter().any(|&row| seen[row]) {
                self.boxes_without_values.push(id.to_string());
            }
            for &row in rows {
                let title = titles.entry(directory.title(row)).or_default();
                title.0 += 1;
                title.1 |= seen[row];
            }
        }
        let silent = titles.into_iter().filter(|(_, (_, any))| !any);
        self.titles_without_values = silent.map(|(title, (count, _))| (title.to_owned(), count)).collect();
    }
}
