//! The result of a backfill.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::batch::ReadingBatch;
use super::days::DayOutcome;
use super::directory::Directory;
use super::plan::Window;
use super::record::Record;
use super::request::{BackfillRequest, BackfillSource};

/// The result of one run of a backfill.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BackfillSummary {
    /// The name of the request's record in the store.
    pub key: String,
    /// The source of the values.
    pub source: BackfillSource,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// The number of days that earlier runs finished.
    pub done_before: usize,
    /// The days that this run finished in full, each with its number of values.
    pub days: BTreeMap<Date, u64>,
    /// Days that are not in the archive (yet). The next run tries again.
    pub days_not_there: Vec<Date>,
    /// Files of the archive that are damaged. The next run asks for them alone.
    pub files_missing: Vec<MissingFile>,
    /// The number of requests, without the retries of the client itself.
    pub requests: u64,
    /// The number of values received.
    pub values: u64,
    /// The number of readings that were new to the history.
    pub added: u64,
    /// The number of values of sensors that are no longer in the list of boxes. They are ignored.
    pub values_of_unknown_sensors: u64,
    /// The number of requested boxes.
    pub boxes: usize,
    /// The number of requested sensors.
    pub sensors: usize,
    /// Boxes without a value in this time. They may have been off; upstream does not say.
    pub boxes_without_values: Vec<String>,
    /// Titles without a value in this time, each with its number of sensors.
    pub titles_without_values: BTreeMap<String, u64>,
}

/// A file of the archive that is damaged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingFile {
    /// Day, box and sensor.
    pub file: String,
    /// Why it cannot be read.
    pub reason: String,
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
            files_missing: Vec::new(),
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

    /// Adds the result of some days.
    pub(super) fn take(&mut self, window: &Window, batch: &ReadingBatch<'_>, outcome: &DayOutcome) {
        let values = |day| batch.values().get(&day).copied().unwrap_or(0);
        match outcome {
            DayOutcome::NotThere => self.days_not_there.extend(window.dates()),
            DayOutcome::Read(missing) if missing.is_empty() => {
                self.days.extend(window.dates().map(|day| (day, values(day))));
            }
            DayOutcome::Read(missing) => {
                let missing = missing
                    .iter()
                    .map(|(file, reason)| MissingFile { file: file.to_string(), reason: reason.clone() });
                self.files_missing.extend(missing);
            }
        }
        self.values += batch.values().values().sum::<u64>();
        self.added += batch.added();
        self.values_of_unknown_sensors += batch.unknown();
    }

    /// Lists boxes and titles without a value. `seen` says for each row whether there was one.
    pub(super) fn list_silent(&mut self, directory: &Directory, seen: &[bool]) {
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
