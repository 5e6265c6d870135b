//! `GET /api/v1/conditions`: statistics over the readings of some boxes, and an estimate for a place.

pub(crate) mod body;

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::chores::Language;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::extremes::Extremes;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quality::{Level, Quality};
use hivebox_climate::quantity::Metres;
use hivebox_climate::readings::Reading;
use hivebox_climate::sample::{LeftOut, Sample};
use hivebox_climate::selection::{SearchArea, Selection};
use hivebox_climate::statistics::{Percentile, Statistics};

use crate::app::App;
use crate::conditions::body::{Condition, Conditions, EstimateBody};
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::formatted::Formatted;
use crate::params::Params;
use crate::table;
use hivebox_kinds::each_once;
use hivebox_present::{NoForecast, Present};
use hivebox_question::at_place::{AtPlace, ModelNow, PlaceForecast};
use hivebox_question::forecast::ForecastStateBody;
use hivebox_question::parameters::filter::{
    self, EXCLUDE, HEIGHT, PERCENTILES, PHENOMENON, QUALITY_FOR_CONDITIONS,
};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::Heading;
use jiff::Timestamp;

/// A request for conditions.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct AskConditions {
    selection: Selection,
    phenomena: Option<Vec<PhenomenonId>>,
    quality: Level,
    percentiles: Vec<Percentile>,
    height: Option<Metres>,
    /// The ids of boxes that are left out.
    excluded: Vec<String>,
}

/// The reason against a reading of a box that the client excludes.
const EXCLUDED: &str = "excluded";

impl Default for AskConditions {
    /// A request without parameters.
    fn default() -> Self {
        Self {
            selection: Selection::default(),
            phenomena: None,
            quality: Level::USUAL,
            percentiles: Vec::new(),
            height: None,
            excluded: Vec::new(),
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
        let excluded = reader.query(&EXCLUDE).unwrap_or_default();
        let excluded = excluded.iter().map(ToString::to_string).collect();
        let percentiles = percentiles.into_iter().filter_map(Percentile::new).collect();
        Some(Self { selection, phenomena, quality: quality?, percentiles, height, excluded })
    }
}

/// `GET /api/v1/conditions`.
pub(super) async fn conditions(
    State(app): State<Arc<App>>,
    Params(Formatted { asked: conditions, format }): Params<Formatted<AskConditions>>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let now = app.clock.now();
    let estimates = conditions.estimates(&present);
    let forecast = match conditions.spot().filter(|_| conditions.needs_model(&estimates, now)) {
        Some(spot) => Some(app.forecast(spot.position, now).await),
        None => None,
    };
    let days = app.days.extremes();
    // Over all boxes it takes a few milliseconds, for which it must not block a thread of the runtime.
    let made = tokio::task::spawn_blocking(move || match &forecast {
        Some(forecast) => conditions.answer_with(&present, &days, estimates, forecast, now),
        None => conditions.answer_by(&present, &estimates, |_, _| None),
    });
    let answer = made.await.map_err(ApiError::internal)?;
    table::whole(format, heading(&answer), &answer.conditions, &answer)
}

impl AskConditions {
    /// The conditions as of `present`, by boxes alone.
    pub(super) fn answer(&self, present: &Present) -> Conditions {
        self.answer_by(present, &self.estimates(present), |_, _| None)
    }

    /// The conditions as of `present`. Where no box near the place measures a phenomenon, its estimate is from the
    /// forecast.
    fn answer_with(
        &self,
        present: &Present,
        days: &Extremes,
        estimates: Vec<Estimate>,
        forecast: &Result<PlaceForecast, NoForecast>,
        now: Timestamp,
    ) -> Conditions {
        let Some(spot) = self.spot() else { return self.answer_by(present, &estimates, |_, _| None) };
        let place = AtPlace::of(present, spot, estimates, forecast, now);
        let model = place.model_now(days).zip(forecast.as_ref().ok());
        let answer = self.answer_by(present, &place.estimates, |phenomenon, estimate| {
            let (model, found) = model.as_ref()?;
            let slug = Catalogue::builtin().phenomenon(phenomenon).slug();
            let is_outdone = estimate.is_some_and(|estimate| ModelNow::is_outdone_by(slug, estimate, now));
            let ranged = model.of(slug).filter(|_| !is_outdone)?;
            Some(EstimateBody::of_model(phenomenon, ranged, found, &place))
        });
        Conditions { forecast: Some(ForecastStateBody::of(&place, Language::English)), ..answer }
    }

