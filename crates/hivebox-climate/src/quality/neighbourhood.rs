//! Finds the readings around a box.

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::around::{Around, FoundNeighbours};
use super::one_place::PlacesTaken;
use super::rules::{NeighboursRule, QualityRules};
use super::table::Quality;
use crate::place::{Exposure, Place, Position};
use crate::readings::{BoxReadings, Readings};

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

fn height_km(place: Place) -> Option<f64> {
    place.plausible_height_metres().map(|metres| metres / 1000.0)
}

/// The place of a box that can be compared with others: one that does not claim to be indoors.
pub(super) fn place_outdoors(sense_box: BoxReadings<'_>) -> Option<Place> {
    sense_box.place().filter(|_| sense_box.exposure() != Exposure::Indoor)
}

impl<'a> Neighbourhood<'a> {
    /// Indexes all boxes with an unsuspicious reading. Each has one vote: if it has several readings
    /// of one phenomenon, the first counts. So has each place: of boxes on one roof, the first by id
    /// that measures a phenomenon counts.
    pub(super) fn of(readings: &Readings, rules: &'a QualityRules, quality: &Quality) -> Self {
        let mut taken = PlacesTaken::within(rules.one_place);
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
            if voices.iter().all(|voice| voice.is_nan()) {
                continue;
            }
            if let Some(first) = taken.take(place.position(), stations.len()) {
                let of_first: &mut [f64] = &mut values[first * rules.len()..][..rules.len()];
                for (voice, &own) in of_first.iter_mut().zip(&voices).filter(|(voice, _)| voice.is_nan()) {
                    *voice = own;
                }
                continue;
            }
            points.push(GeomWithData::new(place.position().on_sphere().0, stations.len() as u32));
            stations.push(NeighbourStation { box_index: sense_box.index(), height_km: height_km(place) });
            values.extend(&voices);
        }
        Self { rules, stations, values, tree: RTree::bulk_load(points) }
    }

    /// The surroundings of a box, for each rule; `None` if there are too few neighbours.
    pub(super) fn around(
        &self,
        box_index: usize,
        place: Place,
        found: &mut [FoundNeighbours],
    ) -> impl Iterator<Item = Option<Around>> {
        let own_height_km = height_km(place);
        for found in &mut *found {
            found.clear(own_height_km);
        }
        let centre = place.position().on_sphere().0;
        for (point, chord_2) in self.tree.nearest_neighbor_iter_with_distance_2(centre) {
            // The chord is as good as the arc here: at 100 km it is a metre shorter.
            let distance_km = chord_2.sqrt() * Position::EARTH_RADIUS.0 / 1000.0;
            let is_wanted = |(rule, found): (&NeighboursRule, &FoundNeighbours)| {
                found.len() < rule.nearest && distance_km <= rule.radius_km
            };
            if !self.rules.iter().zip(&*found).any(is_wanted) {
                break;
            }
            let number = point.data as usize;
            let station = &self.stations[number];
            if station.box_index == box_index {
                continue;
            }
            let voices = &self.values[number * self.rules.len()..][..self.rules.len()];
            for ((rule, found), &voice) in self.rules.iter().zip(&mut *found).zip(voices) {
                if !voice.is_nan() && is_wanted((rule, &*found)) {
                    found.add(rule, voice, distance_km, station.height_km);
                }
            }
        }
        self.rules.iter().zip(found).map(|(rule, found)| found.summarised(rule))
    }
}
