//! `GET /api/v1/boxes/{id}`: one senseBox with all its sensors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hivebox_climate::readings::BoxReadings;
use jiff::Timestamp;
use opensensemap::BoxId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::boxes::SenseBoxRow;
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::reading_row::SensorReading;
use hivebox_present::Present;
use hivebox_question::parameters::filter::BOX_ID;
use hivebox_question::parameters::{Ask, Reader};

/// A request for a box.
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
    /// The time as of which the readings are judged.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The box.
    #[serde(rename = "box")]
    sense_box: SenseBoxRow<'a>,
    /// All its sensors, including those without a current reading.
    sensors: Vec<SensorReading<'a>>,
}

/// `GET /api/v1/boxes/{id}`.
pub(super) async fn one_box(
    State(app): State<Arc<App>>,
    Params(AskBox { id }): Params<AskBox>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let id = id.to_string();
    let sense_box = present.readings.box_by_id(&id).ok_or_else(|| unknown(&id))?;
    Ok(Json(OneBox::of(sense_box, &present)).into_response())
}

impl<'a> OneBox<'a> {
    fn of(sense_box: BoxReadings<'a>, present: &Present) -> Self {
        let detail = present.detail();
        Self {
            as_of: present.readings.as_of(),
            sense_box: SenseBoxRow::of(sense_box),
            sensors: sense_box.readings().map(|reading| SensorReading::of(reading, detail)).collect(),
        }
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let sense_box = present.readings.sense_box(0);
    let answer = OneBox::of(sense_box, &present);
    Operation::new("getBox", Tag::Now, "One senseBox with all its sensors")
        .asks::<AskBox>()
        .responds(ResponseDoc::ok("The box, with the verdict on each reading.").json(&answer))
        .fails("There is no such box.", &unknown(sense_box.id()))
        .needs_present()
}

fn unknown(id: &str) -> ApiError {
    ApiError::not_found(format!("There is no senseBox {id}; GET /api/v1/boxes lists all boxes."))
}
