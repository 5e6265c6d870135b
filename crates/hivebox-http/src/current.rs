//! The present, for handlers that read parts of it.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::app::App;
use crate::describe::Operation;
use crate::error::ApiError;
use crate::example;
use hivebox_present::{NoForecast, Present};
use hivebox_question::at_place::PlaceForecast;

/// The present, unless it is too old to serve. The first requests wait for the first poll.
pub(super) async fn current(app: &App) -> Result<Arc<Present>, ApiError> {
    if app.is_before_first_poll() {
        app.wait_for_first_poll().await;
    }
    let present = app.cache.present().clone();
    let present = present.filter(|present| present.is_servable(app.clock.now()));
    let present = present.ok_or_else(|| nothing_current(app.max_reading_age()))?;
    if !present.has_detail() {
        // Only after the start or an outage. It takes tens of milliseconds, so it must not block the runtime.
        let waiting = Arc::clone(&present);
        let made = tokio::task::spawn_blocking(move || _ = waiting.detail()).await;
        made.map_err(ApiError::internal)?;
    }
    Ok(present)
}

/// The present; while there is none, an empty one if the weather model can answer alone.
pub(super) async fn current_or_empty(
    app: &App,
    forecast: &Result<PlaceForecast, NoForecast>,
) -> Result<Arc<Present>, ApiError> {
    match current(app).await {
        Err(_) if forecast.is_ok() => Ok(Arc::new(Present::empty(app.clock.now()))),
        present => present,
    }
}

/// The error when there is no present to serve, because no reading is younger than `max_age`.
pub(super) fn nothing_current(max_age: SignedDuration) -> ApiError {
    ApiError::unavailable(
        "No current readings",
        format!("HiveBox has no reading younger than {max_age:#} (max-reading-age); /readyz says why."),
    )
}

impl Operation {
    /// Adds the response while no readings are current.
    pub(super) fn needs_present(self) -> Self {
        self.fails("No current readings are known.", &nothing_current(example::MAX_READING_AGE))
    }
}
