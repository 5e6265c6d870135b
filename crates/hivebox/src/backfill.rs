//! Brings the past in: what boxes measured before HiveBox watched them, from the API or from the daily archive of openSenseMap.
//!
//! | question | module |
//! |---|---|
//! | What is asked for, and how is that remembered? | [`Question`], `record` |
//! | Which boxes and sensors are there? | `directory` |
//! | What is asked at a time? | `plan` |
//! | How often, and what after a failure? | `manners` |
//! | How are the API and the archive asked? | `api`, `days` |
//! | What came of it? | [`Summary`] |
//!
//! Whole days, by UTC, are asked for and merged into the history; then they are recorded as done. To do a day twice changes nothing,
//! so a backfill that was stopped anywhere is simply begun again, also on another machine with the same store.

mod api;
mod days;
mod directory;
mod error;
mod harvest;
mod manners;
mod plan;
mod question;
mod record;
mod summary;

use std::time::Duration;

use hivebox_archive::history::History;
use hivebox_climate::verdict::Rules;
use jiff::Timestamp;
use opensensemap::Client;

use api::Api;
use directory::Directory;
pub use error::BackfillError;
use harvest::Harvest;
use hivebox_refresh::upstream::Upstream;
use manners::Asker;
pub use manners::Manners;
use plan::{Pace, Window};
pub use question::{Question, QuestionError, Source};
use record::Record;
pub use summary::Summary;

/// A backfill that has not begun.
#[derive(Debug)]
pub struct Backfill {
    /// What is asked for.
    pub question: Question,
    /// The API, and the boxes of it that are meant.
    pub upstream: Upstream,
    /// A client of the daily archive; needed for [`Source::Archive`].
    pub archive: Client,
    /// Where the readings go.
    pub history: History,
    /// What readings are judged by.
    pub rules: Rules,
    /// How upstream is asked.
    pub manners: Manners,
    /// How many days are asked for together at most, and recorded together; not more than [`Backfill::MOST_DAYS`]. The archive is
    /// read day by day in any case.
    pub most_days: u64,
}

/// How far a backfill has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Days of sensors that have been asked for.
    pub done: u64,
    /// Days of sensors that are to be asked for.
    pub total: u64,
    /// Values that were found.
    pub values: u64,
    /// How long upstream is left alone before it is asked again after a failure.
    pub waiting: Option<Duration>,
}

impl Backfill {
    /// The longest time that is asked for at once, in days: less than the 31 of the API.
    pub const MOST_DAYS: u64 = plan::MAX_DAYS;

    /// Does all days that are not done yet. Tells `progress` after each answer; `now` is the clock.
    ///
    /// # Errors
    /// Upstream failed for too long, an answer is beyond all bounds, or the history cannot be written. The days that were done stay
    /// done: the same question asked again goes on where this one stopped.
    pub async fn run(
        &self,
        now: impl Fn() -> Timestamp,
        mut progress: impl FnMut(Progress),
    ) -> Result<Summary, BackfillError> {
        self.question.check(now())?;
        let mut record = Record::load(&self.history, &self.question).await?;
        let missing = record.missing(&self.question);
        let mut summary = Summary::new(&self.question, &record);
        if missing.is_empty() {
            return Ok(summary);
        }
        let directory = Directory::fetch(&self.upstream, &self.question, self.rules, now()).await?;
        let windows = match self.question.source {
            Source::Api => {
                plan::windows(&missing, plan::days_at_once(directory.sensors()).min(self.most_days).max(1))
            }
            Source::Archive => plan::windows(&missing, 1),
        };
        let total = directory.sensors() as u64 * missing.len() as u64;
        let mut asker = Asker::new(self.manners, total, &mut progress);
        let mut pace = Pace::default();
        let mut seen = vec![false; directory.rows()];
        for window in windows {
            let mut harvest = Harvest::new(&directory, self.rules, now(), &mut seen);
            let is_done = match self.question.source {
                Source::Api => {
                    let (client, directory) = (self.api()?, &directory);
                    let api = Api { client, directory, asker: &mut asker, pace: &mut pace };
                    self.ask_api(api, &window, &mut harvest, &now).await?;
                    true
                }
                Source::Archive => {
                    days::read(&self.archive, &window, &directory, &mut asker, &mut harvest).await?
                }
            };
            harvest.merge_into(&self.history, now()).await?;
            summary.take(&window, &harvest, is_done);
            if is_done {
                record.done(&window, harvest.values());
                record.save(&self.history).await?;
            }
        }
        summary.requests = asker.requests();
        summary.tell_silent(&directory, &seen);
        Ok(summary)
    }

    async fn ask_api(
        &self,
        mut api: Api<'_, '_>,
        window: &Window,
        harvest: &mut Harvest<'_>,
        now: impl Fn() -> Timestamp,
    ) -> Result<(), BackfillError> {
        for (title, boxes) in api.directory.titles() {
            let mut rest = boxes;
            while !rest.is_empty() {
                let (some, others) = rest.split_at(api.pace.boxes().min(rest.len()));
                api.ask(title, some, window, harvest).await?;
                if harvest.is_full() {
                    harvest.merge_into(&self.history, now()).await?;
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
