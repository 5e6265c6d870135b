//! `GET /api/v1/conditions`: what the readings of some boxes come to, and what it is like at a place.

mod body;

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
use hivebox_climate::selection::{Area, Selection};
use hivebox_climate::statistics::{Percentile, Statistics};

use super::current::{NOTHING_CURRENT, current, nothing_current};
use super::describe::{Answer, Operation, Tag};
use super::example;
use super::table;
use crate::app::App;
use crate::asked::Asked;
use crate::error::ApiError;
pub(super) use body::{Condition, Conditions};
use hivebox_kinds::each_once;
use hivebox_present::{Detail, Present};
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, HEIGHT, PERCENTILES, PHENOMENON, QUALITY_FOR_CONDITIONS};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::Heading;

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);

/// Which conditions are asked for.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AskConditions {
    selection: Selection,
    phenomena: Option<Vec<PhenomenonId>>,
    quality: Level,
    percentiles: Vec<Percentile>,
    height: Option<Metres>,
}

impl Default for AskConditions {
    /// What is asked for by a request that says nothing.
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
        if height.is_some() && !matches!(selection.area, Area::Within { .. }) {
            reader.reject(&HEIGHT, "height says nothing without lat and lon.");
        }
        let percentiles = percentiles.into_iter().filter_map(Percentile::new).collect();
        Some(Self { selection, phenomena, quality: quality?, percentiles, height })
    }
}

/// The conditions, as a format.
#[derive(Debug)]
pub(super) struct AskFormatted {
    conditions: AskConditions,
    format: Format,
}

impl Ask for AskFormatted {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (conditions, format) = (AskConditions::read(reader), reader.format(FORMATS));
        Some(Self { conditions: conditions?, format: format? })
    }
}

/// `GET /api/v1/conditions`.
pub(super) async fn conditions(
    State(app): State<Arc<App>>,
    Asked(AskFormatted { conditions, format }): Asked<AskFormatted>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    // Over all boxes this takes some milliseconds, in which a thread of the runtime would answer nobody else.
    let made = tokio::task::spawn_blocking(move || conditions.answer(&present));
    let answer = made.await.map_err(ApiError::internal)?;
    table::whole(format, heading(&answer), &answer.conditions, &answer)
}

impl AskConditions {
    /// What the readings of `present` say.
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

    /// What it is like at the place, if one was asked for.
    fn estimates(&self, readings: &Readings, detail: &Detail) -> Vec<Estimate> {
        let Area::Within { centre, .. } = self.selection.area else {
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
    let area = here.map(|centre| Area::Within { centre, radius: Metres::from_kilometres(25.0) });
    let asked = AskConditions {
        selection: Selection { area: area.unwrap_or_default(), ..Selection::default() },
        phenomena: Some(vec![Catalogue::builtin().air_temperature()]),
        percentiles: [5.0, 95.0].into_iter().filter_map(Percentile::new).collect(),
        ..AskConditions::default()
    };
    let answer = asked.answer(&present);
    let answers = Answer::ok("What the readings come to, for each phenomenon.").json(&answer);
    Operation::new("getConditions", Tag::Now, "What it is like in an area, or at a place")
        .description(
            "Statistics over the readings of all boxes that the filters let through, with what was left out and why. \
             With `lat` and `lon` there is also an estimate for the very place: the nearest outdoor boxes within \
             50 km, weighted by the inverse square of their distance, whatever `radius_km` and the filters of boxes \
             say.",
        )
        .asks::<AskFormatted>()
        .answers(table::described::<Condition>(answers, heading(&answer), &answer.conditions))
        .fails(NOTHING_CURRENT, &nothing_current())
        .may_fail()
}

fn heading(answer: &Conditions) -> Heading {
    Heading { name: "conditions", as_of: answer.as_of }
}
