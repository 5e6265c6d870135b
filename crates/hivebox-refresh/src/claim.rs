//! The vocabulary of claims: who may ask the source of forecasts about which cell, and what came of it.

use std::time::Duration;

use hivebox_config::ForecastBudget;
use jiff::Timestamp;

use crate::wire::forecast::Sent;

/// What a replica may do about a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Ask the source. So many questions about the cell have failed in a row.
    Ours {
        /// Failures in a row.
        failures: u32,
    },
    /// Another replica is asking.
    Elsewhere,
    /// The cell has been asked about, and there should be a forecast.
    Done,
    /// The last question failed, and the cell rests.
    Rests {
        /// Until when.
        until: Timestamp,
    },
    /// The budget is spent.
    Spent,
    /// The source asked for a pause.
    Paused {
        /// Until when.
        until: Timestamp,
    },
}

/// The result of a question.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settled {
    /// A forecast.
    Forecast(Sent),
    /// None: the cell rests.
    Failed {
        /// Failures in a row.
        failures: u32,
        /// Until when.
        until: Timestamp,
    },
}

/// A record of an answer that holds for longer than this is wrong: the clock that wrote it was.
pub(crate) const LONGEST_CLAIM: Duration = Duration::from_hours(24);
/// The terms of a claim.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ClaimTerms {
    /// The time.
    pub(crate) now: Timestamp,
    /// How long the claim lasts unless it is settled.
    pub(crate) lifetime: Duration,
    /// What of the budget the claim may take; `None` means that there is no limit.
    pub(crate) budget: Option<ForecastBudget>,
    /// Whether to claim a cell although there should be an answer.
    pub(crate) ignores_done: bool,
}

/// The limits in a day, an hour and a minute, each with the length of its window.
pub(crate) fn limits(budget: ForecastBudget) -> [(Duration, u64); 3] {
    [
        (Duration::from_hours(24), budget.per_day),
        (Duration::from_hours(1), budget.per_hour()),
        (Duration::from_mins(1), budget.per_minute()),
    ]
}
