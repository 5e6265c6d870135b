//! The extremes of the last days near a place, as inputs of chores.

use jiff::Timestamp;

use super::{Day, Extremes};
use crate::chores::{Input, Inputs};

/// A box near a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Neighbour<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// How far it is from the place.
    pub metres: f64,
    /// What is to be added to its temperature to have that at the height of the place.
    pub height_correction_kelvin: f64,
}

/// How far the truth may be from what boxes agree on: a cheap thermometer is good to half a kelvin, and its place on a
/// balcony to as much.
const LEAST_UNCERTAINTY_KELVIN: f64 = 0.7;
/// The same of one box alone: siting alone makes citizens' thermometers differ by 1.5 K, as `quality.toml` has it, and no
/// other box says how far this one is off.
const ALONE_KELVIN: f64 = 2.0;

/// By how much the median absolute deviation is to be multiplied to estimate the standard deviation of what is
/// normally distributed.
const NORMAL_CONSISTENCY: f64 = 1.4826;

impl Extremes {
    /// Fills in the inputs that are about the last three days.
    ///
    /// Each is the median over those of the boxes whose day is known: a single box that stands in the sun or on a
    /// wall makes extremes of its own, and weights by distance would let it decide if it is near. The uncertainty is
    /// how far the boxes differ, as 1.4826 times their median absolute deviation, and never less than cheap thermometers
    /// on balconies are wrong together.
    pub fn fill(&self, inputs: &mut Inputs, neighbours: &[Neighbour<'_>], now: Timestamp) {
        let days = [0, 1, 2].map(|day| self.days_near(neighbours, day, now));
        inputs.air_temperature_min_24h = summary(&days[0], |day| day.min.0);
        inputs.air_temperature_max_24h = summary(&days[0], |day| day.max.0);
        inputs.air_temperature_mean_24h = summary(&days[0], |day| day.mean.0);
        inputs.air_temperature_max_24_to_48h = summary(&days[1], |day| day.max.0);
        inputs.air_temperature_max_48_to_72h = summary(&days[2], |day| day.max.0);
    }

    fn days_near<'a>(
        &self,
        neighbours: &[Neighbour<'a>],
        day: usize,
        now: Timestamp,
    ) -> Vec<(Neighbour<'a>, Day)> {
        let known = |neighbour: &Neighbour<'a>| Some((*neighbour, self.day(neighbour.box_id, day, now)?));
        neighbours.iter().filter_map(known).collect()
    }
}

fn summary(days: &[(Neighbour<'_>, Day)], of: impl Fn(&Day) -> f64) -> Option<Input> {
    let corrected = |(neighbour, day): &(Neighbour<'_>, Day)| of(day) + neighbour.height_correction_kelvin;
    let mut values: Vec<f64> = days.iter().map(corrected).collect();
    let value = median(&mut values)?;
    let mut deviations: Vec<f64> = values.iter().map(|one| (one - value).abs()).collect();
    let deviation = median(&mut deviations).filter(|_| values.len() > 1);
    Some(Input {
        value,
        uncertainty: Some(deviation.map_or(ALONE_KELVIN, |deviation| {
            (NORMAL_CONSISTENCY * deviation).max(LEAST_UNCERTAINTY_KELVIN)
        })),
        oldest: days.iter().map(|(_, day)| day.from).min()?,
        freshest: days.iter().map(|(_, day)| day.to).max()?,
        sensors: days.len(),
        nearest_metres: days.iter().map(|(neighbour, _)| neighbour.metres).fold(f64::INFINITY, f64::min),
    })
}

fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    let (low, high) = (values.len().checked_sub(1)? / 2, values.len() / 2);
    Some(f64::midpoint(values[low], values[high]))
}
