//! Imports measurements from before the first snapshot, from the API or from the daily archive of openSenseMap.
//!
//! | question | module |
//! |---|---|
//! | What does a backfill request, and how does it resume? | [`BackfillRequest`], `record` |
//! | Which boxes and sensors exist? | `directory` |
//! | How much does one request ask for? | `plan` |
//! | How often does it send requests, and what happens after a failure? | `pacing` |
//! | How does it read the API and the archive? | `api`, `days` |
//! | How do the values get into the history? | `batch` |
//! | What is the result? | [`BackfillSummary`] |
//!
//! A backfill fetches whole UTC days, merges them into the history, and then records them as done. Importing a day
//! twice changes nothing, so an interrupted backfill can be started again, also on another machine with the same
//! store.

mod api;
mod batch;
mod days;
mod directory;
mod error;
mod pacing;
mod plan;
mod record;
mod request;
mod summary;

use std::collections::BTreeSet;

use hivebox_archive::history::History;
use hivebox_climate::verdict::VerdictRules;
use jiff::Timestamp;
use jiff::civil::Date;
use opensensemap::Client;

use api::Api;
use batch::ReadingBatch;
use days::{Day, DayOutcome};
use directory::Directory;
pub use error::BackfillError;
use hivebox_refresh::upstream::Upstream;
use pacing::Pacer;
pub use pacing::{Pacing, Progress};
use plan::{RequestSize, Window};
use record::Record;
pub use request::{BackfillRequest, BackfillRequestError, BackfillSource};
pub use summary::{BackfillSummary, MissingFile};

/// A backfill, ready to run.
#[derive(Debug)]
pub struct Backfill {
    /// The days and boxes to import.
    pub request: BackfillRequest,
    /// The API, and the boxes to import.
    pub upstream: Upstream,
    /// A client of the daily archive, for [`BackfillSource::Archive`].
    pub archive: Client,
    /// The history that receives the readings.
    pub history: History,
    /// The rules that judge readings.
    pub rules: VerdictRules,
    /// The rate of requests.
    pub pacing: Pacing,
    /// The most days to fetch and record together, up to [`Backfill::MOST_DAYS`]. The archive is always read day by
    /// day.
    pub most_days: u64,
}

impl Backfill {
    /// The longest time of one request, in days. The API allows 31.
    pub const MOST_DAYS: u64 = plan::MAX_DAYS;

    /// Imports all days that are not done yet. Calls `progress` after each answer; `now` is the clock.
    ///
    /// # Errors
    /// The request is invalid, upstream failed for too long, an answer is too large, or the store fails. Finished
    /// days stay done: running the same request again resumes here.
    pub async fn run(
        &self,
        now: impl Fn() -> Timestamp,
        mut progress: impl FnMut(Progress),
    ) -> Result<BackfillSummary, BackfillError> {
        self.request.check(now())?;
        let mut record = Record::load(&self.history, &self.request).await?;
        let missing = record.missing(&self.request);
        let mut summary = BackfillSummary::new(&self.request, &record);
        if missing.is_empty() {
            return Ok(summary);
        }
        let directory = Directory::fetch(&self.upstream, &self.request, self.rules, now()).await?;
        let windows = match self.request.source {
            BackfillSource::Api => {
                plan::windows(&missing, plan::days_at_once(directory.sensors()).min(self.most_days).max(1))
            }
            BackfillSource::Archive => plan::windows(&missing, 1),
        };
        let files = |day: &Date| record.files_missing(*day).map_or(directory.sensors(), BTreeSet::len) as u64;
        let total = missing.iter().map(files).sum();
        let has_whole_day = missing.iter().any(|day| record.files_missing(*day).is_none());
        let mut pacer = Pacer::new(self.pacing, total, &mut progress);
        let mut request_size = RequestSize::default();
        let mut seen = vec![false; directory.rows()];
        for window in windows {
            let mut batch = ReadingBatch::new(&directory, self.rules, now(), &mut seen);
            let outcome = match self.request.source {
                BackfillSource::Api => {
                    let (client, directory) = (self.api()?, &directory);
                    let api = Api { client, directory, pacer: &mut pacer, request_size: &mut request_size };
                    self.ask_api(api, &window, &mut batch, &now).await?;
                    DayOutcome::Read(Vec::new())
                }
                BackfillSource::Archive => {
                    let (archive, window, directory) = (&self.archive, &window, &directory);
                    let day = Day { archive, directory, window, pacer: &mut pacer, batch: &mut batch };
                    day.read(record.files_missing(window.first())).await?
                }
            };
            batch.merge_into(&self.history, now()).await?;
            summary.take(&window, &batch, &outcome);
            if let DayOutcome::Read(files) = outcome {
                let files = files.into_iter().map(|(file, _)| file).collect();
                record.done(&window, batch.values(), &files);
                record.save(&self.history).await?;
            }
        }
        summary.requests = pacer.requests();
        // A few files say nothing about the other sensors.
        if has_whole_day {
            summary.list_silent(&directory, &seen);
        }
        Ok(summary)
    }

    async fn ask_api(
        &self,
        mut api: Api<'_, '_>,
        window: &Window,
        batch: &mut ReadingBatch<'_>,
        now: impl Fn() -> Timestamp,
    ) -> Result<(), BackfillError> {
        for (title, boxes) in api.directory.titles() {
            let mut rest = boxes;
            while !rest.is_empty() {
                let (some, others) = rest.split_at(api.request_size.boxes().min(rest.len()));
                api.ask(title, some, window, batch).await?;
                if batch.is_full() {
                    batch.merge_into(&self.history, now()).await?;
                }
                rest = others;
            }
        }
        Ok(())
    }

    fn api(&self) -> Result<&Client, BackfillError> {
        match &self.upstream {
            Upstream::All(client) | Upstream::Some(client, _) => Ok(client),
            Upstream::File { .. } => Err(BackfillError::NoApi),
        }
    }
}
