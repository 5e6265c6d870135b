//! One value out of many around it, and how far the truth may be from it.

use super::Estimate;
use super::surroundings::Heard;
use crate::direction::MeanDirection;
use crate::phenomenon::{Phenomenon, PhenomenonId};
use crate::place::LAPSE_KELVIN_PER_METRE;
use crate::quantity::{Canonical, Metres};
use crate::readings::timestamp;

/// One standard deviation of [`LAPSE_KELVIN_PER_METRE`]: from 9.8 K a kilometre in dry air that is mixed to none or less in a calm
/// night.
const LAPSE_DEVIATION_PER_METRE: f64 = 0.0025;
/// How many times as much as the sensors err together boxes differ, as long as they do not tell;
const PRIOR_SPREAD: f64 = 2.0;
/// and how many boxes' differences weigh as much as that.
const PRIOR_FREEDOM: f64 = 2.0;
/// The distance at which the nearest box says half as much of a spot as if it stood there.
const HALF_KNOWN: Metres = Metres::from_kilometres(15.0);

/// What becomes of the heights of sensors.
#[derive(Clone, Copy)]
pub(super) enum Height {
    Ignored,
    /// Readings are brought to this height, or to their mean one.
    CorrectedTo(Option<Metres>),
}

/// The weighted middle of what is heard, and the variance around it as if each box had the same weight.
struct Middle {
    value: f64,
    variance: f64,
}

/// The estimate from what is heard; `None` if nothing is, or if directions cancel each other out.
pub(super) fn estimate(
    id: PhenomenonId,
    phenomenon: &Phenomenon,
    heard: &[Heard],
    height: Height,
) -> Option<Estimate> {
    let (first, last) = (heard.first()?, heard.last()?);
    let boxes = || heard.chunk_by(|one, next| one.from.box_index == next.from.box_index);
    let total: f64 = boxes().map(|of_box| of_box[0].weight()).sum();
    // What one box says more than once shares the weight of the box.
    let weights: Vec<f64> = boxes()
        .flat_map(|of_box| of_box.iter().map(|heard| heard.weight() / total / of_box.len() as f64))
        .collect();
    // How much one box rules, from the share of one among many to 1 for one alone.
    let concentration: f64 = boxes().map(|of_box| (of_box[0].weight() / total).powi(2)).sum();

    let correction = match height {
        Height::Ignored => None,
        Height::CorrectedTo(wanted) => HeightCorrection::of(heard, &weights, wanted),
    };
    let corrected = |heard: &Heard| heard.value + correction.as_ref().map_or(0.0, |it| it.of_value(heard));
    let values: Vec<(f64, f64)> = heard.iter().map(corrected).zip(weights).collect();
    let middle = if phenomenon.is_direction() { of_directions(&values)? } else { of_numbers(&values) };

    let sensor_error = phenomenon.sensor_error(middle.value)?;
    let freedom = 1.0 / concentration - 1.0;
    let told = if freedom > 0.0 { middle.variance / (1.0 - concentration) } else { 0.0 };
    let prior = (PRIOR_SPREAD * sensor_error).powi(2);
    let between_boxes = (PRIOR_FREEDOM * prior + freedom * told) / (PRIOR_FREEDOM + freedom);
    let Metres(nearest) = first.from.distance;
    let unknown = concentration + nearest / (nearest + HALF_KNOWN.0);
    let of_height = correction.as_ref().map_or(0.0, HeightCorrection::variance);
    let variance = sensor_error.powi(2) + between_boxes * unknown + of_height;

    let millis = || heard.iter().map(|heard| heard.measured_at_millis);
    Some(Estimate {
        phenomenon: id,
        value: Canonical(middle.value),
        uncertainty: Canonical(variance.sqrt()),
        boxes: boxes().count(),
        sensors: heard.len(),
        nearest: first.from.distance,
        furthest: last.from.distance,
        freshest: millis().max().and_then(timestamp),
        oldest: millis().min().and_then(timestamp),
        height: correction.map(|it| Metres(it.to_metres)),
    })
}

fn of_numbers(values: &[(f64, f64)]) -> Middle {
    let mean: f64 = values.iter().map(|(value, weight)| value * weight).sum();
    let variance = values.iter().map(|(value, weight)| weight * (value - mean).powi(2)).sum();
    Middle { value: mean, variance }
}

fn of_directions(values: &[(f64, f64)]) -> Option<Middle> {
    let mean: MeanDirection = values.iter().copied().collect();
    Some(Middle { value: mean.degrees()?, variance: mean.deviation_degrees().powi(2) })
}

/// How air temperatures are brought to one height.
struct HeightCorrection {
    /// The mean height of the boxes whose height is known, which the others are taken to have.
    mean_metres: f64,
    to_metres: f64,
}

impl HeightCorrection {
    /// To the height that is wanted, or else to the mean one; `None` if no height is known.
    fn of(heard: &[Heard], weights: &[f64], wanted: Option<Metres>) -> Option<Self> {
        let known =
            heard.iter().zip(weights).filter_map(|(heard, weight)| Some((heard.height_metres?, *weight)));
        let (sum, weight) =
            known.fold((0.0, 0.0), |(sum, total), (height, weight)| (sum + height * weight, total + weight));
        let mean_metres = sum / weight;
        (weight > 0.0)
            .then(|| Self { mean_metres, to_metres: wanted.map_or(mean_metres, |Metres(height)| height) })
    }

    fn of_value(&self, heard: &Heard) -> f64 {
        LAPSE_KELVIN_PER_METRE * (heard.height_metres.unwrap_or(self.mean_metres) - self.to_metres)
    }

    /// What the real lapse rate may be off by, over the way from the boxes to the spot.
    fn variance(&self) -> f64 {
        (LAPSE_DEVIATION_PER_METRE * (self.to_metres - self.mean_metres)).powi(2)
    }
}
