//! How far readings usually are from those of their neighbours, at one moment.

use super::rules::NeighboursRule;
use crate::median::TO_DEVIATION;

/// The usual standard deviation of a reading from its neighbours, learned from all of a moment. Sun
/// pulls readings up and nothing pulls them down as far, so either side has its own.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct TypicalSpread {
    pub(super) middle: f64,
    /// For readings below their neighbours; never more than `middle`.
    pub(super) below: f64,
    /// For readings above their neighbours; never more than `middle`.
    pub(super) above: f64,
}

impl TypicalSpread {
    /// Learns from the deviations of readings with near neighbours. Few of them say little: the
    /// rule's `floor` counts as much as `floor_readings` of them.
    pub(super) fn of(rule: &NeighboursRule, deviations: &[f64]) -> Self {
        let learned = |spread: Option<f64>| {
            let weight = if spread.is_some() { deviations.len() as f64 } else { 0.0 };
            let known = weight * spread.unwrap_or(0.0).powi(2);
            let variance =
                (rule.floor_readings * rule.floor.powi(2) + known) / (rule.floor_readings + weight);
            variance.sqrt().max(rule.least_floor)
        };
        let mut scratch = deviations.to_vec();
        let centre = middle(&mut scratch);
        let spread_of = |chosen: &dyn Fn(f64) -> bool| {
            let centre = centre?;
            let apart = deviations.iter().map(|deviation| deviation - centre);
            let mut sizes: Vec<f64> = apart.filter(|&apart| chosen(apart)).map(f64::abs).collect();
            middle(&mut sizes).map(|size| TO_DEVIATION * size)
        };
        let middle = learned(spread_of(&|_| true));
        let side = |chosen: &dyn Fn(f64) -> bool| learned(spread_of(chosen)).min(middle);
        Self { middle, below: side(&|apart| apart <= 0.0), above: side(&|apart| apart > 0.0) }
    }
}

/// The upper median; `None` of nothing.
fn middle(values: &mut [f64]) -> Option<f64> {
    let half = values.len() / 2;
    (!values.is_empty()).then(|| *values.select_nth_unstable_by(half, f64::total_cmp).1)
}

#[cfg(test)]
mod tests {
    use super::super::rules::QualityRules;
    use super::*;

    /// A thousand deviations, half of them up to `below` under 0, half up to `above` over it.
    fn spread(below: f64, above: f64, count: i32) -> TypicalSpread {
        let half = count / 2;
        let share = |number: i32| (f64::from(number) + 0.5) / f64::from(half);
        let all: Vec<f64> =
            (0..half).flat_map(|number| [-below * share(number), above * share(number)]).collect();
        TypicalSpread::of(&QualityRules::builtin().neighbours[0], &all)
    }

    #[test]
    fn a_moment_with_many_readings_tells_its_own_spread_on_either_side() {
        let quiet = spread(1.0, 1.0, 10_000);
        assert!((quiet.middle - 0.5 * TO_DEVIATION).abs() < 0.02, "{quiet:?}");
        let sunny = spread(2.0, 6.0, 10_000);
        assert!((sunny.below - TO_DEVIATION).abs() < 0.02, "{sunny:?}");
        assert!((sunny.above - sunny.middle).abs() < 1e-9 && sunny.middle > sunny.below, "{sunny:?}");
    }

    #[test]
    fn few_readings_leave_what_the_rule_says_and_none_is_exact() {
        let rule = &QualityRules::builtin().neighbours[0];
        let nobody = TypicalSpread::of(rule, &[]);
        for spread in [nobody.middle, nobody.below, nobody.above] {
            assert!((spread - rule.floor).abs() < 1e-9, "{nobody:?}");
        }
        let few = spread(0.1, 0.1, 6);
        assert!((few.middle - rule.floor).abs() < 0.1 * rule.floor, "{few:?}");
        assert!((spread(0.0, 0.0, 1_000_000).middle - rule.least_floor).abs() < 1e-9);
    }
}
