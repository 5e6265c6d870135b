//! Collects the sensors that an estimate uses.

use super::Estimate;
use crate::catalogue::Catalogue;
use crate::nearby::{BoxIndex, Nearby};
use crate::phenomenon::PhenomenonId;
use crate::place::{Exposure, Position};
use crate::readings::{Reading, Readings};
use crate::verdict::Verdict;

/// The number of boxes searched for phenomena that few boxes measure.
const MAX_LOOKED_AT: usize = 1000;

/// A usable reading of a nearby outdoor box.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heard {
    pub(super) value: f64,
    pub(super) from: Nearby,
    pub(super) height_metres: Option<f64>,
    pub(super) measured_at_millis: i64,
}

/// The readings around a position by phenomenon, the nearest first; those of one box are adjacent.
pub(super) struct Surroundings {
    by_phenomenon: Vec<Around>,
}

#[derive(Clone, Default)]
struct Around {
    heard: Vec<Heard>,
    boxes: usize,
}

impl Surroundings {
    pub(super) fn of<'a>(
        readings: &'a Readings,
        places: &BoxIndex,
        catalogue: &Catalogue,
        position: Position,
        wanted: impl Fn(PhenomenonId) -> bool,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) -> Self {
        let wanted: Vec<bool> = catalogue
            .iter()
            .map(|(id, phenomenon)| wanted(id) && phenomenon.sensor_error(0.0).is_some())
            .collect();
        let mut by_phenomenon = vec![Around::default(); catalogue.len()];
        let mut lacking = wanted.iter().filter(|wanted| **wanted).count();
        for from in places.nearest(position, Estimate::REACH).take(MAX_LOOKED_AT) {
            if lacking == 0 {
                break;
            }
            let sense_box = readings.sense_box(from.box_index);
            if sense_box.exposure() != Exposure::Outdoor {
                continue;
            }
            let height = sense_box.place().and_then(|place| place.height_metres());
            for reading in sense_box.readings().filter(|reading| reading.verdict() == Verdict::Ok) {
                let Some((phenomenon, value)) = reading.phenomenon().zip(reading.value()) else { continue };
                let around = &mut by_phenomenon[phenomenon.index()];
                let is_new = around.heard.last().is_none_or(|last| last.from.box_index != from.box_index);
                let has_room = !is_new || around.boxes < Estimate::MAX_BOXES;
                if !wanted[phenomenon.index()] || !has_room || check(reading).is_err() {
                    continue;
                }
                around.heard.push(Heard {
                    value: value.0,
                    from,
                    height_metres: height.filter(|height| PLAUSIBLE_HEIGHT_METRES.contains(height)),
                    measured_at_millis: reading.measured_at_millis(),
                });
                around.boxes += usize::from(is_new);
                lacking -= usize::from(is_new && around.boxes == Estimate::MAX_BOXES);
            }
        }
        Self { by_phenomenon }
    }

    pub(super) fn sensors(&self, phenomenon: PhenomenonId) -> &[Heard] {
        &self.by_phenomenon[phenomenon.index()].heard
    }
}

/// From the shore of the Dead Sea to above the highest town, La Rinconada. Owners type heights by
/// hand.
const PLAUSIBLE_HEIGHT_METRES: std::ops::RangeInclusive<f64> = -450.0..=5500.0;

impl Heard {
    /// The inverse square of the softened distance.
    pub(super) fn weight(&self) -> f64 {
        Estimate::weight_at(self.from.distance)
    }
}
