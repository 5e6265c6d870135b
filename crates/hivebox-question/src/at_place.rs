//! What is known about the weather at a place: what the boxes around measure, and the forecast of a weather model,
//! corrected by them.

mod ahead;
mod found;
mod now;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::{Estimate, Spot};
use hivebox_climate::extremes::{Extremes, Neighbour};
use hivebox_climate::forecast::{Local, ModelQuantity, Outlook};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::height_correction_kelvin;
use hivebox_climate::quality::Level;
use hivebox_climate::quantity::Metres;
use hivebox_present::{NoForecast, Present};
use jiff::Timestamp;

pub use found::{PATIENCE, PlaceForecast};
pub use now::ModelNow;

/// What is known about the weather at a place. It takes what it is made of as arguments, and asks nobody.
#[derive(Debug)]
pub struct AtPlace<'a> {
    /// The place.
    pub spot: Spot,
    /// The moment of the boxes' readings.
    pub as_of: Timestamp,
    /// The moment of the question.
    pub now: Timestamp,
    /// What the boxes around measure.
    pub estimates: Vec<Estimate>,
    /// The forecast of the weather model for the place, or why there is none.
    pub forecast: &'a Result<PlaceForecast, NoForecast>,
    present: &'a Present,
}

impl<'a> AtPlace<'a> {
    /// What is known at `spot`. The estimates are made of readings to which no check objects.
    #[must_use]
    pub fn new(
        present: &'a Present,
        spot: Spot,
        forecast: &'a Result<PlaceForecast, NoForecast>,
        now: Timestamp,
    ) -> Self {
        let (readings, detail, catalogue) = (&*present.readings, present.detail(), Catalogue::builtin());
        let estimates = Estimate::all_at(readings, &detail.places, catalogue, spot, |reading| {
            detail.quality.demand(reading.row(), Level::USUAL)
        });
        Self::of(present, spot, estimates, forecast, now)
    }

    /// The same with estimates for `spot` that are known already.
    #[must_use]
    pub fn of(
        present: &'a Present,
        spot: Spot,
        estimates: Vec<Estimate>,
        forecast: &'a Result<PlaceForecast, NoForecast>,
        now: Timestamp,
    ) -> Self {
        let ground = ground(forecast);
        let estimates = match spot.height {
            Some(height) => estimates.into_iter().map(|it| it.at_height(height, ground)).collect(),
            None => estimates,
        };
        Self { spot, as_of: present.readings.as_of(), now, estimates, forecast, present }
    }

    /// What the boxes measure of a phenomenon; `None` if no box near enough measures it.
    #[must_use]
    pub fn estimate(&self, phenomenon: PhenomenonId) -> Option<&Estimate> {
        self.estimates.iter().find(|estimate| estimate.phenomenon == phenomenon)
    }

    /// How many boxes have been heard; 0 if the weather model alone answers.
    #[must_use]
    pub fn boxes_heard(&self) -> i64 {
        self.present.readings.box_count() as i64
    }

    /// The age in seconds of a forecast that was fetched then: at `as_of`, or at the last whole step if that is later,
    /// which it is while no box is heard.
    #[must_use]
    pub fn age_seconds(&self, fetched_at: Timestamp) -> i64 {
        self.as_of.max(self.step()).duration_since(fetched_at).as_secs().max(0)
    }

    fn estimate_of(&self, slug: &str) -> Option<&Estimate> {
        self.estimate(Catalogue::builtin().by_slug(slug)?)
    }

    fn air_temperature(&self) -> Option<&Estimate> {
        self.estimate(Catalogue::builtin().air_temperature())
    }

    /// The boxes whose last days stand for those of the place; none where no box measures the temperature.
    #[must_use]
    pub fn neighbours(&self) -> Vec<Neighbour<'a>> {
        let Present { readings, .. } = self.present;
        let detail = self.present.detail();
        match self.air_temperature() {
            Some(_) => {
                let (places, quality) = (&detail.places, &detail.quality);
                Neighbour::around(readings, places, quality, self.spot, ground(self.forecast))
            }
            None => Vec::new(),
        }
    }

    /// The next hours: the forecast of the weather model, corrected by the boxes. `None` without a forecast.
    #[must_use]
    pub fn outlook(
        &self,
        extremes: &Extremes,
        neighbours: &[Neighbour<'_>],
        hours: usize,
    ) -> Option<Outlook> {
        let PlaceForecast { forecast, .. } = self.forecast.as_ref().ok()?;
        let known_since = forecast.updated_at.unwrap_or(forecast.fetched_at);
        let past = extremes.hours_near(neighbours, self.now);
        let local = Local::of(&self.estimates, self.spot.height, past);
        Some(Outlook::of(&forecast.hours, known_since, &local, self.now, hours))
    }

    /// How the boxes correct the temperatures of the forecast; `None` without boxes or without a forecast.
    #[must_use]
    pub fn correction(&self) -> Option<Correction> {
        let model = &self.forecast.as_ref().ok()?.forecast.hours;
        let estimate = self.air_temperature()?;
        let then = model.value_at(ModelQuantity::AirTemperature, model.moment_for(estimate.freshest?))?;
        Some(Correction {
            boxes: estimate.boxes,
            nearest_metres: estimate.nearest.0,
            difference_kelvin: estimate.value.0
                - (then + height_correction_kelvin(model.height(), self.spot.height)),
        })
    }
}

/// The mean height of the land around a place, as its weather model has it.
fn ground(forecast: &Result<PlaceForecast, NoForecast>) -> Option<Metres> {
    forecast.as_ref().ok()?.forecast.hours.height()
}

/// How boxes correct the temperatures of a forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Correction {
    /// How many boxes do.
    pub boxes: usize,
    /// The distance to the nearest of them, in metres.
    pub nearest_metres: f64,
    /// How much warmer they are now than the weather model at the height of the place, in K.
    pub difference_kelvin: f64,
}
