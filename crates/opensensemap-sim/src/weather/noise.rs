//! Smooth noise over the map and time: a lattice of seeded values with soft transitions between.

use crate::seed::Seed;

const HOUR: f64 = 3_600_000.0;

/// A quantity that varies smoothly over so many degrees and hours, within -0.5 to 0.5.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    seed: Seed,
    degrees: f64,
    millis: f64,
}

impl Field {
    pub(crate) fn new(seed: Seed, degrees: f64, hours: f64) -> Self {
        Self { seed, degrees, millis: hours * HOUR }
    }

    pub(crate) fn at(&self, longitude: f64, latitude: f64, millis: i64) -> f64 {
        let (west, east) = steps((longitude + 180.0) / self.degrees);
        let (south, north) = steps(latitude / self.degrees);
        let (before, after) = steps(millis as f64 / self.millis);
        let columns = (360.0 / self.degrees).round();
        let mut sum = 0.0;
        for (time, time_weight) in [before, after] {
            let seed = self.seed.with(time as i64 as u64);
            for (row, row_weight) in [south, north] {
                let seed = seed.with(row as i64 as u64);
                for (column, column_weight) in [west, east] {
                    // The last column borders on the first: there is no seam in the Pacific.
                    let corner = seed.with(column.rem_euclid(columns) as u64).unit() - 0.5;
                    sum += corner * time_weight * row_weight * column_weight;
                }
            }
        }
        sum
    }
}

/// The lattice points on either side of a coordinate, each with its weight.
fn steps(coordinate: f64) -> ((f64, f64), (f64, f64)) {
    let low = coordinate.floor();
    let part = coordinate - low;
    let soft = part * part * (3.0 - 2.0 * part);
    ((low, 1.0 - soft), (low + 1.0, soft))
}

#[cfg(test)]
mod tests {
    use super::Field;
    use crate::seed::Seed;

    #[test]
    fn it_is_smooth_everywhere_even_at_the_date_line() {
        let field = Field::new(Seed::new(3), 6.0, 12.0);
        for latitude in [-60.0, 0.0, 51.3] {
            let (west, east) = (field.at(-179.99, latitude, 5_000), field.at(179.99, latitude, 5_000));
            assert!((west - east).abs() < 0.01);
        }
        for step in 0..1000 {
            let longitude = f64::from(step) * 0.05;
            let change = field.at(longitude, 50.0, 0) - field.at(longitude + 0.05, 50.0, 0);
            assert!(change.abs() < 0.02, "{change} at {longitude}");
        }
    }
}
