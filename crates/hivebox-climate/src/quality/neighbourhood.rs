//! Finds the readings around a box.

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::comparison::Comparison;
use super::rules::{NeighboursRule, QualityRules};
use super::table::Quality;
use crate::place::{Exposure, Place, Position};
use crate::quantity::Metres;
use crate::readings::{BoxReadings, Readings};

/// Statistics of the readings around a box, corrected to its height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct NeighbourStatistics {
    pub(super) median: f64,
    /// The standard deviation of these readings, with a floor.
    pub(super) spread: f64,
    /// The number of these readings.
    pub(super) neighbours: usize,
    pub(super) nearest: Metres,
    pub(super) furthest: Metres,
}

/// A spatial index of all boxes that can serve as neighbours.
pub(super) struct Neighbourhood<'a> {
    rules: &'a [NeighboursRule],
    stations: Vec<NeighbourStation>,
    /// The readings of each station, one value for each rule; NaN for none.
    values: Vec<f64>,
    /// The stations as points on the unit sphere.
    tree: RTree<GeomWithData<[f64; 3], u32>>,
}

struct NeighbourStation {
    box_index: usize,
    height_km: Option<f64>,
}

/// The readings found around one box for one rule. Reused from box to box to save allocations.
#[derive(Debug, Default)]
pub(super) struct FoundNeighbours {
    values: Vec<f64>,
    /// The sum of their distances.
    distance_km: f64,
    nearest_km: f64,
    furthest_km: f64,
    /// The sum of their differences in height.
    height_km: f64,
}

fn height_km(place: Place) -> Option<f64> {
    place.plausible_height_metres().map(|metres| metres / 1000.0)
}

/// The place of a box that can be compared with others: one that does not claim to be indoors.
pub(super) fn place_outdoors(sense_box: BoxReadings<'_>) -> Option<Place> {
    sense_box.place().filter(|_| sense_box.exposure() != Exposure::Indoor)
}

impl<'a> Neighbourhood<'a> {
    /// Indexes all boxes with an unsuspicious reading. If a box has several readings of one
    /// phenomenon, the first counts, so that each box has one vote.
    pub(super) fn of(readings: &Readings, rules: &'a QualityRules, quality: &Quality) -> Self {
        let rules = &rules.neighbours[..];
        let (mut stations, mut values, mut points) = (Vec::new(), Vec::new(), Vec::new());
        let mut voices = vec![f64::NAN; rules.len()];
        // By id: among equally distant boxes, the tree's choice depends on the order of insertion.
        for sense_box in readings.boxes_by_id() {
            let Some(place) = place_outdoors(sense_box) else { continue };
            voices.fill(f64::NAN);
            for row in sense_box.rows().filter(|&row| quality.is_unsuspicious(row)) {
                let reading = readings.reading(row);
                let rule = rules.iter().position(|rule| reading.phenomenon() == Some(rule.phenomenon));
                if let (Some(rule), Some(value)) = (rule, reading.value())
                    && voices[rule].is_nan()
                {
                    voices[rule] = value.0;
                }
            }
            if voices.iter().any(|voice| !voice.is_nan()) {
                points.push(GeomWithData::new(place.position().on_sphere().0, stations.len() as u32));
                stations.push(NeighbourStation { box_index: sense_box.index(), height_km: height_km(place) });
                values.extend(&voices);
            }
        }
        Self { rules, stations, values, tree: RTree::bulk_load(points) }
    }