    /// The conditions with these estimates for the place. `model` may have a better one.
    fn answer_by(
        &self,
        present: &Present,
        estimates: &[Estimate],
        model: impl Fn(PhenomenonId, Option<&Estimate>) -> Option<EstimateBody>,
    ) -> Conditions {
        let (readings, detail, catalogue) = (&*present.readings, present.detail(), Catalogue::builtin());
        let all = || catalogue.iter().map(|(id, _)| id).collect();
        let phenomena: Vec<PhenomenonId> = self.phenomena.clone().unwrap_or_else(all);
        let conditions = phenomena.into_iter().filter_map(|phenomenon| {
            let check = |reading: Reading<'_>| self.demand(reading, &detail.quality);
            let sample = Sample::draw(readings, &detail.places, &self.selection, phenomenon, check);
            let statistics = Statistics::of(&sample, catalogue, &self.percentiles);
            let measured = estimates.iter().find(|estimate| estimate.phenomenon == phenomenon);
            let estimate =
                model(phenomenon, measured).or(measured.map(|it| EstimateBody::of(it, readings.as_of())));
            let is_there = self.phenomena.is_some() || sample.boxes().with_sensor > 0 || estimate.is_some();
            is_there.then(|| Condition::of(catalogue.phenomenon(phenomenon), &sample, &statistics, estimate))
        });
        Conditions { as_of: readings.as_of(), forecast: None, conditions: conditions.collect() }
    }

    /// The place, if the request names one.
    fn spot(&self) -> Option<Spot> {
        match self.selection.area {
            SearchArea::Within { centre, .. } => Some(Spot { position: centre, height: self.height }),
            SearchArea::Everywhere => None,
        }
    }

    /// Whether the weather model knows something that boxes near the place do not measure.
    fn needs_model(&self, estimates: &[Estimate], now: Timestamp) -> bool {
        ModelNow::PHENOMENA.iter().any(|slug| {
            let Some(phenomenon) = Catalogue::builtin().by_slug(slug) else { return false };
            let is_asked = self.phenomena.as_ref().is_none_or(|asked| asked.contains(&phenomenon));
            let measured = estimates.iter().find(|estimate| estimate.phenomenon == phenomenon);
            let is_outdone = measured.is_some_and(|it| ModelNow::is_outdone_by(slug, it, now));
            // The model also knows the height of the land, at which boxes of unknown height stand.
            let lacks_height = *slug == "air_temperature"
                && self.height.is_some()
                && measured.is_some_and(|it| it.height.is_none());
            is_asked && (!is_outdone || lacks_height)
        })
    }

    /// The estimates for the place, if the request names one.
    fn estimates(&self, present: &Present) -> Vec<Estimate> {
        let (readings, detail) = (&*present.readings, present.detail());
        let Some(spot) = self.spot() else { return Vec::new() };
        let oldest = self.selection.oldest(readings);
        Estimate::all_at(readings, &detail.places, Catalogue::builtin(), spot, |reading| {
            if oldest.is_some_and(|oldest| reading.measured_at() < Some(oldest)) {
                return Err(LeftOut::TOO_OLD);
            }
            self.demand(reading, &detail.quality)
        })
    }

    /// Why a reading must not be used.
    fn demand(&self, reading: Reading<'_>, quality: &Quality) -> Result<(), &'static str> {
        if self.excluded.iter().any(|id| id == reading.box_id()) {
            return Err(EXCLUDED);
        }
        quality.demand(reading.row(), self.quality)
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let here = present.readings.sense_box(0).place().map(|place| place.position());
    let area = here.map(|centre| SearchArea::Within { centre, radius: Metres::from_kilometres(25.0) });
    let phenomena =
        ["air_temperature", "wind_speed"].into_iter().filter_map(|it| Catalogue::builtin().by_slug(it));
    let asked = AskConditions {
        selection: Selection { area: area.unwrap_or_default(), ..Selection::default() },
        phenomena: Some(phenomena.collect()),
        percentiles: [5.0, 95.0].into_iter().filter_map(Percentile::new).collect(),
        ..AskConditions::default()
    };
    let (estimates, forecast) = (asked.estimates(&present), Ok(example::forecast()));
    let answer = asked.answer_with(&present, &Extremes::default(), estimates, &forecast, example::MOMENT);
    let answers = ResponseDoc::ok("Statistics for each phenomenon.").json(&answer);
    Operation::new("getConditions", Tag::Now, "Current conditions in an area, or at a place")
        .description(
            "Statistics over the readings of the selected boxes, with the number of excluded readings by reason. With \
             `lat` and `lon`, the response also contains an estimate for that place: the mean of the nearest outdoor \
             boxes within 50 km, weighted by the inverse square of their distance. `radius_km` and the filters of \
             boxes do not affect the estimate. Where no such box has measured air temperature, humidity, wind or rain in \
             the last hour (for rain: within 5 km), the estimate is that of a weather model, if the operator has configured one; \
             `origin` says which it is. Whoever shows it must show the attribution in `forecast` with its link. \
             Statistics never contain it. For a new place the response waits up to 3 s for the weather model.",
        )
        .asks::<Formatted<AskConditions>>()
        .responds(table::described::<Condition>(answers, heading(&answer), &answer.conditions))
        .needs_present()
        .may_fail()
}

fn heading(answer: &Conditions) -> Heading {
    Heading { name: "conditions", as_of: answer.as_of }
}
