//! Means of directions: halfway between 350° and 10° is north (0°), not 180°.

/// The weighted mean of directions, computed from unit vectors.
///
/// ```
/// use hivebox_climate::direction::MeanDirection;
///
/// let mut mean = MeanDirection::default();
/// mean.add(350.0, 1.0);
/// mean.add(20.0, 1.0);
/// assert_eq!(mean.degrees().map(f64::round), Some(5.0));
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct MeanDirection {
    north: f64,
    east: f64,
    weight: f64,
}

impl MeanDirection {
    /// The circular deviation of directions spread evenly over the circle, in degrees.
    const ANY_DEGREES: f64 = 103.923_048_454_132_64;

    /// The mean of directions whose weighted unit vectors add up to `north` and `east`.
    #[must_use]
    pub const fn of_sums(north: f64, east: f64, weight: f64) -> Self {
        Self { north, east, weight }
    }

    /// Adds a direction in degrees with its weight.
    pub fn add(&mut self, degrees: f64, weight: f64) {
        let (east, north) = degrees.to_radians().sin_cos();
        self.north += weight * north;
        self.east += weight * east;
        self.weight += weight;
    }

    /// Adds everything that was added to `other`.
    pub fn merge(&mut self, other: &Self) {
        self.north += other.north;
        self.east += other.east;
        self.weight += other.weight;
    }

    /// The mean direction, from 0 up to but not including 360; `None` if the directions cancel out.
    #[must_use]
    pub fn degrees(&self) -> Option<f64> {
        // Rounding a tiny negative angle can give exactly 360.
        let degrees = self.east.atan2(self.north).to_degrees().rem_euclid(360.0) % 360.0;
        (self.length() > 1e-9).then_some(degrees)
    }

    /// The circular standard deviation (Mardia 1972) in degrees, capped at that of an even spread.
    #[must_use]
    pub fn deviation_degrees(&self) -> f64 {
        (-2.0 * self.length().ln()).max(0.0).sqrt().to_degrees().min(Self::ANY_DEGREES)
    }

    /// The length of the mean vector: 0 if the directions cancel out, 1 if they are all equal.
    fn length(&self) -> f64 {
        (self.north.hypot(self.east) / self.weight).min(1.0)
    }
}

impl FromIterator<(f64, f64)> for MeanDirection {
    /// Takes pairs of a direction in degrees and its weight.
    fn from_iter<I: IntoIterator<Item = (f64, f64)>>(directions: I) -> Self {
        let mut mean = Self::default();
        directions.into_iter().for_each(|(degrees, weight)| mean.add(degrees, weight));
        mean
    }
}

#[cfg(test)]
mod tests {
    use super::MeanDirection;

    fn mean(degrees: &[f64]) -> MeanDirection {
        degrees.iter().map(|&degrees| (degrees, 1.0)).collect()
    }

    #[test]
    fn north_is_between_north_west_and_north_east() {
        let around_north = mean(&[350.0, 10.0]);
        assert!((around_north.degrees().unwrap() + 180.0) % 360.0 - 180.0 < 1e-9);
        // For small angles the circular deviation equals the ordinary one (dividing by n).
        assert!((around_north.deviation_degrees() - 10.0).abs() < 0.1);
        assert!((mean(&[80.0, 100.0]).degrees().unwrap() - 90.0).abs() < 1e-9);
        assert!(mean(&[42.0, 42.0]).deviation_degrees() < 1e-5);
    }

    #[test]
    fn opposite_directions_have_no_mean() {
        let opposite = mean(&[0.0, 180.0]);
        assert_eq!(opposite.degrees(), None);
        assert!((opposite.deviation_degrees() - 360.0 / 12_f64.sqrt()).abs() < 1e-9);
    }
}
