//! Which replica may ask the source about which cell: for all replicas together in Redis, or for this one alone.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::forecast::ForecastCell;
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_config::ForecastBudget;
use hivebox_present::forecasts::LONGEST_REST;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::pause::Pause;
use super::spending::Spending;
use crate::claim::{Claim, ClaimTerms, LONGEST_CLAIM, Settled};
use crate::lease::SharedError;
use crate::metrics::{CacheMetrics, ForecastMetrics};
use crate::redis::{Claimed, RedisCache};
use crate::schedule;
use crate::wire::forecast::{self as wire, Sent};

/// The most records in the memory of one replica.
const MOST_RECORDS: usize = 20_000;
/// How often a place counts that a replica asks about while it cannot reach Redis. The others may be in the same
/// position and cannot be asked, and Kubernetes runs ten at most, so together they stay within what is left of the
/// budget.
const WEIGHT_ALONE: u64 = 10;
/// Of each limit, so many tenths at most are for renewals that nobody waits for.
const TENTHS_FOR_RENEWALS: u64 = 8;
/// How long a cell rests whose forecast cannot be shared.
const UNSHARED_REST: Duration = Duration::from_mins(1);

/// What this replica knows of its own questions, and of the budget.
#[derive(Debug)]
struct Own {
    records: HashMap<ForecastCell, Record>,
    spending: Spending,
}

#[derive(Debug, Clone, Copy)]
struct Record {
    until: Timestamp,
    failures: u32,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Asking,
    Done,
    Rests,
}

/// Claims cells before they are asked about, and shares what came.
#[derive(Debug)]
pub(crate) struct Claims {
    shared: Option<Arc<RedisCache>>,
    budget: Option<ForecastBudget>,
    /// The name of the source: replicas with different ones share nothing.
    source: &'static str,
    lifetime: Duration,
    pause: Pause,
    own: RefCell<Own>,
    cache_metrics: CacheMetrics,
    metrics: ForecastMetrics,
    is_reachable: std::cell::Cell<bool>,
}

impl Claims {
    /// A claim lasts for `lifetime`, unless it is settled before.
    pub(crate) fn new(
        shared: Option<Arc<RedisCache>>,
        budget: Option<ForecastBudget>,
        source: &'static str,
        lifetime: Duration,
        cache_metrics: CacheMetrics,
        metrics: ForecastMetrics,
    ) -> Self {
        let own = Own { records: HashMap::new(), spending: Spending::default() };
        let is_reachable = std::cell::Cell::new(true);
        Self {
            shared,
            budget,
            source,
            lifetime,
            pause: Pause::default(),
            own: RefCell::new(own),
            cache_metrics,
            metrics,
            is_reachable,
        }
    }

    /// What other replicas have fetched, in the order of the cells. Nothing if Redis is away.
    pub(crate) async fn read(&self, cells: &[ForecastCell]) -> Vec<Option<Sent>> {
        let nothing = || vec![None; cells.len()];
        let Some(redis) = &self.shared else { return nothing() };
        let values = match redis.read_forecasts(self.source, cells, wire::MAX_BYTES).await {
            Ok(values) => values,
            Err(error) => {
                self.lost(&error);
                return nothing();
            }
        };
        let read = |value: Option<Vec<u8>>| {
            let sent = wire::decode(&value?);
            if sent.is_err() {
                self.metrics.unreadable();
            }
            sent.ok()
        };
        values.into_iter().map(read).collect()
    }

