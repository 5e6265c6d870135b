//! `GET /api/v1/phenomena`: all phenomena, and a summary of their current readings.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::Phenomenon;
use hivebox_climate::summary::PhenomenonSummary;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use hivebox_present::Present;

/// All phenomena of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Phenomena<'a> {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The phenomena, in the catalogue's order.
    phenomena: Vec<PhenomenonNow<'a>>,
}

/// A phenomenon, and a summary of its current readings.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PhenomenonNow<'a> {
    /// The name in requests.
    #[schema(example = "air_temperature")]
    phenomenon: &'a str,
    /// The name in English.
    #[schema(example = "Air temperature")]
    name: &'a str,
    /// The unit of all its values.
    #[schema(example = "°C")]
    unit: &'a str,
    /// The range of values that count.
    plausible: Plausible,
    /// How many readings count.
    count: u64,
    /// Their mean.
    mean: Option<f64>,
    /// The lowest.
    min: Option<f64>,
    /// The highest.
    max: Option<f64>,
    /// When the newest of them was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    freshest: Option<Timestamp>,
    /// How many readings do not count, by reason.
    left_out: BTreeMap<&'static str, u64>,
}

/// A range of values, ends included.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Plausible {
    /// The lowest value.
    min: f64,
    /// The highest value.
    max: f64,
}

/// `GET /api/v1/phenomena`.
pub(super) async fn phenomena(
    State(app): State<Arc<App>>,
    Params(()): Params<()>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    Ok(Json(Phenomena::of(&present)).into_response())
}

impl Phenomena<'_> {
    fn of(present: &Present) -> Self {
        let of = |(id, phenomenon)| PhenomenonNow::of(phenomenon, present.summary.phenomenon(id));
        Self { as_of: present.readings.as_of(), phenomena: Catalogue::builtin().iter().map(of).collect() }
    }
}

impl<'a> PhenomenonNow<'a> {
    fn of(phenomenon: &'a Phenomenon, summary: &PhenomenonSummary) -> Self {
        let (min, max) = phenomenon.plausible().into_inner();
        let left_out = Verdict::ALL.into_iter().filter(|&verdict| verdict != Verdict::Ok);
        let left_out = left_out.map(|verdict| (verdict.slug(), summary.by_verdict[verdict.index()]));
        Self {
            phenomenon: phenomenon.slug(),
            name: phenomenon.name(),
            unit: phenomenon.unit(),
            plausible: Plausible { min, max },
            count: summary.count(),
            // Statistics over directions would need circular arithmetic.
            mean: summary.mean.filter(|_| !phenomenon.is_direction()).map(|mean| mean.0),
            min: summary.min.filter(|_| !phenomenon.is_direction()).map(|min| min.0),
            max: summary.max.filter(|_| !phenomenon.is_direction()).map(|max| max.0),
            freshest: summary.freshest,
            left_out: left_out.filter(|(_, count)| *count > 0).collect(),
        }
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let mut answer = Phenomena::of(&present);
    answer.phenomena.truncate(2);
    Operation::new("listPhenomena", Tag::Now, "All phenomena, and a summary of their current readings")
        .asks::<()>()
        .responds(ResponseDoc::ok("All phenomena of the catalogue.").json(&answer))
        .needs_present()
}
