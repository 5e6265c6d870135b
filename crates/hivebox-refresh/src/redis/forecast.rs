//! The forecasts that replicas share: two keys for each source and cell, what is spent of the budget, and the pause that
//! the source asked for.
//!
//! The moments in claims are those of the replicas' clocks, not of Redis: a forecast and its claim expire together,
//! whoever looks. A clock that is ahead by an hour costs a question more. The budget goes by the clock of Redis.

use std::time::Duration;

use hivebox_climate::forecast::ForecastCell;
use hivebox_present::forecasts::LONGEST_REST;
use jiff::Timestamp;
use redis::Cmd;

use super::{RedisCache, millis, script};
use crate::claim::{Claim, ClaimTerms, LONGEST_CLAIM, Settled, limits};
use crate::forecast::Spent;
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
        let values: Vec<_> = self.ask(script(READ, &refs(&keys)).arg(max_bytes)).await?;
        if values.len() == cells.len() { Ok(values) } else { Err(SharedError::Odd) }
    }

    /// Claims cells, in their order. Without any it only says what is spent.
    pub(crate) async fn claim_forecasts(
        &self,
        source: &str,
        cells: &[ForecastCell],
        terms: &ClaimTerms,
        known: &Spent,
    ) -> Result<Claimed, SharedError> {
        let reply: Vec<i64> = self.ask(&self.claiming(source, cells, terms, known)).await?;
        let (Some((today, rest)), Some(spent)) = (reply.split_first(), reply.get(1..=known.len())) else {
            return Err(SharedError::Odd);
        };
        let claims = rest.get(known.len()..).unwrap_or_default().as_chunks::<3>();
        if !claims.1.is_empty() || claims.0.len() != cells.len() {
            return Err(SharedError::Odd);
        }
        let moment = |at| Timestamp::from_millisecond(at).unwrap_or(terms.now);
        let claims = claims
            .0
            .iter()
            .map(|[code, until, failures]| match code {
                1 => Claim::Ours { failures: u32::try_from(*failures).unwrap_or(0) },
                2 => Claim::Elsewhere,
                3 => Claim::Done,
                4 => Claim::Rests { until: moment(*until) },
                6 => Claim::Paused { until: moment(*until) },
                _ => Claim::Spent,
            })
            .collect();
        let mut all = Spent::default();
        all.copy_from_slice(spent);
        Ok(Claimed { claims, spent: all, spent_today: u64::try_from(*today).unwrap_or(0) })
    }

    /// Records the results of questions with the encoded forecasts, and the pause that the source asked for.
    pub(crate) async fn settle_forecasts(
        &self,
        source: &str,
        settled: &[(ForecastCell, Settled, Vec<u8>)],
        pause: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<(), SharedError> {
        let cells = settled
            .iter()
            .flat_map(|(cell, ..)| [self.claim_key(source, *cell), self.value_key(source, *cell)]);
        let keys: Vec<String> = std::iter::once(self.pause_key(source)).chain(cells).collect();
        let mut command = script(SETTLE, &refs(&keys));
        command.arg(millis(EXPIRY)).arg(millis(LONGEST_CLAIM));
        let pause = pause.unwrap_or(now);
        command.arg(pause.as_millisecond()).arg(pause.as_millisecond() - now.as_millisecond());
        for (_, settled, bytes) in settled {
            let (until, failures, state) = match settled {
                Settled::Forecast(sent) => (sent.forecast.expires_at, 0, 'd'),
                Settled::Failed { failures, until } => (*until, *failures, 'r'),
            };
            let until = until.max(now).as_millisecond();
            command.arg(format!("{until} {failures} {state}")).arg(bytes.as_slice());
        }
        self.ask(&command).await
    }

    /// Runs each operation once under keys for a trial, and deletes them.
    pub(super) async fn test_forecasts(&self) -> Result<(), SharedError> {
        const SOURCE: &str = "doctor";
        let (cells, now) = ([], Timestamp::UNIX_EPOCH);
        let trial = |what| self.key(SOURCE, what);
        let keys = [self.spent_key(SOURCE), self.pause_key(SOURCE), trial("trial"), trial("trial-value")];
        let terms = ClaimTerms { now, lifetime: Duration::from_secs(1), budget: None, ignores_done: false };
        let mut claim = script(CLAIM, &refs(&keys[..3]));
        let spent = Spent::default();
        terms.write(&mut claim, &spent);
        let _: Vec<i64> = self.ask(&claim).await?;
        let mut settle = script(SETTLE, &refs(&keys[1..]));
        settle.arg(1000).arg(1000).arg(1).arg(1000).arg("0 0 d").arg("trial");
        let _: i64 = self.ask(&settle).await?;
        let _: Vec<Option<Vec<u8>>> = self.ask(script(READ, &[&keys[3]]).arg(wire::MAX_BYTES)).await?;
        self.claim_forecasts(SOURCE, &cells, &terms, &spent).await?;
        self.ask(redis::cmd("DEL").arg(&keys)).await
    }

    fn claiming(&self, source: &str, cells: &[ForecastCell], terms: &ClaimTerms, known: &Spent) -> Cmd {
        let claims = cells.iter().map(|cell| self.claim_key(source, *cell));
        let keys = [self.spent_key(source), self.pause_key(source)];
        let keys: Vec<String> = keys.into_iter().chain(claims).collect();
        let mut command = script(CLAIM, &refs(&keys));
        terms.write(&mut command, known);
        command
    }

    fn spent_key(&self, source: &str) -> String {
        self.key(source, "spent")
    }

    fn pause_key(&self, source: &str) -> String {
        self.key(source, "pause")
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
    fn write(&self, command: &mut Cmd, known: &Spent) {
        command.arg(self.now.as_millisecond()).arg(millis(self.lifetime));
        command.arg(LONGEST_REST.as_millis() as i64).arg(millis(LONGEST_CLAIM));
        command.arg(u8::from(self.ignores_done));
        // -1 is no limit.
        let limits = self.budget.map(|budget| limits(budget).map(|(_, limit)| limit.cast_signed()));
        command.arg(&limits.unwrap_or([-1; 3])).arg(known);
    }
}

/// What came of claims.
#[derive(Debug)]
pub(crate) struct Claimed {
    /// In the order of the cells.
    pub(crate) claims: Vec<Claim>,
    /// What all replicas have spent.
    pub(crate) spent: Spent,
    /// Places that all replicas asked about in the last day.
    pub(crate) spent_today: u64,
}

fn refs(keys: &[String]) -> Vec<&String> {
    keys.iter().collect()
}
