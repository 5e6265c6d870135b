//! The task that fetches wanted cells.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use forecast_sources::{Answer, FailureKind, Question, Source, Validator};
use futures_util::stream::FuturesUnordered;
use futures_util::{FutureExt, StreamExt};
use hivebox_climate::forecast::ForecastCell;
use hivebox_config::ForecastBudget;
use hivebox_present::forecasts::{Kept, LONGEST_REST, Wanted};
use hivebox_present::{Cache, CellForecast, Clock, Forecasts, NoForecast};
use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep, timeout_at};
use tracing::{info, warn};

use super::claims::Claims;
use super::convert::{Useless, convert, spot, unchanged};
use super::fault::Fault;
use super::pause::rests_until;
use crate::claim::{Claim, Settled};
use crate::metrics::{CacheMetrics, ForecastMetrics};
use crate::schedule;
use crate::shared::Shared;
use crate::wire::forecast::Sent;

/// What fetching forecasts needs beside the parts of the refresh loop.
#[derive(Debug)]
pub struct ForecastParts {
    /// The source.
    pub source: Box<dyn Source>,
    /// The cells that requests want.
    pub wanted: Wanted,
    /// How many places all replicas together may ask about; `None` means that there is no limit.
    pub budget: Option<ForecastBudget>,
    /// How long the source may take for one request.
    pub timeout: Duration,
}

/// What the fetcher shares with the rest of the loop.
#[derive(Debug)]
pub(crate) struct Surroundings<'a> {
    pub(crate) clock: &'a Clock,
    pub(crate) cache: &'a Cache,
    pub(crate) forecasts: &'a Forecasts,
    pub(crate) shared: &'a Shared,
    pub(crate) metrics: &'a ForecastMetrics,
    pub(crate) cache_metrics: &'a CacheMetrics,
}

/// Fetches wanted cells.
#[derive(Debug)]
pub(crate) struct Fetcher<'a> {
    around: Surroundings<'a>,
    source: Box<dyn Source>,
    budget: Option<ForecastBudget>,
    claims: Claims,
    /// How long a call of the source may take, with what it does by itself.
    patience: Duration,
    asking: Semaphore,
    was_well: Cell<bool>,
}

/// The most cells that are looked up and asked about together.
const BATCH: usize = 100;
/// How many batches are under way at once that somebody waits for.
const MOST_ROUNDS: usize = 16;
/// How many are of renewals that nobody waits for: fewer than calls of the source.
const MOST_RENEWALS: usize = 2;
/// How many calls of the source run at once.
const AT_ONCE: usize = 4;
/// How often forgotten cells are dropped and others renewed.
const TIDY_EVERY: Duration = Duration::from_secs(20);
/// How long a renewal that nobody waits for is put off at most, so that replicas and cells do not meet: longer if there
/// are more cells than so many for each minute.
const RENEWAL_SPREAD: Duration = Duration::from_mins(2);
const LONGEST_SPREAD: Duration = Duration::from_hours(1);
const RENEWALS_A_MINUTE: u64 = 200;
/// After how long a cell is looked at again that another replica asks about, in ms.
const LOOK_AGAIN_MILLIS: std::ops::Range<u64> = 100..300;
/// How much longer than its patience the fetcher waits for a source.
const GRACE: Duration = Duration::from_millis(500);
/// How long a new cell rests when the budget is spent.
const SPENT_REST: Duration = Duration::from_secs(30);

impl<'a> Fetcher<'a> {
    pub(crate) fn new(around: Surroundings<'a>, parts: ForecastParts) -> (Self, Wanted) {
        let ForecastParts { source, wanted, budget, timeout } = parts;
        // The budget is one of places, and a source may count a place more than once.
        let budget = budget
            .map(|budget| ForecastBudget { per_day: (budget.per_day / source.place_cost().max(1)).max(1) });
        let patience = timeout * 2 + Duration::from_secs(1);
        let shared = match around.shared {
            Shared::Memory => None,
            Shared::Redis(redis) => Some(Arc::clone(redis)),
        };
        let lifetime = patience + Duration::from_secs(1);
        let (cache_metrics, metrics) = (around.cache_metrics.clone(), around.metrics.clone());
        let claims = Claims::new(shared, budget, source.facts().slug, lifetime, cache_metrics, metrics);
        let fetcher = Self {
            around,
            source,
            budget,
            claims,
            patience,
            asking: Semaphore::new(AT_ONCE),
            was_well: Cell::new(true),
        };
        (fetcher, wanted)
    }

