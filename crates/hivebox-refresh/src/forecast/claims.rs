//! Which replica may ask the source about which cell: for all replicas together in Redis, or for this one alone.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::forecast::ForecastCell;
use hivebox_config::ForecastBudget;
use jiff::{SignedDuration, Timestamp};
use tracing::{info, warn};

use super::spending::Spending;
use crate::claim::{Claim, ClaimTerms, LONGEST_CLAIM, Settled};
use crate::lease::SharedError;
use crate::metrics::{CacheMetrics, ForecastMetrics};
use crate::redis::RedisCache;
use crate::schedule;
use crate::wire::forecast::{self as wire, Sent};

/// The most records in the memory of one replica.
const MOST_RECORDS: usize = 20_000;
/// The part of the budget that a replica may spend while it cannot reach Redis. The others may be in the same
/// position and cannot be asked, and Kubernetes runs ten at most, so together they stay within the budget.
const PART_ALONE: u64 = 10;

/// What this replica knows of its own questions.
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
        let part = if shared.is_some() { PART_ALONE } else { 1 };
        let own_budget =
            budget.map(|budget| ForecastBudget { per_day: (budget.per_day / part).max(LEAST_PER_DAY) });
        let own = Own { records: HashMap::new(), spending: Spending::new(own_budget) };
        let is_reachable = std::cell::Cell::new(true);
        Self {
            shared,
            budget,
            source,
            lifetime,
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
            Ok(values) if values.len() == cells.len() => values,
            Ok(_) => return nothing(),
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

    /// Claims cells, in their order, and says how many places all replicas asked about in the last day. Cells that
    /// another replica has asked about count as done, unless `ignores_done` is set because its answer is nowhere to be
    /// found.
    pub(crate) async fn claim(
        &self,
        cells: &[ForecastCell],
        ignores_done: bool,
        now: Timestamp,
    ) -> (Vec<Claim>, u64) {
        if let Some(redis) = &self.shared {
            let terms = ClaimTerms { now, lifetime: self.lifetime, budget: self.budget, ignores_done };
            match redis.claim_forecasts(self.source, cells, &terms).await {
                Ok((claims, spent)) if claims.len() == cells.len() => {
                    self.reached();
                    return (claims, spent);
                }
                Ok(_) => {}
                Err(error) => self.lost(&error),
            }
        }
        let mut own = self.own.borrow_mut();
        let claims = cells.iter().map(|cell| own.claim(*cell, self.lifetime, ignores_done, now)).collect();
        (claims, own.spending.today(now))
    }

    /// Records the results of questions, and shares the forecasts.
    pub(crate) async fn settle(&self, settled: &[(ForecastCell, Settled)], now: Timestamp) {
        self.own.borrow_mut().settle(settled, now);
        let Some(redis) = &self.shared else { return };
        if let Err(error) = redis.settle_forecasts(self.source, settled, now).await {
            self.lost(&error);
        }
    }

    /// Places that all replicas together asked about in the last day, as far as this one knows.
    pub(crate) async fn spent_today(&self, now: Timestamp) -> u64 {
        if let Some(redis) = &self.shared {
            match redis.forecasts_spent(self.source, now).await {
                Ok(spent) => {
                    self.reached();
                    return spent;
                }
                Err(error) => self.lost(&error),
            }
        }
        self.own.borrow_mut().spending.today(now)
    }

    fn reached(&self) {
        if !self.is_reachable.replace(true) {
            info!("forecasts are shared with the other replicas again");
        }
    }

    fn lost(&self, error: &SharedError) {
        self.cache_metrics.failed(error.kind());
        if self.is_reachable.replace(false) {
            warn!(%error, "cannot share forecasts: this replica asks for itself, with a tenth of the budget");
        }
    }
}

/// With fewer places a day there would be none in a minute.
const LEAST_PER_DAY: u64 = 20;

impl Own {
    fn claim(&mut self, cell: ForecastCell, lifetime: Duration, ignores_done: bool, now: Timestamp) -> Claim {
        let record = self.records.get(&cell).copied();
        let latest = schedule::later(now, LONGEST_CLAIM);
        let failures = record.map_or(0, |record| record.failures);
        if let Some(Record { until, state, .. }) = record.filter(|it| it.until > now && it.until <= latest) {
            match state {
                State::Asking => return Claim::Elsewhere,
                State::Rests => return Claim::Rests { until },
                State::Done if !ignores_done => return Claim::Done,
                State::Done => {}
            }
        }
        if self.spending.take(1, now) == 0 {
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
