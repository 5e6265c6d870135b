//! `GET /api/v1/conditions`: statistics over the readings of some boxes, and an estimate for a place.

pub(crate) mod body;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::{Reading, Readings};
use hivebox_climate::sample::{LeftOut, Sample};
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::{Percentile, Statistics};

use crate::app::App;
use crate::conditions::body::{Condition, Conditions};
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::table;
use hivebox_kinds::each_once;
use hivebox_present::{Detail, Present};
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, HEIGHT, PERCENTILES, PHENOMENON, QUALITY_FOR_CONDITIONS};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::Heading;

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);

/// A request for conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AskConditions {
    selection: Selection,
    phenomena: Option<Vec<PhenomenonId>>,
    quality: Level,
    percentiles: Vec<Percentile>,
    height: Option<Metres>,
}

impl Default for AskConditions {
    /// A request without parameters.
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            phenomena: None,
            quality: Level::Unsuspicious,
            percentiles: Vec::new(),
            height: None,
        }
    }
}

impl Ask for AskConditions {
    fn read(reader: &mut Reader) -> Option<Self> {
        let selection = filter::selection(reader);
        let phenomena = reader.query(&PHENOMENON).map(each_once);
        let quality = reader.query(&QUALITY_FOR_CONDITIONS);
        let percentiles = reader.query(&PERCENTILES).unwrap_or_default();
        let height = reader.query(&HEIGHT).map(Metres);
        if height.is_some() && !matches!(selection.area, SearchArea::Within { .. }) {
            reader.reject(&HEIGHT, "height needs lat and lon.");
        }
        let percentiles = percentiles.into_iter().filter_map(Percentile::new).collect();
        Some(Self { selection, phenomena, quality: quality?, percentiles, height })
    }
}

/// The conditions and the format of the response.
#[derive(Debug)]
pub(super) struct AskFormattedConditions {
    conditions: AskConditions,
    format: Format,
}

impl Ask for AskFormattedConditions {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (conditions, format) = (AskConditions::read(reader), reader.format(FORMATS));
        Some(Self { conditions: conditions?, format: format? })
    }
}

/// `GET /api/v1/conditions`.
pub(super) async fn conditions(
    State(app): State<Arc<App>>,
    Params(AskFormattedConditions { conditions, format }): Params<AskFormattedConditions>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    // Over all boxes it takes a few milliseconds, for which it must not block a thread of the runtime.
    let made = tokio::task::spawn_blocking(move || conditions.answer(&present));
    let answer = made.await.map_err(ApiError::internal)?;
    table::whole(format, heading(&answer), &answer.conditions, &answer)
}

impl AskConditions {
    /// The conditions as of `present`.
    pub(super) fn answer(&self, present: &Present) -> Conditions {
        let (readings, detail, catalogue) = (&*present.readings, present.detail(), Catalogue::builtin());
        let estimates = self.estimates(readings, detail);
        let all = || catalogue.iter().map(|(id, _)| id).collect();
        let phenomena: Vec<PhenomenonId> = self.phenomena.clone().unwrap_or_else(all);
        let conditions = phenomena.into_iter().filter_map(|phenomenon| {
            let check = |reading: Reading<'_>| detail.quality.demand(reading.row(), self.quality);
            let sample = Sample::draw(readings, &detail.places, &self.selection, phenomenon, check);
            let statistics = Statistics::of(&sample, catalogue, &self.percentiles);
            let estimate = estimates.iter().find(|estimate| estimate.phenomenon == phenomenon);
            let is_there = self.phenomena.is_some() || sample.boxes().with_sensor > 0 || estimate.is_some();
            is_there.then(|| Condition::of(catalogue.phenomenon(phenomenon), &sample, &statistics, estimate))
        });
        Conditions { as_of: readings.as_of(), conditions: conditions.collect() }
    }

    /// The estimates for the place, if the request names one.
    fn estimates(&self, readings: &Readings, detail: &Detail) -> Vec<Estimate> {
        let SearchArea::Within { centre, .. } = self.selection.area else {
            return Vec::new();
        };
        let oldest = self.selection.oldest(readings);
        let spot = Spot { position: centre, height: self.height };
        Estimate::all_at(readings, &detail.places, Catalogue::builtin(), spot, |reading| {
            if oldest.is_some_and(|oldest| reading.measured_at() < Some(oldest)) {
                return Err(LeftOut::TOO_OLD);
            }
            detail.quality.demand(reading.row(), self.quality)
        })
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let here = present.readings.sense_box(0).place().map(|place| place.position());
    let area = here.map(|centre| SearchArea::Within { centre, radius: Metres::from_kilometres(25.0) });
    let asked = AskConditions {
        selection: Selection { area: area.unwrap_or_default(), ..Selection::default() },
        phenomena: Some(vec![Catalogue::builtin().air_temperature()]),
        percentiles: [5.0, 95.0].into_iter().filter_map(Percentile::new).collect(),
        ..AskConditions::default()
    };
    let answer = asked.answer(&present);
    let answers = ResponseDoc::ok("Statistics for each phenomenon.").json(&answer);
    Operation::new("getConditions", Tag::Now, "Current conditions in an area, or at a place")
        .description(
            "Statistics over the readings of the selected boxes, with the number of excluded readings by reason. With \
             `lat` and `lon`, the response also contains an estimate for that place: the mean of the nearest outdoor \
             boxes within 50 km, weighted by the inverse square of their distance. `radius_km` and the filters of \
             boxes do not affect the estimate.",
        )
        .asks::<AskFormattedConditions>()
        .responds(table::described::<Condition>(answers, heading(&answer), &answer.conditions))
        .needs_present()
        .may_fail()
}

fn heading(answer: &Conditions) -> Heading {
    Heading { name: "conditions", as_of: answer.as_of }
}
