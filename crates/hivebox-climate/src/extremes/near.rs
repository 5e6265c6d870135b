//! Turns the extremes near a place into inputs of chores.

use jiff::Timestamp;

use super::{DAYS, DayExtremes, Extremes, HOURS_A_DAY, hour};
use crate::catalogue::Catalogue;
use crate::chores::{Input, Inputs, Origin};
use crate::estimate::{Estimate, Spot};
use crate::median::{TO_DEVIATION, median};
use crate::nearby::BoxIndex;
use crate::place::{Exposure, height_correction_kelvin};
use crate::quality::{Level, Quality};
use crate::quantity::{Celsius, Metres};
use crate::readings::{BoxReadings, Readings};

/// A box near a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// Its distance from the place, in metres.
    pub metres: f64,
    /// Added to its temperatures to correct them to the height of the place, in kelvin.
    pub height_correction_kelvin: f64,
}

impl<'a> Neighbour<'a> {
    /// The boxes whose last days stand for those of a place: the nearest outdoor boxes with an
    /// unsuspicious air temperature now, at most [`Estimate::MAX_BOXES`] within [`Estimate::REACH`].
    /// `places` and `quality` must be those of `readings`. A box of unknown height is taken to stand as
    /// high as the others do on average, or else as `ground`, the height of the land around.
    #[must_use]
    pub fn around(
        readings: &'a Readings,
        places: &BoxIndex,
        quality: &Quality,
        spot: Spot,
        ground: Option<Metres>,
    ) -> Vec<Self> {
        let air_temperature = Catalogue::builtin().air_temperature();
        let is_good = |sense_box: &BoxReadings<'_>| {
            matches!(sense_box.exposure(), Exposure::Outdoor | Exposure::Unknown)
                && sense_box.readings().any(|reading| {
                    reading.phenomenon() == Some(air_temperature)
                        && quality.is_at_least(reading.row(), Level::USUAL)
                })
        };
        let near = places.nearest(spot.position, Estimate::REACH);
        let boxes = near.map(|near| (readings.sense_box(near.box_index), near.distance));
        let good = boxes.filter(|(sense_box, _)| is_good(sense_box)).take(Estimate::MAX_BOXES);
        let height = |sense_box: &BoxReadings<'_>| sense_box.place()?.plausible_height_metres();
        let good: Vec<_> = good.map(|(of_box, distance)| (of_box, distance, height(&of_box))).collect();
        let known = good.iter().filter_map(|(.., height)| *height);
        let (sum, count) = known.fold((0.0, 0.0), |(sum, count), height| (sum + height, count + 1.0));
        let usual = if count > 0.0 { Some(Metres(sum / count)) } else { ground };
        good.into_iter()
            .map(|(sense_box, distance, height)| Self {
                box_id: sense_box.id(),
                metres: distance.0,
                height_correction_kelvin: height_correction_kelvin(height.map(Metres).or(usual), spot.height),
            })
            .collect()
    }
}

/// The least uncertainty of an input: a cheap thermometer is accurate to half a kelvin, and its
/// place on a balcony adds as much.
const LEAST_UNCERTAINTY_KELVIN: f64 = 0.7;
/// The uncertainty of a single box: siting alone makes citizens' thermometers differ by 1.5 K (see
/// `quality.toml`), and no other box shows how far this one is off.
const ALONE_KELVIN: f64 = 2.0;

impl Extremes {
    /// Fills in the inputs about the last three days.
    ///
    /// Each is the median over those boxes whose day is known: a single box in the sun or on a wall
    /// measures extremes of its own, and weights by distance would let a near one dominate. The
    /// uncertainty is 1.4826 times the median absolute deviation, with a floor for the common error
    /// of cheap thermometers on balconies.
    pub fn fill(&self, inputs: &mut Inputs, neighbours: &[Neighbour<'_>], now: Timestamp) {
        let days = [0, 1, 2].map(|day| self.days_near(neighbours, day, now));
        inputs.air_temperature_min_24h = summary(&days[0], |day| day.min.0);
        inputs.air_temperature_max_24h = summary(&days[0], |day| day.max.0);
        inputs.air_temperature_mean_24h = summary(&days[0], |day| day.mean.0);
        inputs.air_temperature_max_24_to_48h = summary(&days[1], |day| day.max.0);
        inputs.air_temperature_max_48_to_72h = summary(&days[2], |day| day.max.0);
    }

    /// The air temperature around a place in each of the last [`DAYS`] × 24 whole hours before the
    /// hour of `now`, the latest first: the mean of the boxes' middles of the hour, weighted as in an
    /// [`Estimate`]. `None` where no box is known.
    #[must_use]
    pub fn hours_near(&self, neighbours: &[Neighbour<'_>], now: Timestamp) -> Vec<Option<Celsius>> {
        let rows: Vec<(usize, f64, f64)> = neighbours
            .iter()
            .filter_map(|neighbour| {
                let weight = Estimate::weight_at(Metres(neighbour.metres));
                Some((self.hours.row(neighbour.box_id)?, weight, neighbour.height_correction_kelvin))
            })
            .collect();
        let last = hour(now);
        (1..=(DAYS * HOURS_A_DAY) as i64)
            .map(|ago| {
                let (mut sum, mut total) = (0.0, 0.0);
                for (row, weight, correction) in &rows {
                    if let Some(span) = self.hours.span(*row, last - ago) {
                        sum += weight * (span.middle().0 + correction);
                        total += weight;
                    }
                }
                (total > 0.0).then(|| Celsius(sum / total))
            })
            .collect()
    }

    fn days_near<'a>(
        &self,
        neighbours: &[Neighbour<'a>],
        day: usize,
        now: Timestamp,
    ) -> Vec<(Neighbour<'a>, DayExtremes)> {
        let known = |neighbour: &Neighbour<'a>| Some((*neighbour, self.day(neighbour.box_id, day, now)?));
        neighbours.iter().filter_map(known).collect()
    }
}

fn summary(days: &[(Neighbour<'_>, DayExtremes)], of: impl Fn(&DayExtremes) -> f64) -> Option<Input> {
    let corrected =
        |(neighbour, day): &(Neighbour<'_>, DayExtremes)| of(day) + neighbour.height_correction_kelvin;
    let mut values: Vec<f64> = days.iter().map(corrected).collect();
    let value = median(&mut values)?;
    let mut deviations: Vec<f64> = values.iter().map(|one| (one - value).abs()).collect();
    let deviation = median(&mut deviations).filter(|_| values.len() > 1);
    let uncertainty =
        deviation.map_or(ALONE_KELVIN, |deviation| (TO_DEVIATION * deviation).max(LEAST_UNCERTAINTY_KELVIN));
    let origin = Origin::Measured {
        oldest: days.iter().map(|(_, day)| day.from).min()?,
        freshest: days.iter().map(|(_, day)| day.to).max()?,
        sensors: days.len(),
        nearest_metres: days.iter().map(|(neighbour, _)| neighbour.metres).fold(f64::INFINITY, f64::min),
    };
    Some(Input::around(value, uncertainty, origin))
}
