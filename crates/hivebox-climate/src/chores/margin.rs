//! How far a verdict is from changing.

use std::sync::LazyLock;

use super::ahead::Moment;
use super::condition::{Condition, Range};
use super::kind::InputKind;
use super::rule::{Rule, Rules};
use super::values::{Known, Spread, Value};
use super::verdict::ChoreVerdict;

/// How far the weakest input is from changing a verdict.
#[derive(Debug, Clone, Copy)]
pub(super) struct Margin {
    /// The distance from its value to the limit, in standard deviations. One standard deviation is
    /// the distance from the value to that end of its 68 % range which is towards the limit.
    pub(super) deviations: f64,
    /// `None` if no weather decides.
    pub(super) input: Option<InputKind>,
}

impl Margin {
    pub(super) const NONE: Self = Self { deviations: f64::INFINITY, input: None };

    /// The margin of a verdict of `rules` at a moment: how far it is from a more careful one.
    /// [`Limits`](super::limits::Limits) find the same faster for most rules.
    pub(super) fn of(rules: &Rules, moment: &Moment<'_>, verdict: ChoreVerdict) -> Self {
        let more_careful = rules.in_order.iter().filter(|rule| rule.verdict.is_more_careful_than(verdict));
        let margins = more_careful.map(|rule| Self::of_rule(rule, moment, false));
        let margin = margins.fold(Self::NONE, Self::weaker);
        let go = rules.in_order.iter().filter(|rule| rule.verdict == ChoreVerdict::Go);
        let best = go.map(|rule| Self::of_rule(rule, moment, true)).reduce(Self::stronger);
        best.filter(|_| verdict == ChoreVerdict::Go).map_or(margin, |best| margin.weaker(best))
    }

    /// The weaker of both. Of two that are equally weak, the first in the order of [`InputKind::ALL`], so
    /// it does not matter in which order margins are compared.
    pub(super) fn weaker(self, other: Self) -> Self {
        let (Some(input), Some(of_other)) = (self.input, other.input) else {
            return if self.input.is_none() { other } else { self };
        };
        let order = other.deviations.total_cmp(&self.deviations);
        if order.then(of_other.index().cmp(&input.index())).is_lt() { other } else { self }
    }

    fn stronger(self, other: Self) -> Self {
        if other.deviations > self.deviations { other } else { self }
    }

    /// How far a rule is from no longer fitting, or from fitting.
    fn of_rule(rule: &Rule, moment: &Moment<'_>, fits: bool) -> Self {
        let margins = rule.when.iter().map(|condition| Self::of_condition(condition, moment, fits));
        let margin = if fits { margins.reduce(Self::weaker) } else { margins.reduce(Self::stronger) };
        margin.unwrap_or(Self::NONE)
    }

    #[inline]
    fn of_condition(condition: &Condition, moment: &Moment<'_>, fits: bool) -> Self {
        let input = condition.input();
        let Condition::Within { range, .. } = condition else { return Self::NONE };
        let Some(Value::Weather(spread)) = moment.get(input) else { return Self::NONE };
        let deviations = if !range.is_whether_dry(input) {
            range.deviations(&spread, fits)
        } else if fits == (range.upper.is_some()) {
            moment.dry()
        } else {
            -moment.dry()
        };
        Self { deviations, input: Some(input) }
    }

    /// The probability that the verdict holds, and the input that decides it.
    pub(super) fn certainty(self) -> (f64, Option<InputKind>) {
        (cumulative(self.deviations), self.input)
    }
}

impl Range {
    /// Whether it only tells rain from none, whose probability the forecast gives.
    pub(super) fn is_whether_dry(&self, input: InputKind) -> bool {
        input == InputKind::PrecipitationRate
            && [self.lower, self.upper].iter().flatten().all(|bound| bound.limit <= 0.0)
    }

    /// How many standard deviations a value is within the range, or beyond it.
    #[inline]
    fn deviations(&self, spread: &Spread, within: bool) -> f64 {
        let lower = self.lower.map(|bound| spread.above(bound.limit, bound.includes_limit));
        let upper = self.upper.map(|bound| -spread.above(bound.limit, !bound.includes_limit));
        let both = lower.into_iter().chain(upper);
        if within {
            both.fold(f64::INFINITY, f64::min)
        } else {
            both.map(|one| -one).fold(f64::NEG_INFINITY, f64::max)
        }
    }
}

