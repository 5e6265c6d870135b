//! Asks a source about one place, for commands that answer once and end.

use std::time::Duration;

use forecast_sources::{Answer, FetchError, Question, Source};
use hivebox_climate::forecast::ForecastCell;
use hivebox_present::CellForecast;
use jiff::Timestamp;
use tokio::time::Instant;

use super::convert::{Useless, convert, spot};

/// Longer than the timeout of a request can be set; the source keeps that.
const PATIENCE: Duration = Duration::from_mins(2);

/// Why a source has no forecast for a place.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// It cannot be reached, or refuses.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Its forecast is no use.
    #[error("the forecast is no use: {0}")]
    Useless(#[from] Useless),
    /// It says nothing at all.
    #[error("the weather model says nothing about the place")]
    Nothing,
}

/// The forecast for a cell, directly from a source.
///
/// # Errors
/// The source has none.
pub async fn ask_once(
    source: &dyn Source,
    cell: ForecastCell,
    now: Timestamp,
) -> Result<CellForecast, AskError> {
    let deadline = Instant::now() + PATIENCE;
    let question = Question { spot: spot(cell), validator: None };
    match source
        .fetch(std::slice::from_ref(&question), now, deadline)
        .await
        .pop()
        .ok_or(AskError::Nothing)??
    {
        Answer::Forecast(forecast) => Ok(convert(&forecast, None, now)?),
        Answer::Unchanged { .. } => Err(Useless::Unknown.into()),
    }
}
