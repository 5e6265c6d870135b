//! `GET` and `POST /store`: store the current readings now.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use hivebox_archive::Stored;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use hivebox_refresh::StoreError;

/// `GET` and `POST /store`. The response says what was stored and where.
pub(super) async fn store(State(app): State<Arc<App>>) -> Result<Json<Stored>, ApiError> {
    if app.cache.last_poll().is_none() {
        app.wait_for_first_poll().await;
    }
    match tokio::time::timeout(app.request_timeout(), app.store.store_now()).await {
        Ok(stored) => Ok(Json(stored?)),
        Err(_) => Err(slow()),
    }
}

fn slow() -> ApiError {
    ApiError::unavailable(
        "Store is slow",
        "Storing takes longer than a request may wait. It continues; GET /api/v1/snapshots will list the snapshot.",
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
        .description(
            "Stores all current readings of all boxes, whatever their verdict, as one snapshot named after their time.",
        )
        .responds(ResponseDoc::ok("The readings are stored.").json(&example))
        .fails("No readings have arrived yet.", &StoreError::NothingYet.into())
        .fails("Too many stores are waiting.", &StoreError::Busy.into())
        .fails("The replica is stopping.", &StoreError::Stopping.into())
        .fails("The store is slow.", &slow())
        .needs_store()
        .may_fail()
}
