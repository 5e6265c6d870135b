//! Smooth noise over the map and time: a lattice of seeded values with smooth transitions.

use crate::seed::Seed;

const HOUR: f64 = 3_600_000.0;

/// A quantity that varies smoothly over this many degrees and hours, within -0.5 to 0.5.
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

    /// The quantity at one place.
    pub(crate) fn over(&self, longitude: f64, latitude: f64) -> FieldAt {
        let (west, east) = steps((longitude + 180.0) / self.degrees);
        let (south, north) = steps(latitude / self.degrees);
        let columns = (360.0 / self.degrees).round();
        // The last column is next to the first: there is no seam in the Pacific.
        let column = |(column, weight): (f64, f64)| (column.rem_euclid(columns) as u64, weight);
        let row = |(row, weight): (f64, f64)| (row as i64 as u64, weight);
        FieldAt {
            seed: self.seed,
            millis: self.millis,
            rows: [row(south), row(north)],
            columns: [column(west), column(east)],
            layers: [None; 2],
        }
    }
}

/// A field at one place. It caches the lattice around the last moment, which makes consecutive
/// moments cheap.
#[derive(Clone, Debug)]
pub(crate) struct FieldAt {
    seed: Seed,
    millis: f64,
    /// Lattice points with their weights.
    rows: [(u64, f64); 2],
    columns: [(u64, f64); 2],
    layers: [Option<Layer>; 2],
}

/// The values around the place at one time of the lattice, row by row.
#[derive(Clone, Copy, Debug)]
struct Layer {
    time: i64,
    corners: [[f64; 2]; 2],
}

impl FieldAt {
    pub(crate) fn at(&mut self, millis: i64) -> f64 {
        let (before, after) = steps(millis as f64 / self.millis);
        let mut sum = 0.0;
        for (slot, (time, time_weight)) in [before, after].into_iter().enumerate() {
            let corners = self.corners(slot, time as i64);
            for (row, (_, row_weight)) in corners.iter().zip(self.rows) {
                for (corner, (_, column_weight)) in row.iter().zip(self.columns) {
                    sum += corner * time_weight * row_weight * column_weight;
                }
            }
        }
        sum
    }

    /// The same, scaled to a deviation of 1 at every place and moment. Between points of the lattice
    /// a plain value is an average, which varies less than at the points.
    pub(crate) fn standard(&mut self, millis: i64) -> f64 {
        let ((_, before), (_, after)) = steps(millis as f64 / self.millis);
        let squares = |[(_, low), (_, high)]: [(u64, f64); 2]| low * low + high * high;
        let variance = (before * before + after * after) * squares(self.rows) * squares(self.columns) / 12.0;
        self.at(millis) / variance.sqrt()
    }

    fn corners(&mut self, slot: usize, time: i64) -> [[f64; 2]; 2] {
        match self.layers[slot] {
            Some(layer) if layer.time == time => layer.corners,
            _ => {
                let seed = self.seed.with(time as u64);
                let corners = self.rows.map(|(row, _)| {
                    let seed = seed.with(row);
                    self.columns.map(|(column, _)| seed.with(column).unit() - 0.5)
                });
                self.layers[slot] = Some(Layer { time, corners });
                corners
            }
        }
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
        let at = |longitude, latitude, millis| field.over(longitude, latitude).at(millis);
        for latitude in [-60.0, 0.0, 51.3] {
            let (west, east) = (at(-179.99, latitude, 5_000), at(179.99, latitude, 5_000));
            assert!((west - east).abs() < 0.01);
        }
        for step in 0..1000 {
            let longitude = f64::from(step) * 0.05;
            let change = at(longitude, 50.0, 0) - at(longitude + 0.05, 50.0, 0);
            assert!(change.abs() < 0.02, "{change} at {longitude}");
        }
    }

    #[test]
    fn a_standard_value_has_mean_0_and_deviation_1() {
        let field = Field::new(Seed::new(3), 1.2, 5.3);
        let draws: Vec<f64> = (0..20_000)
            .map(|step| {
                field
                    .over(f64::from(step % 350), 40.0 + f64::from(step % 19))
                    .standard(i64::from(step) * 30_000_000)
            })
            .collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| draw * draw).sum::<f64>() / draws.len() as f64;
        assert!(mean.abs() < 0.03, "{mean}");
        assert!((variance - 1.0).abs() < 0.05, "{variance}");
    }

    #[test]
    fn what_is_remembered_changes_no_bit() {
        let field = Field::new(Seed::new(3), 6.0, 12.0);
        let mut remembering = field.over(7.6, 51.9);
        for step in 0..500 {
            // Forth and back, over many layers of the lattice.
            let millis = (step * 37 % 500 - 250) * 1_800_000;
            assert_eq!(remembering.at(millis).to_bits(), field.over(7.6, 51.9).at(millis).to_bits());
        }
    }
}
