//! What has been done, as the store remembers it.

use std::collections::BTreeMap;

use hivebox_archive::history::History;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::BackfillError;
use super::plan::Window;
use super::request::{BackfillRequest, StoredRequest};

const SCHEMA: u32 = 1;

/// The days of a request that are done. One object in the store for each request, so that whoever asks it again goes on.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    schema: u32,
    #[serde(rename = "question")]
    request: StoredRequest,
    /// Each day that is done, with how many values it had.
    days: BTreeMap<Date, u64>,
    #[serde(skip)]
    key: String,
}

impl Record {
    /// What the store remembers of a request.
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
            return Err(unreadable("it is of another version of HiveBox, or of another request".into()));
        }
        Ok(Self { key, ..record })
    }

    /// Writes down what is done.
    pub(super) async fn save(&self, history: &History) -> Result<(), BackfillError> {
        let text = serde_json::to_vec(self).map_err(|error| BackfillError::Record {
            object: History::backfill_record_path(&self.key),
            reason: error.to_string(),
        })?;
        Ok(history.put_backfill_record(&self.key, text.into()).await?)
    }

    /// The days that are not done.
    pub(super) fn missing(&self, request: &BackfillRequest) -> Vec<Date> {
        request.days().filter(|day| !self.days.contains_key(day)).collect()
    }

    pub(super) fn done(&mut self, window: &Window, values: &BTreeMap<Date, u64>) {
        let value_count = |day| values.get(&day).copied().unwrap_or(0);
        self.days.extend(window.dates().map(|day| (day, value_count(day))));
    }

    /// The name of the request.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Days done with their values.
    pub(super) fn days(&self) -> &BTreeMap<Date, u64> {
        &self.days
    }
}
