//! The median, and the spread that goes with it.

/// Turns the median absolute deviation of a normal distribution into its standard deviation
/// (1 / Φ⁻¹(0.75)).
pub(crate) const TO_DEVIATION: f64 = 1.4826;

/// The median; `None` of nothing. It changes the order of the values.
pub(crate) fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let half = values.len() / 2;
    let is_odd = values.len() % 2 == 1;
    let (below, &mut upper, _) = values.select_nth_unstable_by(half, f64::total_cmp);
    let lower = || below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(if is_odd { upper } else { f64::midpoint(lower(), upper) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        for (values, middle) in
            [(&mut [3.0][..], 3.0), (&mut [9.0, 1.0, 3.0], 3.0), (&mut [9.0, 1.0, 4.0, 3.0], 3.5)]
        {
            assert!((median(values).unwrap() - middle).abs() < 1e-12, "{values:?}");
        }
        assert_eq!(median(&mut []), None);
    }
}
