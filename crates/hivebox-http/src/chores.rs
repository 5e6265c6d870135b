//! `GET /api/v1/chores`: which beekeeping chores the weather at a place allows.

mod body;

use std::sync::Arc;

use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::CONTENT_LANGUAGE;
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::chores::{Chores, Input, Inputs, Language, Origin, Told};
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::extremes::{Extremes, Neighbour};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, LAPSE_KELVIN_PER_METRE};
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::BoxReadings;
use hivebox_present::Present;

use crate::app::App;
use crate::chores::body::{ChoreBody, ChoresBody};
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::table;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, BROODLESS, CLUSTERED, HEAVY_FLIGHT, HEIGHT, LANGUAGE};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::Heading;

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);

/// The place of a hive, and what the beekeeper knows about it.
#[derive(Debug)]
pub(super) struct AskChores {
    spot: Spot,
    told: Told,
    language: Language,
    format: Format,
}

impl Ask for AskChores {
    fn read(reader: &mut Reader) -> Option<Self> {
        let (position, height) = (filter::position(reader), reader.query(&HEIGHT).map(Metres));
        let (broodless, clustered) = (reader.query(&BROODLESS), reader.query(&CLUSTERED));
        let (heavy_flight, language) = (reader.query(&HEAVY_FLIGHT), reader.query(&LANGUAGE));
        let format = reader.format(FORMATS);
        Some(Self {
            spot: Spot { position: position?, height },
            told: Told { broodless, clustered, heavy_flight, ..Told::default() },
            language: language?,
            format: format?,
        })
    }
}

/// `GET /api/v1/chores`.
pub(super) async fn chores(
    State(app): State<Arc<App>>,
    Params(asked): Params<AskChores>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let inputs = asked.inputs(&present, &app.days.extremes());
    let as_of = present.readings.as_of();
    let judged = Chores::builtin().judge(&inputs, asked.language);
    let chores = judged.iter().map(|judgement| ChoreBody::of(judgement, as_of, asked.language)).collect();
    let body = ChoresBody::of(as_of, asked.spot, chores);
    let mut answer = table::whole(asked.format, Heading { name: "chores", as_of }, &body.chores, &body)?;
    answer.headers_mut().insert(CONTENT_LANGUAGE, HeaderValue::from_static(asked.language.tag()));
    Ok(answer)
}

impl AskChores {
    /// The inputs at the place, as of the present.
    fn inputs(&self, present: &Present, extremes: &Extremes) -> Inputs {
        let (readings, detail, catalogue) = (&*present.readings, present.detail(), Catalogue::builtin());
        let estimates = Estimate::all_at(readings, &detail.places, catalogue, self.spot, |reading| {
            detail.quality.demand(reading.row(), Level::Unsuspicious)
        });
        let now = |phenomenon: Option<PhenomenonId>| {
            let estimate = estimates.iter().find(|estimate| Some(estimate.phenomenon) == phenomenon)?;
            let origin = Origin::Measured {
                oldest: estimate.oldest?,
                freshest: estimate.freshest?,
                sensors: estimate.sensors,
                nearest_metres: estimate.nearest.0,
            };
            Some(Input::around(estimate.value.0, estimate.uncertainty.0, origin))
        };
        let mut measured = Inputs {
            air_temperature: now(Some(catalogue.air_temperature())),
            wind_speed: now(catalogue.by_slug("wind_speed")),
            precipitation_rate: now(catalogue.by_slug("precipitation_rate")),
            ..Inputs::default()
        };
        let neighbours = self.neighbours(present, measured.air_temperature.is_some());
        extremes.fill(&mut measured, &neighbours, readings.as_of());
        Inputs::merged(self.told, &measured, &Inputs::default(), readings.as_of())
    }

    /// The boxes whose last days stand for those of the place: the nearest outdoor boxes with an unsuspicious
    /// temperature now.
    fn neighbours<'a>(&self, present: &'a Present, is_known: bool) -> Vec<Neighbour<'a>> {
        let (readings, detail, catalogue) = (&*present.readings, present.detail(), Catalogue::builtin());
        if !is_known {
            return Vec::new();
        }
        let is_good = |sense_box: &BoxReadings<'_>| {
            matches!(sense_box.exposure(), Exposure::Outdoor | Exposure::Unknown)
                && sense_box.readings().any(|reading| {
                    reading.phenomenon() == Some(catalogue.air_temperature())
                        && detail.quality.is_at_least(reading.row(), Level::Unsuspicious)
                })
        };
        let near = detail.places.nearest(self.spot.position, Estimate::REACH);
        let boxes = near.map(|near| (readings.sense_box(near.box_index), near.distance));
        let good = boxes.filter(|(sense_box, _)| is_good(sense_box)).take(Estimate::MAX_BOXES);
        good.map(|(sense_box, distance)| Neighbour {
            box_id: sense_box.id(),
            metres: distance.0,
            height_correction_kelvin: self.correction(sense_box),
        })
        .collect()
    }

    /// The correction of a box's temperature to the height of the place, in K; zero if a height is unknown.
    fn correction(&self, sense_box: BoxReadings<'_>) -> f64 {
        let height = sense_box.place().and_then(|place| place.plausible_height_metres());
        let climb = self.spot.height.zip(height).map(|(own, its)| own.0 - its);
        climb.map_or(0.0, |metres| -LAPSE_KELVIN_PER_METRE * metres)
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let as_of = present.readings.as_of();
    let inputs = Inputs { air_temperature: Some(Input::exact(16.07, as_of)), ..Inputs::default() };
    let language = Language::English;
    let judged = Chores::builtin().judge(&inputs, language);
    let body = |judgement| ChoreBody::of(judgement, as_of, language);
    let chores = || judged.iter().take(2).map(body).collect::<Vec<_>>();
    let answer = ResponseDoc::ok("All chores, each with a verdict, its reason and its sources.");
    let heading = Heading { name: "chores", as_of };
    let position = present.readings.sense_box(0).place().map(|place| place.position());
    let answer = match position {
        Some(position) => answer.json(&ChoresBody::of(as_of, Spot { position, height: None }, chores())),
        None => answer,
    };
    Operation::new("getChores", Tag::Now, "Which beekeeping chores the weather at a place allows")
        .description(
            "For treatments, always follow the product's label, whatever the verdict. Without the sensors that a chore \
             needs near the place, its verdict is `unknown`, never `go`.",
        )
        .asks::<AskChores>()
        .responds(table::described(answer, heading, &chores()))
        .needs_present()
        .may_fail()
}