    /// Runs until the service stops.
    pub(crate) async fn run(&self, wanted: &mut Wanted) {
        let most = BATCH.min(self.source.most_places().max(1));
        let Wanted { waiting, due } = wanted;
        let (mut rounds, mut batch) = (FuturesUnordered::new(), Vec::new());
        let (mut renewals, mut due_batch) = (FuturesUnordered::new(), Vec::new());
        let mut tidied_at = self.around.clock.now();
        rounds.push(self.tidy(tidied_at).boxed_local());
        loop {
            tokio::select! {
                // While many rounds run, further cells gather for larger ones.
                count = waiting.recv_many(&mut batch, most), if rounds.len() < MOST_ROUNDS => {
                    if count == 0 {
                        return;
                    }
                    rounds.push(self.round(std::mem::take(&mut batch), false).boxed_local());
                }
                count = due.recv_many(&mut due_batch, most), if renewals.len() < MOST_RENEWALS => {
                    if count == 0 {
                        return;
                    }
                    renewals.push(self.round(std::mem::take(&mut due_batch), true).boxed_local());
                }
                Some(()) = rounds.next() => {}
                Some(()) = renewals.next() => {}
                () = self.around.clock.sleep(tidied_at, TIDY_EVERY) => {
                    tidied_at = self.around.clock.now();
                    rounds.push(self.tidy(tidied_at).boxed_local());
                }
            }
        }
    }

    /// Drops what nobody asks for, renews what people ask for, and learns what is spent.
    async fn tidy(&self, now: Timestamp) {
        self.around.forecasts.tidy(now);
        self.around.forecasts.want_due(now);
        self.note_spent(self.claims.spent_today(now).await);
    }

    fn note_spent(&self, spent_today: u64) {
        self.around.forecasts.note_spent(spent_today, self.budget.map(|budget| budget.per_day));
    }

    /// Brings each of these cells to an end: a forecast, or the reason why there is none. For a renewal nobody waits.
    async fn round(&self, mut open: Vec<ForecastCell>, is_renewal: bool) {
        let gives_up_at = Instant::now() + self.patience * 2;
        // Cells with an answer at the last look. If the next look does not find it, it is lost.
        let mut done: Vec<ForecastCell> = Vec::new();
        loop {
            open = self.without_known(open).await;
            if open.is_empty() {
                return;
            }
            // While the source is slow, rounds wait here and hold no claims.
            let Ok(turn) = self.asking.acquire().await else { return };
            let now = self.around.clock.now();
            if let Some(until) = self.claims.paused_until(now) {
                return self.pause(&open, until, now);
            }
            let (lost, open_still): (Vec<_>, Vec<_>) = open.into_iter().partition(|cell| done.contains(cell));
            done.clear();
            let mut claimed = self.claim(open_still, false, is_renewal, now).await;
            claimed.extend(self.claim(lost, true, is_renewal, now).await);
            let (mut ours, mut elsewhere) = (Vec::new(), Vec::new());
            for (cell, claim) in claimed {
                match claim {
                    Claim::Ours { failures } => ours.push((cell, failures)),
                    Claim::Elsewhere => elsewhere.push(cell),
                    Claim::Done => {
                        done.push(cell);
                        elsewhere.push(cell);
                    }
                    Claim::Paused { until } => self.pause(&[cell], until, now),
                    Claim::Rests { until } => self.miss(&[cell], NoForecast::SourceFailed, until),
                    Claim::Spent => {
                        self.around.metrics.outcome("budget_spent", 1);
                        self.miss(&[cell], NoForecast::BudgetSpent, schedule::later(now, SPENT_REST));
                    }
                }
            }
            if !ours.is_empty() {
                self.fetch(&ours, now).await;
            }
            if Instant::now() >= gives_up_at {
                return self.miss(&elsewhere, NoForecast::Pending, now);
            }
            open = elsewhere;
            if !open.is_empty() {
                drop(turn);
                sleep(Duration::from_millis(fastrand::u64(LOOK_AGAIN_MILLIS))).await;
            }
        }
    }

