//! The record of finished days in the store.

use std::collections::{BTreeMap, BTreeSet};

use hivebox_archive::history::History;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::days::DayFile;
use super::error::BackfillError;
use super::plan::Window;
use super::request::{BackfillRequest, StoredRequest};

const SCHEMA: u32 = 1;

/// The finished days of a request. The store keeps one such object per request, so the same request can resume.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    schema: u32,
    #[serde(rename = "question")]
    request: StoredRequest,
    /// Each finished day, with its number of values.
    days: BTreeMap<Date, u64>,
    /// Each day that is finished except for some files of the archive.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    incomplete: BTreeMap<Date, IncompleteDay>,
    #[serde(skip)]
    key: String,
}

/// A day of which some files are damaged.
#[derive(Debug, Serialize, Deserialize)]
struct IncompleteDay {
    /// The number of values of the other files.
    values: u64,
    missing: BTreeSet<DayFile>,
}

impl Record {
    /// Loads the record of a request; an empty one if there is none.
    pub(super) async fn load(history: &History, request: &BackfillRequest) -> Result<Self, BackfillError> {
        let key = request.key();
        let Some(text) = history.backfill_record(&key).await? else {
            let request = request.stored();
            let (days, incomplete) = (BTreeMap::new(), BTreeMap::new());
            return Ok(Self { schema: SCHEMA, request, days, incomplete, key });
        };
        let unreadable =
            |reason: String| BackfillError::Record { object: History::backfill_record_path(&key), reason };
        let record: Self = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if record.schema != SCHEMA || record.request != request.stored() {
            return Err(unreadable("it belongs to another version of HiveBox or to another request".into()));
        }
        Ok(Self { key, ..record })
    }

    /// Saves the record to the store.
    pub(super) async fn save(&self, history: &History) -> Result<(), BackfillError> {
        let text = serde_json::to_vec(self).map_err(|error| BackfillError::Record {
            object: History::backfill_record_path(&self.key),
            reason: error.to_string(),
        })?;
        Ok(history.put_backfill_record(&self.key, text.into()).await?)
    }

    /// The days that are not done yet.
    pub(super) fn missing(&self, request: &BackfillRequest) -> Vec<Date> {
        request.days().filter(|day| !self.days.contains_key(day)).collect()
    }

    /// The files that are missing of a day, if the others are done.
    pub(super) fn files_missing(&self, day: Date) -> Option<&BTreeSet<DayFile>> {
        self.incomplete.get(&day).map(|day| &day.missing)
    }

    /// Records days as done, except for the `missing` files.
    pub(super) fn done(
        &mut self,
        window: &Window,
        values: &BTreeMap<Date, u64>,
        missing: &BTreeSet<DayFile>,
    ) {
        for day in window.dates() {
            let before = self.incomplete.remove(&day).map_or(0, |day| day.values);
            let values = before + values.get(&day).copied().unwrap_or(0);
            if missing.is_empty() {
                self.days.insert(day, values);
            } else {
                self.incomplete.insert(day, IncompleteDay { values, missing: missing.clone() });
            }
        }
    }

    /// The name of the record.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Each finished day, with its number of values.
    pub(super) fn days(&self) -> &BTreeMap<Date, u64> {
        &self.days
    }
}
