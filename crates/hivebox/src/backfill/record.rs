//! The record of finished days in the store.

use std::collections::BTreeMap;

use hivebox_archive::history::History;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

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
    #[serde(skip)]
    key: String,
}

impl Record {
    /// Loads the record of a request; an empty one if there is none.
    pub(super) async fn load(history: &History, request: &BackfillRequest) -> Result<Self, BackfillError> {
        let key = request.key();
        let Some(text) = history.backfill_record(&key).await? else {
            let request = request.stored();
            return Ok(Self { schema: SCHEMA, request, days: BTreeMap::new(), key });
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

    pub(super) fn done(&mut self, window: &Window, values: &BTreeMap<Date, u64>) {
        let value_count = |day| values.get(&day).copied().unwrap_or(0);
        self.days.extend(window.dates().map(|day| (day, value_count(day))));
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
