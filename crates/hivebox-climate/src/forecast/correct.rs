//! Corrects the forecast of a weather model by the boxes around a place.

use jiff::{SignedDuration, Timestamp};

use super::error_model::{ErrorModel, FADING_HOURS};
use super::kalman::{Belief, MODEL_BIAS, PASSING};
use super::model::{ModelHours, ModelQuantity};
use super::outlook::{Outlook, OutlookHour, Ranged};
use super::rain;
use crate::catalogue::Catalogue;
use crate::estimate::Estimate;
use crate::extremes::HOURS_A_DAY;
use crate::phenomenon::PhenomenonId;
use crate::place::{LAPSE_DEVIATION_KELVIN_PER_METRE, height_correction_kelvin};
use crate::quantity::{Celsius, Metres};

/// What the boxes around a place say.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Local {
    /// The height of the place above sea level; `None` if unknown.
    pub height: Option<Metres>,
    /// The air temperature now, in °C.
    pub air_temperature: Option<LocalValue>,
    /// The relative humidity now, in %.
    pub relative_humidity: Option<LocalValue>,
    /// The wind speed now, in m/s.
    pub wind_speed: Option<LocalValue>,
    /// The air temperature in the whole hours before the current one, the latest first, as
    /// [`Extremes::hours_near`](crate::extremes::Extremes::hours_near) gives it.
    pub past: Vec<Option<Celsius>>,
}

/// What the boxes around a place say about one quantity now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LocalValue {
    /// The estimate for the place.
    pub value: f64,
    /// The standard deviation of its error.
    pub uncertainty: f64,
    /// The time that it speaks of.
    pub at: Timestamp,
}

impl Local {
    /// What `estimates` for a place say, with the height of the place and its past hours.
    #[must_use]
    pub fn of(estimates: &[Estimate], height: Option<Metres>, past: Vec<Option<Celsius>>) -> Self {
        let catalogue = Catalogue::builtin();
        let now = |phenomenon: Option<PhenomenonId>| {
            let estimate = estimates.iter().find(|estimate| Some(estimate.phenomenon) == phenomenon)?;
            let (value, uncertainty) = (estimate.value.0, estimate.uncertainty.0);
            Some(LocalValue { value, uncertainty, at: estimate.freshest? })
        };
        Self {
            height,
            air_temperature: now(Some(catalogue.air_temperature())),
            relative_humidity: now(catalogue.by_slug("relative_humidity")),
            wind_speed: now(catalogue.by_slug("wind_speed")),
            past,
        }
    }
}

/// The share of an estimate's variance that stays the same for days: boxes hang where they hang.
const BOX_BIAS_SHARE: f64 = 0.6;
/// How many past hours count as much as the prior belief about the size of passing errors.
const PRIOR_HOURS: f64 = 24.0;
/// A difference counts for no more than this many of its standard deviations: what is further off is a
/// broken thermometer, or a box at another height, more often than weather.
const MOST_DEVIATIONS: f64 = 4.0;

impl Outlook {
    /// The outlook for `hours` whole hours from the one that contains `now`: the forecast of the model,
    /// known since `known_since`, corrected by what the boxes say. Hours that the model lacks are left
    /// out at the end.
    ///
    /// The difference between boxes and model is divided into the bias of the model at the place, that of
    /// the boxes, and a passing error, by how large each may be. The bias of the model stays, the passing
    /// error fades with the hours ahead. Where past hours are known, they tell the bias, also by hour of
    /// the day. Decision 51 has the reasons and the experiment behind the figures.
    #[must_use]
    pub fn of(
        model: &ModelHours,
        known_since: Timestamp,
        local: &Local,
        now: Timestamp,
        hours: usize,
    ) -> Self {
        let Some(first) = model.hour_of(now) else { return Self { hours: Vec::new() } };
        let run = Run { model, known_since, now, first };
        let temperature = Corrected::of(&run, ModelQuantity::AirTemperature, local);
        let humidity = Corrected::of(&run, ModelQuantity::RelativeHumidity, local);
        let wind = Corrected::of(&run, ModelQuantity::WindSpeed, local);
        let last = first.saturating_add(hours).min(model.len());
        let hours = (first..last).map(|hour| {
            let wind_speed = wind
                .as_ref()
                .and_then(|wind| wind.at(&run, hour))
                .map(|wind| wind.within(0.0, f64::INFINITY));
            let (precipitation, precipitation_probability) = run.rain(hour);
            OutlookHour {
                at: run.start(hour),
                air_temperature: temperature.as_ref().and_then(|it| it.at(&run, hour)),
                relative_humidity: humidity
                    .as_ref()
                    .and_then(|it| it.at(&run, hour))
                    .map(|humidity| humidity.within(0.0, 100.0)),
                wind_speed,
                wind_gust: run.gust(hour, wind_speed),
                precipitation,
                precipitation_probability,
            }
        });
        Self { hours: hours.collect() }
    }
}

