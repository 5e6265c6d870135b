//! The forecasts of weather models, cell by cell.

use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::forecast::{ForecastCell, ModelHours};
use jiff::Timestamp;

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

/// The forecasts that this replica knows. Requests ask for a cell; the refresh loop fetches what they asked for.
#[derive(Debug, Default)]
pub struct Forecasts {}

impl Forecasts {
    /// The forecast for a cell as of `now`, at most 6 hours old. Waits at most `patience` for a cell that nobody has
    /// asked for before; `None` if there is no source, or it has no forecast in time.
    pub async fn get(
        &self,
        _cell: ForecastCell,
        _now: Timestamp,
        _patience: Duration,
    ) -> Option<Arc<CellForecast>> {
        None
    }
}
