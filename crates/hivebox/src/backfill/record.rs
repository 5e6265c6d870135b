//! What has been done, as the store remembers it.

use std::collections::BTreeMap;

use hivebox_archive::history::History;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::error::BackfillError;
use super::plan::Window;
use super::question::{Question, Remembered};

const SCHEMA: u32 = 1;

/// The days of a question that are done. One object in the store for each question, so that whoever asks it again goes on.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Record {
    schema: u32,
    question: Remembered,
    /// Each day that is done, with how many values it had.
    days: BTreeMap<Date, u64>,
    #[serde(skip)]
    key: String,
}

impl Record {
    /// What the store remembers of a question.
    pub(super) async fn load(history: &History, question: &Question) -> Result<Self, BackfillError> {
        let key = question.key();
        let Some(text) = history.backfill_record(&key).await? else {
            let question = question.remembered();
            return Ok(Self { schema: SCHEMA, question, days: BTreeMap::new(), key });
        };
        let unreadable =
            |reason: String| BackfillError::Record { object: History::backfill_record_path(&key), reason };
        let record: Self = serde_json::from_slice(&text).map_err(|error| unreadable(error.to_string()))?;
        if record.schema != SCHEMA || record.question != question.remembered() {
            return Err(unreadable("it is of another version of HiveBox, or of another question".into()));
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
    pub(super) fn missing(&self, question: &Question) -> Vec<Date> {
        question.days().filter(|day| !self.days.contains_key(day)).collect()
    }

    pub(super) fn done(&mut self, window: &Window, values: &BTreeMap<Date, u64>) {
        let value_count = |day| values.get(&day).copied().unwrap_or_default();
        self.days.extend(window.dates().map(|day| (day, value_count(day))));
    }

    /// The name of the question.
    pub(super) fn key(&self) -> &str {
        &self.key
    }

    /// Days done with their values.
    pub(super) fn days(&self) -> &BTreeMap<Date, u64> {
        &self.days
    }
}