    async fn claim(
        &self,
        cells: Vec<ForecastCell>,
        ignores_done: bool,
        is_renewal: bool,
        now: Timestamp,
    ) -> Vec<(ForecastCell, Claim)> {
        if cells.is_empty() {
            return Vec::new();
        }
        let (claims, spent_today) = self.claims.claim(&cells, ignores_done, is_renewal, now).await;
        self.note_spent(spent_today);
        cells.into_iter().zip(claims).collect()
    }

    /// Lets cells rest while the source has a pause. They are looked at again before it ends, so that a long one is
    /// counted all the time.
    fn pause(&self, cells: &[ForecastCell], until: Timestamp, now: Timestamp) {
        self.around.metrics.outcome(FailureKind::Paused.slug(), cells.len() as u64);
        let rests_until = schedule::later(now, LONGEST_REST.unsigned_abs() / 2);
        self.miss(cells, NoForecast::Paused { until }, until.min(rests_until));
    }

    fn miss(&self, cells: &[ForecastCell], reason: NoForecast, until: Timestamp) {
        for cell in cells {
            self.around.forecasts.miss(*cell, reason, until);
        }
    }

    /// The cells without a fresh forecast, here or at another replica.
    async fn without_known(&self, cells: Vec<ForecastCell>) -> Vec<ForecastCell> {
        let (forecasts, now) = (self.around.forecasts, self.around.clock.now());
        let is_fresh = |kept: &Kept| kept.forecast.is_fresh(now);
        let (known, unknown): (Vec<_>, Vec<_>) =
            cells.into_iter().partition(|cell| forecasts.kept(*cell).is_some_and(|kept| is_fresh(&kept)));
        for cell in known {
            // Nothing has changed, but nobody needs to wait for it.
            forecasts.miss(cell, NoForecast::Pending, now);
        }
        let sent = self.claims.read(&unknown).await;
        let mut open = Vec::new();
        for (cell, sent) in unknown.into_iter().zip(sent) {
            let Some(sent) = sent.filter(|sent| sent.forecast.is_servable(now)) else {
                open.push(cell);
                continue;
            };
            if sent.forecast.is_fresh(now) {
                // Another replica has had an answer since this one had none.
                let down_since = self.around.cache.dependencies().forecast.down_since();
                if down_since.is_some_and(|since| sent.forecast.fetched_at > since) {
                    self.note_health(true, now, None);
                }
                self.around.metrics.outcome("shared", 1);
            } else {
                open.push(cell);
            }
            self.keep(cell, sent);
        }
        open
    }

    /// Keeps a forecast, unless there is a newer one.
    fn keep(&self, cell: ForecastCell, sent: Sent) {
        let forecasts = self.around.forecasts;
        let kept = forecasts.kept(cell);
        if kept.is_some_and(|kept| kept.forecast.fetched_at > sent.forecast.fetched_at) {
            return forecasts.miss(cell, NoForecast::Pending, self.around.clock.now());
        }
        let spread = renewal_spread(forecasts.count()).mul_f64(fastrand::f64());
        let renew_at = schedule::later(sent.forecast.expires_at, spread);
        forecasts.put(cell, Kept { forecast: sent.forecast, validator: sent.validator, renew_at });
    }

