//! `GET` and `POST /store`: store the current readings now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hivebox_archive::Stored;

use super::ApiError;
use crate::app::App;

/// `GET` and `POST /store`: says what was stored and where.
pub(super) async fn store(State(app): State<Arc<App>>) -> Result<Json<Stored>, ApiError> {
    if app.cache.last_poll().is_none() {
        // If the wait takes too long, there is nothing to store, which the next line says.
        let _ = tokio::time::timeout(app.request_timeout, app.cache.first_poll()).await;
    }
    match tokio::time::timeout(app.request_timeout, app.store.store_now()).await {
        Ok(stored) => Ok(Json(stored?)),
        Err(_) => Err(ApiError::unavailable(
            "Store is slow",
            "The store did not finish in time; it goes on, and GET /api/v1/snapshots will show it.",
        )),
    }
}
