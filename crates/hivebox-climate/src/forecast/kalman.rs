//! What differences between boxes and a weather model tell about its errors.
//!
//! An error of the model at a place has three parts that differences show only as a sum: the bias of
//! the model at the place, the bias of the boxes around it, and the passing error of today. A Kalman
//! filter (Kalman 1960, doi 10.1115/1.3662552) divides each difference among them in proportion to
//! how large each may be.

/// The parts of a difference between boxes and model.
const PARTS: usize = 3;
/// The bias of the model at the place.
pub(super) const MODEL_BIAS: usize = 0;
/// The bias of the boxes: what they measure and the place does not have.
#[cfg(test)]
pub(super) const BOX_BIAS: usize = 1;
/// The passing error of the model.
pub(super) const PASSING: usize = 2;

/// A belief about the parts: their means and covariances.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Belief {
    means: [f64; PARTS],
    covariances: [[f64; PARTS]; PARTS],
}

impl Belief {
    /// Parts of these standard deviations around zero that do not depend on each other.
    pub(super) fn new(deviations: [f64; PARTS]) -> Self {
        let mut covariances = [[0.0; PARTS]; PARTS];
        for (part, deviation) in deviations.into_iter().enumerate() {
            covariances[part][part] = deviation * deviation;
        }
        Self { means: [0.0; PARTS], covariances }
    }

    /// Learns that the sum of the parts, each times its share, was seen to be `seen`, with an error of
    /// this variance.
    pub(super) fn learn(&mut self, shares: [f64; PARTS], seen: f64, variance: f64) {
        let towards = self.towards(shares);
        let total = dot(shares, towards) + variance;
        if total <= 0.0 {
            return;
        }
        let surprise = seen - dot(shares, self.means);
        for part in 0..PARTS {
            self.means[part] += towards[part] / total * surprise;
            for other in 0..PARTS {
                self.covariances[part][other] -= towards[part] * towards[other] / total;
            }
        }
    }

    /// The sum of the parts, each times its share, and the variance of that sum.
    pub(super) fn sum(&self, shares: [f64; PARTS]) -> (f64, f64) {
        (dot(shares, self.means), dot(shares, self.towards(shares)).max(0.0))
    }

    fn towards(&self, shares: [f64; PARTS]) -> [f64; PARTS] {
        self.covariances.map(|row| dot(row, shares))
    }
}

fn dot(one: [f64; PARTS], other: [f64; PARTS]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_divided_by_how_large_each_part_may_be() {
        let mut belief = Belief::new([1.0, 0.0, 2.0]);
        belief.learn([1.0, 1.0, 1.0], 5.0, 0.0);
        let only = |part: usize| {
            let mut shares = [0.0; PARTS];
            shares[part] = 1.0;
            belief.sum(shares).0
        };
        assert!((only(MODEL_BIAS) - 1.0).abs() < 1e-12, "one of five parts of the variance");
        assert!((only(PASSING) - 4.0).abs() < 1e-12);
        assert!(only(BOX_BIAS).abs() < 1e-12);
        let (sum, variance) = belief.sum([1.0; PARTS]);
        assert!((sum - 5.0).abs() < 1e-12 && variance < 1e-12, "the sum is known exactly now");
    }

    #[test]
    fn what_was_seen_with_a_large_error_teaches_little() {
        let mut belief = Belief::new([1.0, 0.0, 0.0]);
        belief.learn([1.0, 1.0, 1.0], 10.0, 99.0);
        let (bias, variance) = belief.sum([1.0, 0.0, 0.0]);
        assert!((bias - 0.1).abs() < 1e-12 && (variance - 0.99).abs() < 1e-12);
    }
}
