//! The forecast for one cell, and why there is none.

use std::sync::Arc;

use hivebox_climate::chores::Ahead;
use hivebox_climate::forecast::ModelHours;
use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use jiff::{SignedDuration, Timestamp};

/// How long a forecast serves on when it cannot be renewed: as long as chores may be judged by it.
pub const SERVES_FOR: SignedDuration = Ahead::MAX_AGE;
/// A cell that nobody asks for so long is dropped.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(6);
/// A cell that somebody asked for within this time is renewed before anybody asks again.
pub const RENEWED_FOR: SignedDuration = SignedDuration::from_hours(3);
/// The longest time that a cell rests. A rest that ends further ahead was begun before the clock was set back.
pub const LONGEST_REST: SignedDuration = SignedDuration::from_mins(20);
/// The most cells in memory. One takes some 4 kB.
pub const MOST_CELLS: usize = 10_000;

/// The forecast for one cell, as a source gave it.
#[derive(Debug, Clone, PartialEq)]
pub struct CellForecast {
    /// The hours.
    pub hours: ModelHours,
    /// When it was fetched, or found to be unchanged.
    pub fetched_at: Timestamp,
    /// When the source updated it, if it says so.
    pub updated_at: Option<Timestamp>,
    /// Until when the source must not be asked again.
    pub expires_at: Timestamp,
}

impl CellForecast {
    /// Whether it may be served at `now`: it is at most 6 hours old.
    #[must_use]
    pub fn is_servable(&self, now: Timestamp) -> bool {
        let age = now.duration_since(self.fetched_at);
        age <= SERVES_FOR && age >= -MAX_CLOCK_LEAD
    }

    /// Whether the source need not be asked again at `now`.
    #[must_use]
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        self.is_servable(now) && now < self.expires_at
    }
}

/// Why there is no forecast for a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoForecast {
    /// `HIVEBOX_FORECAST` is off.
    Off,
    /// It did not arrive in time; it may be there soon.
    Pending,
    /// The source failed, or what it sent is no use.
    SourceFailed,
    /// The source is left alone: it has had too many requests, asked for a pause, or failed too often.
    Paused {
        /// When it can be asked again.
        until: Timestamp,
    },
    /// The budget of places is spent.
    BudgetSpent,
    /// Too many cells are wanted already.
    Busy,
}

impl NoForecast {
    /// The names of all reasons, in the order of [`index`](Self::index).
    pub const SLUGS: [&str; 6] = ["off", "pending", "source_failed", "paused", "budget_spent", "busy"];

    /// The place among all reasons.
    #[must_use]
    pub const fn index(self) -> usize {
        match self {
            Self::Off => 0,
            Self::Pending => 1,
            Self::SourceFailed => 2,
            Self::Paused { .. } => 3,
            Self::BudgetSpent => 4,
            Self::Busy => 5,
        }
    }

    /// The name in metrics and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        Self::SLUGS[self.index()]
    }
}

/// A forecast in memory, and what to send with the next question for its cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The forecast.
    pub forecast: Arc<CellForecast>,
    /// What the source gave to ask whether something has changed.
    pub validator: Option<String>,
    /// When to renew it although nobody asks. Spread, so that replicas do not renew at once.
    pub renew_at: Timestamp,
}