impl Spread {
    /// How many standard deviations it is above a limit; the limit itself is above if `at_limit`.
    #[inline]
    pub(super) fn above(&self, limit: f64, at_limit: bool) -> f64 {
        let distance = self.value - limit;
        let is_above = distance > 0.0 || (distance >= 0.0 && at_limit);
        let deviation = if is_above { self.value - self.low } else { self.high - self.value };
        if deviation > 0.0 {
            distance / deviation
        } else if is_above {
            f64::INFINITY
        } else {
            f64::NEG_INFINITY
        }
    }
}

/// The standard deviations above the mean of a normal distribution below which a share from 0 to 1
/// of it lies. The share is rounded down to whole percents, as sources state probabilities.
pub(super) fn deviations_of(share: f64) -> f64 {
    BY_PERCENT[((100.0 * share + 1e-9) as usize).min(100)]
}

static BY_PERCENT: LazyLock<[f64; 101]> = LazyLock::new(|| {
    std::array::from_fn(|percent| match percent {
        0 => f64::NEG_INFINITY,
        100 => f64::INFINITY,
        _ => {
            let (mut low, mut high) = (-4.0, 4.0);
            for _ in 0..50 {
                let middle = f64::midpoint(low, high);
                let is_below = 100.0 * cumulative(middle) < percent as f64;
                *if is_below { &mut low } else { &mut high } = middle;
            }
            low
        }
    })
});

/// The share of a normal distribution below so many standard deviations above its mean.
fn cumulative(deviations: f64) -> f64 {
    0.5 * libm::erfc(-deviations * std::f64::consts::FRAC_1_SQRT_2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chores::condition::Bound;

    #[test]
    fn of_two_equally_weak_inputs_the_same_one_is_named_in_either_order() {
        let margin = |deviations, input| Margin { deviations, input: Some(input) };
        let wind = margin(1.5, InputKind::WindSpeed);
        let of_two = |one: Margin, other: Margin| (one.weaker(other).input, other.weaker(one).input);
        let (air, both) = (InputKind::AirTemperature, |kind| (Some(kind), Some(kind)));
        assert_eq!(of_two(wind, margin(1.5, air)), both(air));
        assert_eq!(of_two(wind, margin(2.5, air)), both(InputKind::WindSpeed));
        assert_eq!(of_two(wind, Margin::NONE), both(InputKind::WindSpeed));
    }

    #[test]
    fn a_limit_at_the_end_of_the_68_percent_range_is_kept_in_84_of_100_cases() {
        let range = |lower: Option<f64>, upper: Option<f64>| {
            let bound = |limit| Bound { limit, includes_limit: true };
            Range { lower: lower.map(bound), upper: upper.map(bound) }
        };
        let spread = Spread { value: 20.0, low: 18.0, high: 21.0 };
        let share =
            |range: Range, within| (100.0 * cumulative(range.deviations(&spread, within))).round() as i32;
        assert_eq!(share(range(Some(18.0), None), true), 84);
        assert_eq!(share(range(None, Some(21.0)), true), 84);
        assert_eq!(share(range(None, Some(22.0)), true), 98);
        assert_eq!(share(range(Some(18.0), Some(22.0)), true), 84);
        assert_eq!(share(range(Some(22.0), None), false), 98);
        assert_eq!(share(range(Some(20.0), None), true), 50);
        for percent in 1..100 {
            let share = f64::from(percent) / 100.0;
            assert!((cumulative(deviations_of(share)) - share).abs() < 1e-9, "{percent} %");
        }
        assert!(cumulative(deviations_of(0.0)) <= 0.0 && cumulative(deviations_of(1.0)) >= 1.0);
        let sure = Spread { value: 20.0, low: 20.0, high: 20.0 };
        assert!(cumulative(range(Some(20.0), None).deviations(&sure, true)) >= 1.0);
        assert!(cumulative(range(Some(20.0), None).deviations(&sure, false)) <= 0.0);
    }
}
