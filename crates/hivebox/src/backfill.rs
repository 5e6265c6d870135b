//! Brings the past in: what boxes measured before HiveBox watched them, from the API or from the daily archive of openSenseMap.
//!
//! | question | module |
//! |---|---|
//! | What is asked for, and how is that remembered? | [`BackfillRequest`], `record` |
//! | Which boxes and sensors are there? | `directory` |
//! | What is asked at a time? | `plan` |
//! | How often, and what after a failure? | `pacing` |
//! | How are the API and the archive asked? | `api`, `days` |
//! | What came of it? | [`BackfillSummary`] |
//!
//! Whole days, by UTC, are asked for and merged into the history; then they are recorded as done. To do a day twice changes nothing,
//! so a backfill that was stopped anywhere is simply begun again, also on another machine with the same store.

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

use hivebox_archive::history::History;
use hivebox_climate::verdict::Rules;
use jiff::Timestamp;
use opensensemap::Client;

use api::Api;
use batch::ReadingBatch;
use directory::Directory;
pub use error::BackfillError;
use hivebox_refresh::upstream::Upstream;
use pacing::Pacer;
pub use pacing::{Pacing, Progress};
use plan::{RequestSize, Window};
use record::Record;
pub use request::{BackfillRequest, BackfillRequestError, BackfillSource};
pub use summary::BackfillSummary;

/// A backfill that has not begun.
#[derive(Debug)]
pub struct Backfill {
    /// What is asked for.
    pub request: BackfillRequest,
    /// The API, and the boxes of it that are meant.
    pub upstream: Upstream,
    /// A client of the daily archive; needed for [`BackfillSource::Archive`].
    pub archive: Client,
    /// Where the readings go.
    pub history: History,
    /// What readings are judged by.
    pub rules: Rules,
    /// How upstream is asked.
    pub pacing: Pacing,
    /// How many days are asked for together at most, and recorded together; not more than [`Backfill::MOST_DAYS`]. The archive is
    /// read day by day in any case.
    pub most_days: u64,
}

impl Backfill {
    /// The longest time that is asked for at once, in days: less than the 31 of the API.
    pub const MOST_DAYS: u64 = plan::MAX_DAYS;

    /// Does all days that are not done yet. Tells `progress` after each answer; `now` is the clock.
    ///
    /// # Errors
    /// Upstream failed for too long, an answer is beyond all bounds, or the history cannot be written. The days that were done stay
    /// done: the same request asked again goes on where this one stopped.
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
        let total = directory.sensors() as u64 * missing.len() as u64;
        let mut pacer = Pacer::new(self.pacing, total, &mut progress);
        let mut request_size = RequestSize::default();
        let mut seen = vec![false; directory.rows()];
        for window in windows {
            let mut batch = ReadingBatch::new(&directory, self.rules, now(), &mut seen);
            let is_done = match self.request.source {
                BackfillSource::Api => {
                    let (client, directory) = (self.api()?, &directory);
                    let api = Api { client, directory, pacer: &mut pacer, request_size: &mut request_size };
                    self.ask_api(api, &window, &mut batch, &now).await?;
                    true
                }
                BackfillSource::Archive => {
                    days::read(&self.archive, &window, &directory, &mut pacer, &mut batch).await?
                }
            };
            batch.merge_into(&self.history, now()).await?;
            summary.take(&window, &batch, is_done);
            if is_done {
                record.done(&window, batch.values());
                record.save(&self.history).await?;
            }
        }
        summary.requests = pacer.requests();
        summary.tell_silent(&directory, &seen);
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
