//! Finds the forecast for a place.

use std::sync::Arc;
use std::time::Duration;

use forecast_sources::SourceFacts;
use hivebox_climate::forecast::ForecastCell;
use hivebox_climate::place::Position;
use hivebox_present::{CellForecast, Forecasts, NoForecast};
use jiff::Timestamp;

/// How long a request waits for the forecast of a cell that nobody has asked about before. A weather model that
/// works takes less than a second, and for a beekeeper at the hive a page that loads longer is broken.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// The forecast for the cell of a place.
#[derive(Debug, Clone)]
pub struct PlaceForecast {
    /// Who made it.
    pub source: &'static SourceFacts,
    /// The cell that the source was asked about.
    pub cell: ForecastCell,
    /// The forecast.
    pub forecast: Arc<CellForecast>,
}

impl PlaceForecast {
    /// The forecast for the cell that contains `position`, as of `now`. Waits at most `patience` for a cell that is
    /// not known yet.
    ///
    /// # Errors
    /// There is no forecast for now.
    pub async fn find(
        forecasts: &Forecasts,
        position: Position,
        now: Timestamp,
        patience: Duration,
    ) -> Result<Self, NoForecast> {
        let source = forecasts.source().ok_or(NoForecast::Off)?;
        let cell = ForecastCell::of(position);
        let forecast = forecasts.ask(cell, now, patience).await?;
        // A source that left out the current hour has not said anything of use.
        forecast.hours.hour_of(now).ok_or(NoForecast::SourceFailed)?;
        Ok(Self { source, cell, forecast })
    }
}
