//! The limits that decide how far a verdict is from a more careful one.

use super::ahead::{Ahead, Moment, changes_evenly};
use super::condition::{Bound, Condition, Range};
use super::kind::InputKind;
use super::margin::Margin;
use super::rule::Rules;
use super::told::Told;
use super::values::{Known, Spread, Value};
use super::verdict::ChoreVerdict;

/// The limits that decide how far a verdict is from a more careful one: for each input at most the
/// highest lower and the lowest upper one.
#[derive(Debug)]
pub(super) struct Limits<'a> {
    rules: &'a Rules,
    verdict: ChoreVerdict,
    /// `None` if the rules need more than all of some limits.
    all: Option<Vec<Limit>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Limit {
    input: InputKind,
    /// Whether the value has to stay above it.
    is_lower: bool,
    value: f64,
    /// Whether a value at the limit counts as above.
    is_above: bool,
    /// Whether it only tells rain from none.
    is_whether_dry: bool,
}

impl<'a> Limits<'a> {
    pub(super) fn of(rules: &'a Rules, verdict: ChoreVerdict) -> Self {
        Self { rules, verdict, all: limits(rules, verdict) }
    }

    /// The margin at a moment.
    pub(super) fn margin(&self, moment: &Moment<'_>) -> Margin {
        let Some(limits) = &self.all else { return Margin::of(self.rules, moment, self.verdict) };
        let mut margin = Margin::NONE;
        for limit in limits {
            if let Some(Value::Weather(spread)) = moment.get(limit.input) {
                let deviations = limit.deviations(&spread, || moment.dry());
                margin = margin.weaker(Margin { deviations, input: Some(limit.input) });
            }
        }
        margin
    }

    /// The margin at the worst beginning or end of whole hours, by the forecast, from one hour to
    /// another. All weather is known at them.
    pub(super) fn margin_of_hours(&self, ahead: &Ahead, told: Told, first: usize, last: usize) -> Margin {
        let Some(limits) = &self.all else {
            let ends = |hour| [hour, hour + 1].map(|end| ahead.moment(hour, ahead.second(end), told, false));
            let margins = (first..=last).flat_map(ends).map(|moment| self.margin(&moment));
            return margins.fold(Margin::NONE, Margin::weaker);
        };
        let mut margin = Margin::NONE;
        for limit in limits {
            let Some((column, before)) = ahead.column(limit.input) else { continue };
            let end = if changes_evenly(limit.input) { last + 1 } else { last };
            let lower = |one: f64, other: f64| if other < one { other } else { one };
            let deviations = if limit.is_whether_dry {
                let dry = ahead.dry(first, last).iter().map(|dry| limit.when_dry(*dry));
                dry.fold(f64::INFINITY, lower)
            } else {
                let spreads = column.spreads(first - before, end - before);
                spreads.map(|spread| limit.of_spread(&spread)).fold(f64::INFINITY, lower)
            };
            margin = margin.weaker(Margin { deviations, input: Some(limit.input) });
        }
        margin
    }
}

impl Limit {
    #[inline]
    fn deviations(&self, spread: &Spread, dry: impl Fn() -> f64) -> f64 {
        if self.is_whether_dry { self.when_dry(dry()) } else { self.of_spread(spread) }
    }

    #[inline]
    fn of_spread(&self, spread: &Spread) -> f64 {
        let above = spread.above(self.value, self.is_above);
        if self.is_lower { above } else { -above }
    }

    fn when_dry(&self, dry: f64) -> f64 {
        if self.is_lower { -dry } else { dry }
    }

    /// What keeps a value in a range.
    fn within(input: InputKind, range: &Range) -> impl Iterator<Item = Self> {
        let is_whether_dry = range.is_whether_dry(input);
        let limit = move |is_lower: bool, Bound { limit, includes_limit }| {
            let is_above = includes_limit == is_lower;
            Self { input, is_lower, value: limit, is_above, is_whether_dry }
        };
        let lower = range.lower.map(|bound| limit(true, bound));
        lower.into_iter().chain(range.upper.map(|bound| limit(false, bound)))
    }

    /// What keeps a value out of a range with this one limit.
    fn beyond(self) -> Self {
        Self { is_lower: !self.is_lower, ..self }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.input, self.is_lower, self.is_whether_dry)
            == (other.input, other.is_lower, other.is_whether_dry)
    }

    /// Whether a value is never further from the other limit of the same kind.
    fn is_as_tight(&self, other: &Self) -> bool {
        let order = if self.is_lower {
            self.value.total_cmp(&other.value)
        } else {
            other.value.total_cmp(&self.value)
        };
        // Of two at the same value, the one that the value itself does not keep is tighter.
        let is_kept_as_rarely = self.is_above == other.is_above || self.is_above != self.is_lower;
        order.is_gt() || (order.is_eq() && is_kept_as_rarely)
    }
}

/// The limits of a verdict. `None` if no list of limits, all of which must be kept, says as much as
/// the rules.
fn limits(rules: &Rules, verdict: ChoreVerdict) -> Option<Vec<Limit>> {
    let mut limits: Vec<Limit> = Vec::with_capacity(rules.in_order.len());
    for rule in rules.in_order.iter().filter(|rule| rule.verdict.is_more_careful_than(verdict)) {
        match &rule.when[..] {
            [Condition::Told { .. }] => {}
            [Condition::Within { input, range }] if range.lower.is_none() || range.upper.is_none() => {
                Limit::within(*input, range).for_each(|limit| add(&mut limits, limit.beyond()));
            }
            _ => return None,
        }
    }
    if verdict == ChoreVerdict::Go {
        let go = || rules.in_order.iter().filter(|rule| rule.verdict == ChoreVerdict::Go);
        let limits_of = |when: &[Condition]| {
            let mut limits = Vec::with_capacity(2 * when.len());
            for condition in when {
                if let Condition::Within { input, range } = condition {
                    limits.extend(Limit::within(*input, range));
                }
            }
            limits
        };
        // The rule that fits wherever another one does decides.
        let mut loosest = go().next().map(|rule| limits_of(&rule.when)).unwrap_or_default();
        for rule in go().skip(1) {
            let other = limits_of(&rule.when);
            if is_looser(&other, &loosest) {
                loosest = other;
            } else if !is_looser(&loosest, &other) {
                return None;
            }
        }
        if loosest.iter().filter(|limit| limit.is_whether_dry).count() > 1 {
            return None;
        }
        for limit in loosest {
            add(&mut limits, limit);
        }
    }
    Some(limits)
}

/// Adds a limit, or tightens the one of the same kind.
fn add(limits: &mut Vec<Limit>, limit: Limit) {
    match limits.iter_mut().find(|other| other.is_like(&limit)) {
        Some(other) if other.is_as_tight(&limit) => {}
        Some(other) => *other = limit,
        None => limits.push(limit),
    }
}

/// Whether each of some limits is as tight among the others.
fn is_looser(these: &[Limit], others: &[Limit]) -> bool {
    these.iter().all(|limit| others.iter().any(|other| other.is_like(limit) && other.is_as_tight(limit)))
}
