//! The range of the precipitation in an hour, from its amount and its probability.

use super::outlook::Ranged;

/// The precipitation, in mm, with the range that follows from its probability (0 to 1).
///
/// Either no rain falls, or an amount that is exponentially distributed, a usual assumption for
/// hourly amounts (Wilks 2011, Statistical Methods in the Atmospheric Sciences, section 4.4.3). So
/// the upper end of the 68 % range is zero up to a probability of 16 %.
pub(super) fn ranged(amount: f64, probability: f64) -> Ranged {
    let mean_if_wet = (amount / probability.max(LEAST_PROBABILITY)).clamp(LEAST_AMOUNT, MOST_AMOUNT);
    let quantile = |share: f64| {
        let wet_beyond = 1.0 - share;
        if probability <= wet_beyond { 0.0 } else { mean_if_wet * (probability / wet_beyond).ln() }
    };
    // Where amount and probability disagree, the probability counts: it is from many runs of the
    // model, and the amount from one.
    let high_68 = quantile(0.84);
    let value = amount.min(high_68);
    Ranged {
        value,
        low_68: quantile(0.16).min(value),
        high_68,
        low_95: quantile(0.025).min(value),
        high_95: quantile(0.975),
    }
}

const LEAST_PROBABILITY: f64 = 0.05;
/// The mean amount of an hour that is hardly wet, in mm.
const LEAST_AMOUNT: f64 = 0.3;
/// The largest mean amount, in mm.
const MOST_AMOUNT: f64 = 50.0;

/// The probability (0 to 1) of precipitation where a source gives only the amount, in mm, `hours`
/// ahead. Forecasts grow less certain, until they tell no more than how often an hour is wet at all,
/// which is one in seven hours in wet parts of Europe. So a dry hour stays dry over its 68 % range.
pub(super) fn probability(amount: f64, hours: f64) -> f64 {
    let doubt = 1.0 - (-hours.max(0.0) / 72.0).exp();
    if amount >= 0.1 { 0.85 - 0.45 * doubt } else { 0.05 + 0.1 * doubt }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dry_hour_is_dry_over_its_range_up_to_a_probability_of_16_percent() {
        assert!(ranged(0.0, 0.16).high_68 <= 0.0);
        let likely = ranged(0.0, 0.2);
        assert!(likely.high_68 > 0.0 && likely.low_68 <= 0.0);
        assert!(likely.high_95 > likely.high_68);
        let drizzle = ranged(0.19, 0.1);
        assert!(drizzle.value <= 0.0 && drizzle.high_68 <= 0.0 && drizzle.high_95 > 0.19);
    }

    #[test]
    fn without_a_probability_a_dry_hour_is_dry_over_its_range_a_week_ahead_too() {
        for hours in 0..240 {
            let dry = ranged(0.0, probability(0.0, f64::from(hours)));
            assert!(dry.high_68 <= 0.0 && dry.high_95 > 0.0, "in {hours} hours: {dry:?}");
            assert!(ranged(1.0, probability(1.0, f64::from(hours))).high_68 > 0.0);
        }
    }

    #[test]
    fn a_value_is_within_its_ranges_even_if_amount_and_probability_disagree() {
        for (amount, probability) in [(0.0, 1.0), (5.0, 0.0), (0.1, 0.99), (12.0, 0.5), (0.0, 0.0)] {
            let Ranged { value, low_68, high_68, low_95, high_95 } = ranged(amount, probability);
            assert!(0.0 <= low_95 && low_95 <= low_68 && low_68 <= value, "{amount} {probability}");
            assert!(value <= high_68 && high_68 <= high_95, "{amount} {probability}");
        }
    }
}