    /// Asks the source about claimed cells, and records and shares what comes.
    async fn fetch(&self, claimed: &[(ForecastCell, u32)], now: Timestamp) {
        let questions: Vec<Question> = claimed
            .iter()
            .map(|(cell, _)| {
                let kept = self.around.forecasts.kept(*cell);
                let validator = kept.and_then(|kept| kept.validator.clone()).map(Validator);
                Question { spot: spot(*cell), validator }
            })
            .collect();
        let begun = Instant::now();
        let deadline = begun + self.patience;
        let answers = self.source.fetch(&questions, now, deadline);
        // A source that heeds no deadline has a little longer.
        let answers = timeout_at(deadline + GRACE, answers).await.unwrap_or_default();
        self.around.metrics.asked(begun.elapsed());
        let now = self.around.clock.now();
        let mut answers = answers.into_iter();
        let (mut settled, mut first_fault) = (Vec::new(), None);
        for (cell, failures) in claimed {
            let outcome = match answers.next() {
                Some(Ok(answer)) => self.read(*cell, answer, now).map_err(Fault::Useless),
                Some(Err(error)) => Err(Fault::Fetch(error)),
                None => Err(Fault::Silent),
            };
            let outcome = match outcome {
                Ok((sent, name)) => {
                    self.around.metrics.outcome(name, 1);
                    Settled::Forecast(sent)
                }
                Err(fault) => {
                    self.around.metrics.outcome(fault.name(), 1);
                    let failures = failures.saturating_add(u32::from(!fault.is_not_asked()));
                    let until = self.rests_until(&fault, failures, now);
                    first_fault.get_or_insert(fault);
                    Settled::Failed { failures, until }
                }
            };
            settled.push((*cell, outcome));
        }
        let any_good = settled.iter().any(|(_, settled)| matches!(settled, Settled::Forecast(_)));
        self.note_health(any_good, now, first_fault.as_ref());
        let pause = self.claims.paused_until(now);
        let reason = pause.map_or(NoForecast::SourceFailed, |until| NoForecast::Paused { until });
        for (cell, settled) in &settled {
            match settled {
                Settled::Forecast(sent) => self.keep(*cell, sent.clone()),
                Settled::Failed { until, .. } => self.miss(&[*cell], reason, *until),
            }
        }
        self.claims.settle(&settled, now).await;
    }

    fn read(
        &self,
        cell: ForecastCell,
        answer: Answer,
        now: Timestamp,
    ) -> Result<(Sent, &'static str), Useless> {
        let kept = self.around.forecasts.kept(cell);
        let previous: Option<&Arc<CellForecast>> = kept.as_ref().map(|kept| &kept.forecast);
        match answer {
            Answer::Forecast(forecast) => {
                let converted = convert(&forecast, previous.map(|previous| &previous.hours), now)?;
                let validator = forecast.validator.map(|Validator(text)| text);
                Ok((Sent { forecast: Arc::new(converted), validator }, "fetched"))
            }
            Answer::Unchanged { expires_at } => {
                let forecast = Arc::new(unchanged(previous, expires_at, now)?);
                let validator = kept.as_ref().and_then(|kept| kept.validator.clone());
                Ok((Sent { forecast, validator }, "unchanged"))
            }
        }
    }

    /// Until when a cell rests after a fault. A pause that the source asks for is one for all cells.
    fn rests_until(&self, fault: &Fault, failures: u32, now: Timestamp) -> Timestamp {
        if let Fault::Fetch(error) = fault
            && let Some(pause) = error.retry_after(now)
        {
            self.claims.begin_pause(now, schedule::later(now, pause));
        }
        rests_until(failures, now, fastrand::f64())
    }

    fn note_health(&self, is_well: bool, now: Timestamp, fault: Option<&Fault>) {
        self.around.cache.dependencies().forecast.note(is_well, now);
        if is_well {
            if !self.was_well.replace(true) {
                info!("the weather model answers again");
            }
        } else if self.was_well.replace(false) {
            let fault = fault.map(ToString::to_string);
            warn!(fault, "the weather model has no answer; forecasts serve on until they are 6 hours old");
        }
    }
}

/// How long the renewals of so many cells are spread.
fn renewal_spread(cells: usize) -> Duration {
    let minutes = cells as u64 / RENEWALS_A_MINUTE;
    Duration::from_mins(minutes).clamp(RENEWAL_SPREAD, LONGEST_SPREAD)
}

#[cfg(test)]
mod tests;
