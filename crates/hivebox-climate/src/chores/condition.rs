//! The conditions of rules.

use super::input::{Given, Input, InputFacts, InputKind, Inputs};

/// A condition on one input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// A measured value is in a range.
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

/// How certain it is that a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Certainty {
    /// It does not hold.
    Never,
    /// Unknown: the input is missing.
    Unknown,
    /// It may hold, within the uncertainty of the input.
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

    pub(super) fn certainty(&self, inputs: &Inputs, facts: &[InputFacts]) -> Certainty {
        match (self, inputs.get(self.input())) {
            (Self::Within { input, range }, Some(Given::Measured(measured))) => {
                range.certainty(&measured, facts[input.index()].is_exact)
            }
            (Self::Told { is, .. }, Some(Given::Told(told))) if *is == told => Certainty::Surely,
            (Self::Told { .. }, Some(Given::Told(_))) => Certainty::Never,
            (_, None) => Certainty::Unknown,
            // The reader rejects a condition of the wrong kind for its input.
            (Self::Within { .. }, Some(Given::Told(_))) | (Self::Told { .. }, Some(Given::Measured(_))) => {
                Certainty::Unknown
            }
        }
    }
}

impl Range {
    fn certainty(&self, measured: &Input, is_exact: bool) -> Certainty {
        let value = measured.rounded();
        let doubt = measured.uncertainty.filter(|_| !is_exact).unwrap_or(0.0);
        // An uncertainty of NaN means that nothing is certain.
        let doubt = if doubt.is_nan() { f64::INFINITY } else { doubt.abs() };
        let (least, most) = (value - doubt, value + doubt);
        if self.is_above_lower(least) && self.is_below_upper(most) {
            Certainty::Surely
        } else if self.is_above_lower(most) && self.is_below_upper(least) {
            Certainty::Maybe
        } else {
            Certainty::Never
        }
    }

    fn is_above_lower(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| value > lower.limit || (lower.includes_limit && value >= lower.limit))
    }

    fn is_below_upper(&self, value: f64) -> bool {
        self.upper.is_none_or(|upper| value < upper.limit || (upper.includes_limit && value <= upper.limit))
    }
}
