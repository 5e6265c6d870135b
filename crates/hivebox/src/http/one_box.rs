//! `GET /api/v1/boxes/{id}`: one senseBox with all its sensors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use opensensemap::BoxId;
use serde::Serialize;
use utoipa::ToSchema;

use super::ApiError;
use super::boxes::BoxRow;
use super::current::current;
use super::parameters::filter::BOX_ID;
use super::parameters::{Ask, Asked, Reader};
use super::reading_row::SensorReading;
use crate::app::App;

/// Which box is asked for.
#[derive(Debug)]
pub(super) struct AskBox {
    id: BoxId,
}

impl Ask for AskBox {
    fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self { id: reader.path(&BOX_ID)? })
    }
}

/// A senseBox with all its sensors.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OneBox<'a> {
    /// The moment as of which the readings are judged.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The box.
    #[serde(rename = "box")]
    sense_box: BoxRow<'a>,
    /// All its sensors, also those that say nothing now.
    sensors: Vec<SensorReading<'a>>,
}

/// `GET /api/v1/boxes/{id}`.
pub(super) async fn one_box(
    State(app): State<Arc<App>>,
    Asked(AskBox { id }): Asked<AskBox>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let id = id.to_string();
    let sense_box = present.readings.box_by_id(&id).ok_or_else(|| {
        ApiError::not_found(format!(
            "No senseBox {id} is known here; GET /api/v1/boxes lists those that are."
        ))
    })?;
    let detail = present.detail();
    let answer = OneBox {
        as_of: present.readings.as_of(),
        sense_box: BoxRow::of(sense_box),
        sensors: sense_box.readings().map(|reading| SensorReading::of(reading, detail)).collect(),
    };
    Ok(Json(answer).into_response())
}
