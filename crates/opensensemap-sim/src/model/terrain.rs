//! The smooth ground of the model.

use std::collections::HashMap;

use crate::seed::Seed;
use crate::stations::StationList;
use crate::weather::noise::{Field, FieldAt};

/// Owners enter heights up to outer space; these are places on the ground, in metres.
const PLAUSIBLE: std::ops::Range<f64> = -50.0..3000.0;

/// The model's ground is an average over this many tenths of a degree in each direction, first with
/// the number that it takes to find a station.
const REACHES: [i32; 3] = [1, 4, 10];

/// The height without any station around: the mean of land below mountains.
const ELSEWHERE: f64 = 250.0;

/// The largest difference from the average, as a part of it and in metres.
const ROUGHNESS: f64 = 0.4;
const MOST_DIFFERENCE: f64 = 120.0;

/// The heights of stations by tenths of degrees, as sum and number.
#[derive(Debug)]
pub(crate) struct Terrain {
    heights: HashMap<(i32, i32), (f64, u32)>,
    roughness: Field,
}

impl Terrain {
    pub(crate) fn new(stations: &StationList, seed: Seed) -> Self {
        let mut heights: HashMap<(i32, i32), (f64, u32)> = HashMap::new();
        for place in stations.stations().iter().map(|station| station.place) {
            if let Some(height) = place.height.filter(|height| PLAUSIBLE.contains(height)) {
                let (sum, count) = heights.entry(tenths(place.latitude, place.longitude)).or_default();
                *sum += height;
                *count += 1;
            }
        }
        Self { heights, roughness: Field::new(seed.with_text("ground"), 0.3, 1.0) }
    }

    /// The height of the model's ground in metres: that of the stations around, and in hills up to some
    /// 100 m beside it.
    pub(crate) fn model_height(&self, latitude: f64, longitude: f64) -> f64 {
        let average = REACHES.iter().find_map(|&reach| self.average(latitude, longitude, reach));
        let average = average.unwrap_or(ELSEWHERE);
        let most = (ROUGHNESS * average.max(0.0)).min(MOST_DIFFERENCE);
        let mut roughness: FieldAt = self.roughness.over(longitude, latitude);
        // A whole number of metres, as both services write it.
        (average + most * 2.0 * roughness.at(0)).round()
    }

    fn average(&self, latitude: f64, longitude: f64, reach: i32) -> Option<f64> {
        let (row, column) = tenths(latitude, longitude);
        let cells =
            (-reach..=reach).flat_map(|north| (-reach..=reach).map(move |east| (row + north, column + east)));
        let (sum, count) = cells
            .filter_map(|cell| self.heights.get(&cell))
            .fold((0.0, 0), |all, one| (all.0 + one.0, all.1 + one.1));
        (count > 0).then(|| sum / f64::from(count))
    }
}

fn tenths(latitude: f64, longitude: f64) -> (i32, i32) {
    ((latitude * 10.0).round() as i32, (longitude * 10.0).round() as i32)
}