/// A forecast and the moment of the question.
struct Run<'a> {
    model: &'a ModelHours,
    known_since: Timestamp,
    now: Timestamp,
    /// The index of the hour that contains `now`.
    first: usize,
}

impl Run<'_> {
    fn start(&self, hour: usize) -> Timestamp {
        self.model.first() + SignedDuration::from_hours(hour as i64)
    }

    /// How far ahead of the model's knowledge an hour is.
    fn lead_hours(&self, hour: usize) -> f64 {
        hours_between(self.known_since, self.start(hour)).max(0.0)
    }

    fn rain(&self, hour: usize) -> (Option<Ranged>, Option<f64>) {
        let Some(amount) = self.model.value(ModelQuantity::Precipitation, hour) else { return (None, None) };
        let percent = self.model.value(ModelQuantity::PrecipitationProbability, hour);
        let share = percent.map(|percent| (percent / 100.0).clamp(0.0, 1.0));
        let share = share.unwrap_or_else(|| rain::probability(amount, self.lead_hours(hour)));
        (Some(rain::ranged(amount.max(0.0), share)), Some(100.0 * share))
    }

    /// The gust, corrected as the wind is.
    fn gust(&self, hour: usize, wind: Option<Ranged>) -> Option<Ranged> {
        let gust = self.model.value(ModelQuantity::WindGust, hour)?;
        let wind = wind?;
        let model_wind = self.model.value(ModelQuantity::WindSpeed, hour)?;
        let shift = wind.value - model_wind;
        let errors = ErrorModel::of(ModelQuantity::WindGust, gust)?;
        let deviation = errors.variance(self.lead_hours(hour)).sqrt() + errors.bias;
        // A gust is no weaker than the wind.
        Some(Ranged::normal(gust + shift, deviation).within(0.0, f64::INFINITY).at_least(wind))
    }
}

/// The correction of one quantity.
struct Corrected {
    quantity: ModelQuantity,
    errors: ErrorModel,
    belief: Belief,
    /// The bias at each hour of the UTC day, and the variance that is left of it.
    by_hour: [f64; HOURS_A_DAY],
    daily_variance: f64,
    /// Added to the model's values for the height of the place.
    height_shift: f64,
    /// The moment of the boxes' last word.
    seen_at: Timestamp,
}

impl Corrected {
    fn of(run: &Run<'_>, quantity: ModelQuantity, local: &Local) -> Option<Self> {
        let seen = match quantity {
            ModelQuantity::AirTemperature => local.air_temperature,
            ModelQuantity::RelativeHumidity => local.relative_humidity,
            ModelQuantity::WindSpeed => local.wind_speed,
            _ => None,
        };
        let is_temperature = quantity == ModelQuantity::AirTemperature;
        let height_shift =
            if is_temperature { height_correction_kelvin(run.model.height(), local.height) } else { 0.0 };
        let size = run.model.value(quantity, run.first).unwrap_or(0.0);
        let mut errors = ErrorModel::of(quantity, size)?;
        if is_temperature && let Some((to, from)) = local.height.zip(run.model.height()) {
            errors.bias = errors.bias.hypot(LAPSE_DEVIATION_KELVIN_PER_METRE * (to.0 - from.0));
        }
        let past = if is_temperature { Past::of(run, &local.past, height_shift) } else { Past::default() };
        if let Some(spread) = past.spread() {
            let weight = past.count() / (past.count() + PRIOR_HOURS);
            let now = (1.0 - weight) * errors.now.powi(2) + weight * spread.powi(2);
            errors = errors.with_now(now.sqrt());
        }
        let uncertainty = seen.map_or(0.0, |seen| errors.seen * seen.uncertainty);
        let mut belief = Belief::new([errors.bias, uncertainty * BOX_BIAS_SHARE.sqrt(), errors.now]);
        // Hours in a row have the same passing error, so they tell less than as many single hours.
        let independent = past.count() / (2.0 * FADING_HOURS);
        if independent > 0.0 {
            belief.learn([1.0, 1.0, 0.0], past.mean, errors.now.powi(2) / independent);
        }
        let (by_hour, daily_variance) = past.by_hour(&errors);
        let seen_at = seen.map_or(run.now, |seen| run.model.moment_for(seen.at));
        let model_then = run.model.value_at(quantity, seen_at);
        if let Some((seen, model)) = seen.zip(model_then) {
            let difference = seen.value - (model + height_shift) - by_hour[hour_of_day(seen.at)];
            let noise = (1.0 - BOX_BIAS_SHARE) * uncertainty.powi(2) + daily_variance;
            let (expected, variance) = belief.sum([1.0; 3]);
            let most = MOST_DEVIATIONS * (variance + noise).sqrt();
            let difference = difference.clamp(expected - most, expected + most);
            belief.learn([1.0; 3], difference, noise);
        }
        Some(Self { quantity, errors, belief, by_hour, daily_variance, height_shift, seen_at })
    }

