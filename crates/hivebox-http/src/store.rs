//! `GET` and `POST /store`: store the current readings now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hivebox_archive::Stored;

use crate::describe::{ResponseDoc, Operation, Tag};
use crate::app::App;
use crate::error::ApiError;
use hivebox_refresh::StoreError;

/// `GET` and `POST /store`: says what was stored and where.
pub(super) async fn store(State(app): State<Arc<App>>) -> Result<Json<Stored>, ApiError> {
    if app.cache.last_poll().is_none() {
        // If the wait takes too long, there is nothing to store, which the next line says.
        let _ = tokio::time::timeout(app.request_timeout(), app.cache.first_poll()).await;
    }
    match tokio::time::timeout(app.request_timeout(), app.store.store_now()).await {
        Ok(stored) => Ok(Json(stored?)),
        Err(_) => Err(slow()),
    }
}

fn slow() -> ApiError {
    ApiError::unavailable(
        "Store is slow",
        "The store did not finish in time; it goes on, and GET /api/v1/snapshots will show it.",
    )
}

pub(super) fn describe(id: &'static str) -> Operation {
    let example = Stored {
        name: "2024-10-14T09-20-00.000Z".to_owned(),
        object: "readings/date=2024-10-14/2024-10-14T09-20-00.000Z.parquet".to_owned(),
        rows: 75_000,
        bytes: 1_140_000,
        sha256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae".to_owned(),
        created: true,
    };
    Operation::new(id, Tag::Past, "Store the current readings now")
        .description("All current readings of all boxes, good and bad, are stored as one snapshot, named for their moment.")
        .responds(ResponseDoc::ok("They are stored.").json(&example))
        .fails("No readings have come yet.", &StoreError::NothingYet.into())
        .fails("Several stores wait.", &StoreError::Busy.into())
        .fails("The replica is stopping.", &StoreError::Stopping.into())
        .fails("The store is slow.", &slow())
        .may_fail()
}
