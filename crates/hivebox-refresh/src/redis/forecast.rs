//! The forecasts that replicas share: three keys for each source and cell, and what is spent of the budget.
//!
//! The moments in claims are those of the replicas' clocks, not of Redis: a forecast and its claim expire together,
//! whoever looks. A clock that is ahead by an hour costs a question more.

use std::time::Duration;

use hivebox_climate::forecast::ForecastCell;
use jiff::Timestamp;
use redis::Cmd;

use super::{RedisCache, millis, script};
use crate::claim::{Claim, ClaimTerms, LONGEST_CLAIM, Settled, limits};
use crate::lease::SharedError;
use crate::wire::forecast as wire;

const CLAIM: &str = include_str!("forecast_claim.lua");
const READ: &str = include_str!("forecast_read.lua");
const SETTLE: &str = include_str!("forecast_settle.lua");

/// How long a forecast is shared: an hour longer than it serves.
const EXPIRY: Duration = Duration::from_hours(7);

impl RedisCache {
    /// The shared forecasts of cells, in their order: `None` for one that is missing, and empty for one that is larger
    /// than `max_bytes` or no text.
    pub(crate) async fn read_forecasts(
        &self,
        source: &str,
        cells: &[ForecastCell],
        max_bytes: usize,
    ) -> Result<Vec<Option<Vec<u8>>>, SharedError> {
        let keys: Vec<String> = cells.iter().map(|cell| self.value_key(source, *cell)).collect();
        self.ask(script(READ, &refs(&keys)).arg(max_bytes)).await
    }

    /// Claims cells, in their order, and says how many places all replicas asked about in the last day.
    pub(crate) async fn claim_forecasts(
        &self,
        source: &str,
        cells: &[ForecastCell],
        terms: &ClaimTerms,
    ) -> Result<(Vec<Claim>, u64), SharedError> {
        let reply: Vec<i64> = self.ask(&self.claiming(source, cells, terms)).await?;
        let moment = |at| Timestamp::from_millisecond(at).unwrap_or(terms.now);
        let claims = reply.get(1..).unwrap_or_default().as_chunks::<3>().0.iter();
        let claims = claims
            .map(|[code, until, failures]| match code {
                1 => Claim::Ours { failures: u32::try_from(*failures).unwrap_or(0) },
                2 => Claim::Elsewhere,
                3 => Claim::Done,
                4 => Claim::Rests { until: moment(*until) },
                _ => Claim::Spent,
            })
            .collect();
        Ok((claims, spent_of(&reply)))
    }

    /// Places that all replicas asked about in the last day.
    pub(crate) async fn forecasts_spent(&self, source: &str, now: Timestamp) -> Result<u64, SharedError> {
        let terms = ClaimTerms { now, lifetime: Duration::ZERO, budget: None, ignores_done: false };
        let reply: Vec<i64> = self.ask(&self.claiming(source, &[], &terms)).await?;
        Ok(spent_of(&reply))
    }

    /// Records the results of questions, and shares the forecasts.
    pub(crate) async fn settle_forecasts(
        &self,
        source: &str,
        settled: &[(ForecastCell, Settled)],
        now: Timestamp,
    ) -> Result<(), SharedError> {
        let keys: Vec<String> = settled
            .iter()
            .flat_map(|(cell, _)| [self.claim_key(source, *cell), self.value_key(source, *cell)])
            .collect();
        let mut command = script(SETTLE, &refs(&keys));
        command.arg(millis(EXPIRY)).arg(millis(LONGEST_CLAIM));
        for (_, settled) in settled {
            let (until, failures, state, bytes) = match settled {
                Settled::Forecast(sent) => {
                    (sent.forecast.expires_at, 0, 'd', wire::encode(sent).unwrap_or_default())
                }
                Settled::Failed { failures, until } => (*until, *failures, 'r', Vec::new()),
            };
            let until = until.max(now).as_millisecond();
            command.arg(format!("{until} {failures} {state}")).arg(bytes);
        }
        self.ask(&command).await
    }

    /// Runs each operation once under keys for a trial, and deletes them.
    pub(super) async fn test_forecasts(&self) -> Result<(), SharedError> {
        const SOURCE: &str = "doctor";
        let (cells, now) = ([], Timestamp::UNIX_EPOCH);
        let keys = [self.spent_key(SOURCE), self.key(SOURCE, "trial")];
        let terms = ClaimTerms { now, lifetime: Duration::from_secs(1), budget: None, ignores_done: false };
        let mut claim = script(CLAIM, &refs(&keys));
        terms.write(&mut claim);
        let _: Vec<i64> = self.ask(&claim).await?;
        let pair = [self.key(SOURCE, "trial"), self.key(SOURCE, "trial-value")];
        let mut settle = script(SETTLE, &refs(&pair));
        settle.arg(1000).arg(1000).arg("0 0 d").arg("trial");
        let _: i64 = self.ask(&settle).await?;
        let _: Vec<Option<Vec<u8>>> = self.ask(script(READ, &[&pair[1]]).arg(wire::MAX_BYTES)).await?;
        self.claim_forecasts(SOURCE, &cells, &terms).await?;
        let all = [&keys[0], &pair[0], &pair[1]];
        self.ask(redis::cmd("DEL").arg(&all)).await
    }

    fn claiming(&self, source: &str, cells: &[ForecastCell], terms: &ClaimTerms) -> Cmd {
        let claims = cells.iter().map(|cell| self.claim_key(source, *cell));
        let keys: Vec<String> = std::iter::once(self.spent_key(source)).chain(claims).collect();
        let mut command = script(CLAIM, &refs(&keys));
        terms.write(&mut command);
        command
    }

    fn spent_key(&self, source: &str) -> String {
        self.key(source, "spent")
    }

    fn claim_key(&self, source: &str, cell: ForecastCell) -> String {
        self.key(source, &format!("claim:{cell}"))
    }

    fn value_key(&self, source: &str, cell: ForecastCell) -> String {
        self.key(source, &format!("cell:{cell}"))
    }

    fn key(&self, source: &str, name: &str) -> String {
        format!("{}:{source}:{name}", self.keys.forecast)
    }
}

impl ClaimTerms {
    fn write(&self, command: &mut Cmd) {
        command.arg(self.now.as_millisecond()).arg(millis(self.lifetime)).arg(millis(LONGEST_CLAIM));
        command.arg(u8::from(self.ignores_done));
        // -1 is no limit.
        let limits = self.budget.map(|budget| limits(budget).map(|(_, limit)| limit.cast_signed()));
        command.arg(&limits.unwrap_or([-1; 3]));
    }
}

/// Places spent in the last day, in a reply to a claim.
fn spent_of(reply: &[i64]) -> u64 {
    reply.first().map_or(0, |spent| u64::try_from(*spent).unwrap_or(0))
}

fn refs(keys: &[String]) -> Vec<&String> {
    keys.iter().collect()
}