    fn at(&self, run: &Run<'_>, hour: usize) -> Option<Ranged> {
        let value = run.model.value(self.quantity, hour)? + self.height_shift;
        let start = run.start(hour);
        let left = ErrorModel::left_after(hours_between(self.seen_at, start));
        let mut shares = [0.0; 3];
        shares[MODEL_BIAS] = 1.0;
        shares[PASSING] = left;
        let (error, variance) = self.belief.sum(shares);
        let errors = if self.quantity == ModelQuantity::AirTemperature {
            self.errors
        } else {
            ErrorModel::of(self.quantity, value)?
        };
        let unseen = errors.variance(run.lead_hours(hour)) - left.powi(2) * self.errors.now.powi(2);
        let variance = variance + unseen.max(0.0) + self.daily_variance;
        Some(Ranged::normal(value + error + self.by_hour[hour_of_day(start)], variance.sqrt()))
    }
}

/// The differences between boxes and model in past hours.
#[derive(Debug, Default)]
struct Past {
    /// The hour of the day and the difference.
    differences: Vec<(usize, f64)>,
    mean: f64,
}

impl Past {
    /// The hours of which both are known. What boxes say about an hour is of its middle.
    fn of(run: &Run<'_>, past: &[Option<Celsius>], height_shift: f64) -> Self {
        let current = run.start(run.first);
        let differences: Vec<(usize, f64)> = past
            .iter()
            .zip(1..)
            .filter_map(|(seen, ago)| {
                let Celsius(seen) = (*seen)?;
                let start = current - SignedDuration::from_hours(ago);
                let middle = start + SignedDuration::from_mins(30);
                let model = run.model.value_at(ModelQuantity::AirTemperature, middle)?;
                Some((hour_of_day(start), seen - model - height_shift))
            })
            .collect();
        let sum: f64 = differences.iter().map(|(_, difference)| difference).sum();
        let mean = if differences.is_empty() { 0.0 } else { sum / differences.len() as f64 };
        Self { differences, mean }
    }

    fn count(&self) -> f64 {
        self.differences.len() as f64
    }

    /// The standard deviation of the differences; `None` for less than a day.
    fn spread(&self) -> Option<f64> {
        let squares: f64 = self.differences.iter().map(|(_, one)| (one - self.mean).powi(2)).sum();
        (self.differences.len() >= HOURS_A_DAY).then(|| (squares / (self.count() - 1.0)).sqrt())
    }

    /// The usual deviation from the mean at each hour of the day, drawn towards zero as far as few days
    /// tell little, and the variance of what is left.
    fn by_hour(&self, errors: &ErrorModel) -> ([f64; HOURS_A_DAY], f64) {
        let prior = errors.daily_bias.powi(2);
        let days = self.count() / HOURS_A_DAY as f64;
        if days < 1.0 || prior <= 0.0 {
            return ([0.0; HOURS_A_DAY], prior);
        }
        let mut sums = [(0.0, 0.0); HOURS_A_DAY];
        for (hour, difference) in &self.differences {
            // An hour counts for its neighbours as well: a bias does not jump.
            for (near, weight) in [(HOURS_A_DAY - 1, 0.5), (0, 1.0), (1, 0.5)] {
                let (sum, total) = &mut sums[(hour + near) % HOURS_A_DAY];
                *sum += weight * (difference - self.mean);
                *total += weight;
            }
        }
        let share = prior / (prior + errors.now.powi(2) / days);
        let usual = sums.map(|(sum, total)| if total > 0.0 { share * sum / total } else { 0.0 });
        (usual, prior * (1.0 - share))
    }
}

fn hours_between(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 3600.0
}

fn hour_of_day(moment: Timestamp) -> usize {
    (moment.as_second().div_euclid(3600)).rem_euclid(HOURS_A_DAY as i64) as usize
}