    /// Until when the source is not asked at all, because it asked for that: this replica or, as it learns when it
    /// claims, another.
    pub(crate) fn paused_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.pause.until(now)
    }

    /// Notes a pause that the source asks for.
    pub(crate) fn begin_pause(&self, now: Timestamp, until: Timestamp) {
        self.pause.begin(now, until);
    }

    /// Claims cells, in their order, and says how many places all replicas asked about in the last day. Cells that
    /// another replica has asked about count as done, unless `ignores_done` is set because its answer is nowhere to be
    /// found. A renewal leaves a part of the budget to those who wait.
    pub(crate) async fn claim(
        &self,
        cells: &[ForecastCell],
        ignores_done: bool,
        is_renewal: bool,
        now: Timestamp,
    ) -> (Vec<Claim>, u64) {
        let tenths = if is_renewal { TENTHS_FOR_RENEWALS } else { 10 };
        let budget = self.budget.map(|ForecastBudget { per_day }| ForecastBudget {
            per_day: per_day.saturating_mul(tenths) / 10,
        });
        let terms = ClaimTerms { now, lifetime: self.lifetime, budget, ignores_done };
        if let Some((claims, spent_today)) = self.ask_redis(cells, &terms).await {
            for claim in &claims {
                if let Claim::Paused { until } = claim {
                    self.pause.begin(now, *until);
                }
            }
            return (claims, spent_today);
        }
        let weight = if self.shared.is_some() { WEIGHT_ALONE } else { 1 };
        let mut own = self.own.borrow_mut();
        let claims = cells.iter().map(|cell| own.claim(*cell, &terms, weight)).collect();
        (claims, own.spending.today(now))
    }

    /// Claims cells in Redis, and tells each other what is spent; `None` if it is away.
    async fn ask_redis(&self, cells: &[ForecastCell], terms: &ClaimTerms) -> Option<(Vec<Claim>, u64)> {
        let redis = self.shared.as_ref()?;
        let known = self.own.borrow_mut().spending.tell(terms.now);
        match redis.claim_forecasts(self.source, cells, terms, &known).await {
            Ok(Claimed { claims, spent, spent_today }) => {
                self.own.borrow_mut().spending.hear(&spent);
                self.reached();
                Some((claims, spent_today))
            }
            Err(error) => {
                self.lost(&error);
                None
            }
        }
    }

    /// Records the results of questions, and shares the forecasts.
    pub(crate) async fn settle(&self, settled: &[(ForecastCell, Settled)], now: Timestamp) {
        self.own.borrow_mut().settle(settled, now);
        let Some(redis) = &self.shared else { return };
        let settled: Vec<_> =
            settled.iter().map(|(cell, settled)| self.encoded(*cell, settled, now)).collect();
        let pause = self.pause.until(now);
        if let Err(error) = redis.settle_forecasts(self.source, &settled, pause, now).await {
            self.lost(&error);
        }
    }

    /// What to share about a cell. If that is impossible the cell rests, so that the others do not look for a forecast.
    fn encoded(
        &self,
        cell: ForecastCell,
        settled: &Settled,
        now: Timestamp,
    ) -> (ForecastCell, Settled, Vec<u8>) {
        let bytes = match settled {
            Settled::Forecast(sent) => wire::encode(sent),
            Settled::Failed { .. } => Ok(Vec::new()),
        };
        match bytes {
            Ok(bytes) => (cell, settled.clone(), bytes),
            Err(error) => {
                warn!(%error, "a forecast cannot be shared");
                self.metrics.outcome("unshared", 1);
                let until = schedule::later(now, UNSHARED_REST);
                (cell, Settled::Failed { failures: 1, until }, Vec::new())
            }
        }
    }

    /// Places that all replicas together asked about in the last day, as far as this one knows.
    pub(crate) async fn spent_today(&self, now: Timestamp) -> u64 {
        let terms = ClaimTerms { now, lifetime: Duration::ZERO, budget: None, ignores_done: false };
        match self.ask_redis(&[], &terms).await {
            Some((_, spent_today)) => spent_today,
            None => self.own.borrow_mut().spending.today(now),
        }
    }

    fn reached(&self) {
        if !self.is_reachable.replace(true) {
            info!("forecasts are shared with the other replicas again");
        }
    }

    fn lost(&self, error: &SharedError) {
        self.cache_metrics.failed(error.kind());
        if self.is_reachable.replace(false) {
            warn!(%error, "cannot share forecasts: this replica asks for itself, with a tenth of what is left of the budget");
        }
    }
}

impl Own {
    fn claim(&mut self, cell: ForecastCell, terms: &ClaimTerms, weight: u64) -> Claim {
        let ClaimTerms { now, lifetime, budget, ignores_done } = *terms;
        let record = self.records.get(&cell).copied();
        let failures = record.map_or(0, |record| record.failures);
        // What lasts too long was recorded before the clock was set back.
        let holds = |record: &Record| {
            let longest = match record.state {
                State::Asking => lifetime.saturating_add(MAX_CLOCK_LEAD.unsigned_abs()),
                State::Rests => LONGEST_REST.unsigned_abs(),
                State::Done => LONGEST_CLAIM,
            };
            record.until > now && record.until <= schedule::later(now, longest)
        };
        if let Some(Record { until, state, .. }) = record.filter(holds) {
            match state {
                State::Asking => return Claim::Elsewhere,
                State::Rests => return Claim::Rests { until },
                State::Done if !ignores_done => return Claim::Done,
                State::Done => {}
            }
        }
        if self.spending.take(1, budget, weight, now) == 0 {
            return Claim::Spent;
        }
        let until = schedule::later(now, lifetime);
        self.records.insert(cell, Record { until, failures, state: State::Asking });
        Claim::Ours { failures }
    }

    fn settle(&mut self, settled: &[(ForecastCell, Settled)], now: Timestamp) {
        for (cell, settled) in settled {
            let record = match settled {
                Settled::Forecast(sent) => {
                    Record { until: sent.forecast.expires_at, failures: 0, state: State::Done }
                }
                Settled::Failed { failures, until } => {
                    Record { until: *until, failures: *failures, state: State::Rests }
                }
            };
            self.records.insert(*cell, record);
        }
        if self.records.len() > MOST_RECORDS {
            let long_ago = now.checked_sub(SignedDuration::from_hours(1)).unwrap_or(Timestamp::MIN);
            self.records.retain(|_, record| record.until > long_ago);
        }
    }
}

#[cfg(test)]
mod tests;
