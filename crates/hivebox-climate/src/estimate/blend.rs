//! Combines readings around a spot into one estimate with its uncertainty.

use super::Estimate;
use super::surroundings::Heard;
use crate::direction::MeanDirection;
use crate::phenomenon::{Phenomenon, PhenomenonId};
use crate::place::{LAPSE_DEVIATION_KELVIN_PER_METRE, LAPSE_KELVIN_PER_METRE};
use crate::quantity::{Canonical, Metres};
use crate::readings::timestamp;

/// Prior belief about how much boxes differ, as a multiple of the common sensor error.
const PRIOR_SPREAD: f64 = 2.0;
/// The weight of that belief, as a number of boxes.
const PRIOR_FREEDOM: f64 = 2.0;
/// The distance at which the nearest box says half as much about a spot as a box at the spot
/// itself.
const HALF_KNOWN: Metres = Metres::from_kilometres(15.0);

/// The treatment of sensors' heights.
#[derive(Clone, Copy)]
pub(super) enum Height {
    Ignored,
    /// Readings are corrected to this height, or to their mean height if it is `None`.
    CorrectedTo(Option<Metres>),
}

/// The weighted mean of readings, and their variance as if each box had the same weight.
struct Middle {
    value: f64,
    variance: f64,
}

/// The estimate from readings; `None` if there are none or if directions cancel out.
pub(super) fn estimate(
    id: PhenomenonId,
    phenomenon: &Phenomenon,
    heard: &[Heard],
    height: Height,
) -> Option<Estimate> {
    let (first, last) = (heard.first()?, heard.last()?);
    let boxes = || heard.chunk_by(|one, next| one.from.box_index == next.from.box_index);
    let total: f64 = boxes().map(|of_box| of_box[0].weight()).sum();
    // Several sensors of one box share the weight of the box.
    let weights: Vec<f64> = boxes()
        .flat_map(|of_box| of_box.iter().map(|heard| heard.weight() / total / of_box.len() as f64))
        .collect();
    // How much one box dominates: from 1/n for n equal boxes to 1 for a single box.
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

/// Corrects air temperatures to one height.
struct HeightCorrection {
    /// The mean of the known heights, which is assumed for the other boxes.
    mean_metres: f64,
    /// How far known heights are from their mean, as a variance in square metres.
    variance_metres_2: f64,
    /// The squares of the weights of boxes without a height, added.
    unknown_weight_2: f64,
    to_metres: f64,
    is_wanted: bool,
}

impl HeightCorrection {
    /// Corrects to the wanted height, or else to the mean height; `None` if no height is known.
    fn of(heard: &[Heard], weights: &[f64], wanted: Option<Metres>) -> Option<Self> {
        let known =
            || heard.iter().zip(weights).filter_map(|(heard, weight)| Some((heard.height_metres?, *weight)));
        let (mut sum, mut weight, mut weight_2) = (0.0, 0.0, 0.0);
        for (height, its) in known() {
            sum += height * its;
            weight += its;
            weight_2 += its * its;
        }
        let mean_metres = sum / weight;
        let apart: f64 = known().map(|(height, its)| its * (height - mean_metres).powi(2)).sum();
        // The share of the variance that so few boxes, so unequal, are expected to show.
        let shown = weight - weight_2 / weight;
        let all_weight_2: f64 = weights.iter().map(|weight| weight * weight).sum();
        (weight > 0.0).then(|| Self {
            mean_metres,
            variance_metres_2: if shown > 0.0 { apart / shown } else { 0.0 },
            unknown_weight_2: all_weight_2 - weight_2,
            to_metres: wanted.map_or(mean_metres, |Metres(height)| height),
            is_wanted: wanted.is_some(),
        })
    }

    fn of_value(&self, heard: &Heard) -> f64 {
        LAPSE_KELVIN_PER_METRE * (heard.height_metres.unwrap_or(self.mean_metres) - self.to_metres)
    }

    /// The variance from an unknown real lapse rate, over the height between the boxes and the
    /// spot, and from heights that are not known: those of boxes, and that of the spot, which may be
    /// as far from the mean as the boxes are.
    fn variance(&self) -> f64 {
        let of_lapse = (LAPSE_DEVIATION_KELVIN_PER_METRE * (self.to_metres - self.mean_metres)).powi(2);
        let unknown = self.unknown_weight_2 + if self.is_wanted { 0.0 } else { 1.0 };
        of_lapse + LAPSE_KELVIN_PER_METRE.powi(2) * self.variance_metres_2 * unknown
    }
}
