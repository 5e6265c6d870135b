//! The present, for requests that ask about some of it.

use std::sync::Arc;

use crate::app::App;
use crate::error::ApiError;
use hivebox_present::Present;

/// The present, if it may still be told as what is now. The first requests wait for the first poll.
pub(super) async fn current(app: &App) -> Result<Arc<Present>, ApiError> {
    if app.cache.last_poll().is_none() && app.cache.present().is_none() {
        // If the wait takes too long the answer below says so.
        let _ = tokio::time::timeout(app.request_timeout(), app.cache.first_poll()).await;
    }
    let present = app.cache.present().clone();
    let present =
        present.filter(|present| present.is_servable(app.clock.now())).ok_or_else(nothing_current)?;
    if !present.has_detail() {
        // Only after the start, or after an outage. It is waited for where that holds up nobody else.
        let waiting = Arc::clone(&present);
        let made = tokio::task::spawn_blocking(move || _ = waiting.detail()).await;
        made.map_err(ApiError::internal)?;
    }
    Ok(present)
}

/// When there is none, for descriptions.
pub(super) const NOTHING_CURRENT: &str = "No current readings are known.";

pub(super) fn nothing_current() -> ApiError {
    ApiError::unavailable("No current readings", "No readings of the last hour are known; /readyz says why.")
}