    /// The surroundings of a box, for each rule; `None` if there are too few neighbours.
    pub(super) fn around(
        &self,
        box_index: usize,
        place: Place,
        found: &mut [FoundNeighbours],
    ) -> impl Iterator<Item = Option<NeighbourStatistics>> {
        found.iter_mut().for_each(FoundNeighbours::clear);
        let own_height_km = height_km(place);
        let centre = place.position().on_sphere().0;
        for (point, chord_2) in self.tree.nearest_neighbor_iter_with_distance_2(centre) {
            // The chord is as good as the arc here: at 100 km it is a metre shorter.
            let distance_km = chord_2.sqrt() * Position::EARTH_RADIUS.0 / 1000.0;
            let is_wanted = |(rule, found): (&NeighboursRule, &FoundNeighbours)| {
                found.values.len() < rule.nearest && distance_km <= rule.radius_km
            };
            if !self.rules.iter().zip(&*found).any(is_wanted) {
                break;
            }
            let number = point.data as usize;
            let station = &self.stations[number];
            if station.box_index == box_index {
                continue;
            }
            let climb_km = own_height_km.zip(station.height_km).map_or(0.0, |(own, its)| own - its);
            let voices = &self.values[number * self.rules.len()..][..self.rules.len()];
            for ((rule, found), &voice) in self.rules.iter().zip(&mut *found).zip(voices) {
                if !voice.is_nan() && is_wanted((rule, &*found)) {
                    found.add(voice - rule.lapse_per_km * climb_km, distance_km, climb_km.abs());
                }
            }
        }
        self.rules.iter().zip(found).map(|(rule, found)| found.surroundings(rule))
    }
}

impl FoundNeighbours {
    fn clear(&mut self) {
        self.values.clear();
        (self.distance_km, self.height_km) = (0.0, 0.0);
    }

    /// Adds the nearest reading of those that are left.
    fn add(&mut self, value: f64, distance_km: f64, height_km: f64) {
        if self.values.is_empty() {
            self.nearest_km = distance_km;
        }
        self.furthest_km = distance_km;
        self.values.push(value);
        self.distance_km += distance_km;
        self.height_km += height_km;
    }

    fn surroundings(&mut self, rule: &NeighboursRule) -> Option<NeighbourStatistics> {
        /// Turns the median absolute deviation of a normal distribution into its standard
        /// deviation.
        const TO_DEVIATION: f64 = 1.4826;
        if self.values.len() < rule.least {
            return None;
        }
        let count = self.values.len() as f64;
        let floor = rule.floor
            + rule.floor_per_km * self.distance_km / count
            + rule.floor_per_km_height * self.height_km / count;
        let middle = median(&mut self.values);
        self.values.iter_mut().for_each(|value| *value = (*value - middle).abs());
        Some(NeighbourStatistics {
            median: middle,
            spread: floor.max(TO_DEVIATION * median(&mut self.values)),
            neighbours: self.values.len(),
            nearest: Metres::from_kilometres(self.nearest_km),
            furthest: Metres::from_kilometres(self.furthest_km),
        })
    }
}

impl NeighbourStatistics {
    /// Compares a value with the neighbours.
    pub(super) fn compare(&self, value: f64) -> Comparison {
        let Self { median, spread, neighbours, nearest, furthest } = *self;
        Comparison { median, spread, neighbours, nearest, furthest, deviation: value - median }
    }
}

/// The median of a non-empty slice.
fn median(values: &mut [f64]) -> f64 {
    let half = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    if is_odd {
        return upper;
    }
    // Halving before adding keeps the sum finite.
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower / 2.0 + upper / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, middle) in
            [(&mut [3.0][..], 3.0), (&mut [9.0, 1.0, 3.0], 3.0), (&mut [9.0, 1.0, 4.0, 3.0], 3.5)]
        {
            assert!((median(values) - middle).abs() < 1e-12, "{values:?}");
        }
    }

    #[test]
    fn the_spread_has_a_floor_that_grows_with_distance_and_height() {
        let rule = &QualityRules::builtin().neighbours[0];
        let spread = |values: [f64; 5], distance_km: f64, height_km: f64| {
            let values = values.into();
            let mut found = FoundNeighbours { values, distance_km, height_km, ..FoundNeighbours::default() };
            found.surroundings(rule).unwrap().spread
        };
        let equal = [5.0; 5];
        assert!((spread(equal, 0.0, 0.0) - rule.floor).abs() < 1e-9);
        assert!((spread(equal, 500.0, 0.0) - rule.floor - 100.0 * rule.floor_per_km).abs() < 1e-9);
        assert!((spread(equal, 0.0, 1.0) - rule.floor - 0.2 * rule.floor_per_km_height).abs() < 1e-9);
        assert!((spread([0.0, 4.0, 5.0, 9.0, 60.0], 0.0, 0.0) - 4.0 * 1.4826).abs() < 1e-9);
    }
}
