//! The conditions of rules.

use super::kind::InputKind;
use super::values::{Known, Spread, Value};

/// A condition on one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// A value is in a range.
    Within {
        /// The input.
        input: InputKind,
        /// The range.
        range: Range,
    },
    /// A beekeeper reported this.
    Told {
        /// The input.
        input: InputKind,
        /// The reported value.
        is: bool,
    },
}

/// A range of values with at least one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end; `None` if open.
    pub lower: Option<Bound>,
    /// The upper end; `None` if open.
    pub upper: Option<Bound>,
}

/// One end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The limit, in the unit of the input.
    pub limit: f64,
    /// Whether the range includes the limit.
    pub includes_limit: bool,
}

/// One end of the range of an input's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    Low,
    High,
}

/// A comparison of one end of an input's range with one limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Comparison {
    pub(super) end: End,
    /// Whether the limit is a lower one.
    pub(super) is_lower: bool,
    pub(super) bound: Bound,
}

/// How certain it is that a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// It does not hold.
    Never,
    /// Unknown: the input is missing.
    Unknown,
    /// It may hold: it does in a part of the input's range.
    Maybe,
    /// It holds.
    Surely,
}

impl Condition {
    /// The input.
    #[must_use]
    pub fn input(&self) -> InputKind {
        match self {
            Self::Within { input, .. } | Self::Told { input, .. } => *input,
        }
    }

    #[inline]
    pub(super) fn certainty(&self, known: &impl Known) -> Certainty {
        match (self, known.get(self.input())) {
            (Self::Within { range, .. }, Some(Value::Weather(spread))) => range.certainty(&spread),
            (Self::Told { is, .. }, Some(Value::Told(told))) if *is == told => Certainty::Surely,
            (Self::Told { .. }, Some(Value::Told(_))) => Certainty::Never,
            (_, None) => Certainty::Unknown,
            // The reader rejects a condition of the wrong kind for its input.
            (Self::Within { .. }, Some(Value::Told(_))) | (Self::Told { .. }, Some(Value::Weather(_))) => {
                Certainty::Unknown
            }
        }
    }
}

impl Range {
    #[inline]
    fn certainty(&self, spread: &Spread) -> Certainty {
        if self.is_above_lower(spread.low) && self.is_below_upper(spread.high) {
            Certainty::Surely
        } else if self.is_above_lower(spread.high) && self.is_below_upper(spread.low) {
            Certainty::Maybe
        } else {
            Certainty::Never
        }
    }

    /// Whether a value is in the range.
    pub(super) fn contains(&self, value: f64) -> bool {
        self.is_above_lower(value) && self.is_below_upper(value)
    }

    /// The comparisons that all hold where the range holds for certain, or else where it may hold.
    #[inline]
    pub(super) fn comparisons(&self, for_certain: bool) -> impl Iterator<Item = Comparison> {
        let compared = |is_lower: bool, bound: Option<Bound>| {
            let end = if is_lower == for_certain { End::Low } else { End::High };
            bound.map(|bound| Comparison { end, is_lower, bound })
        };
        compared(true, self.lower).into_iter().chain(compared(false, self.upper))
    }

    fn is_above_lower(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| value > lower.limit || (lower.includes_limit && value >= lower.limit))
    }

    fn is_below_upper(&self, value: f64) -> bool {
        self.upper.is_none_or(|upper| value < upper.limit || (upper.includes_limit && value <= upper.limit))
    }
}

impl Comparison {
    #[inline]
    pub(super) fn holds(&self, value: f64) -> bool {
        let Bound { limit, includes_limit } = self.bound;
        match (self.is_lower, includes_limit) {
            (true, false) => value > limit,
            (true, true) => value >= limit,
            (false, false) => value < limit,
            (false, true) => value <= limit,
        }
    }
}

impl End {
    #[inline]
    pub(super) fn of(self, spread: &Spread) -> f64 {
        match self {
            Self::Low => spread.low,
            Self::High => spread.high,
        }
    }
}
