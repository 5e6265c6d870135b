//! `GET /api/v1/boxes/{id}`: one senseBox with all its sensors.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hivebox_climate::quality::Comparison;
use hivebox_climate::readings::{BoxReadings, Reading};
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
use hivebox_present::{Detail, Present};
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
    sensors: Vec<ComparedSensor<'a>>,
}

/// A sensor with its newest reading, and what that was compared with.
#[derive(Debug, Serialize, ToSchema)]
struct ComparedSensor<'a> {
    /// The sensor.
    #[serde(flatten)]
    sensor: SensorReading<'a>,
    /// What the checks `neighbours` and `indoor` compared the reading with; `null` if they did not.
    comparison: Option<NeighbourComparison>,
}

/// A reading beside those of the boxes around it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Comparison)]
struct NeighbourComparison {
    /// The median of the neighbours, corrected to the height of the box, in `value_unit`.
    #[schema(example = 15.88)]
    median: f64,
    /// The standard deviation of the neighbours in `value_unit`, with a floor that grows with their distance.
    #[schema(example = 1.61)]
    spread: f64,
    /// How many boxes nearby the reading was compared with.
    #[schema(example = 20)]
    neighbours: usize,
    /// The distance to the nearest of them in kilometres.
    #[schema(example = 0.84)]
    nearest_km: f64,
    /// The distance to the furthest of them in kilometres.
    #[schema(example = 7.32)]
    furthest_km: f64,
    /// How far the reading is above the median in `value_unit`; negative if it is below.
    #[schema(example = 0.19)]
    deviation: f64,
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
            sensors: sense_box.readings().map(|reading| ComparedSensor::of(reading, detail)).collect(),
        }
    }
}

impl<'a> ComparedSensor<'a> {
    fn of(reading: Reading<'a>, detail: &Detail) -> Self {
        let comparison = detail.quality.comparison(reading.row()).map(NeighbourComparison::of);
        Self { sensor: SensorReading::of(reading, detail), comparison }
    }
}

impl NeighbourComparison {
    fn of(comparison: &Comparison) -> Self {
        Self {
            median: hundredths(comparison.median),
            spread: hundredths(comparison.spread),
            neighbours: comparison.neighbours,
            nearest_km: hundredths(comparison.nearest.0 / 1000.0),
            furthest_km: hundredths(comparison.furthest.0 / 1000.0),
            deviation: hundredths(comparison.deviation),
        }
    }
}

/// A number rounded to two decimals, never a negative zero.
fn hundredths(number: f64) -> f64 {
    (number * 100.0).round() / 100.0 + 0.0
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
