//! One rule: when it fits, and what it says then.

use super::input::{Given, Input, InputKind, Inputs};
use super::language::Translated;
use super::sentence::Sentence;
use super::{ChoreVerdict, InputFacts};

/// A verdict, the conditions under which it is given, and the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) verdict: ChoreVerdict,
    pub(super) when: Box<[Condition]>,
    pub(super) reason: Translated<Sentence>,
}

/// What must hold of an input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Condition {
    /// A measured value lies in a range.
    Within {
        /// The input.
        input: InputKind,
        /// The range.
        range: Range,
    },
    /// A beekeeper told this.
    Told {
        /// The input.
        input: InputKind,
        /// What was told.
        is: bool,
    },
}

/// A range of values, with at least one end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// The lower end; `None` if there is none.
    pub lower: Option<Bound>,
    /// The upper end; `None` if there is none.
    pub upper: Option<Bound>,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bound {
    /// The limit.
    pub limit: f64,
    /// Whether the limit itself is within the range.
    pub includes_limit: bool,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Truth {
    /// It does not.
    Never,
    /// It is not known, since the input is missing.
    Unknown,
    /// It may, within the uncertainty of the input.
    Maybe,
    /// It does.
    Surely,
}

impl Rule {
    /// What is said of the chore where the rule fits.
    #[must_use]
    pub fn verdict(&self) -> ChoreVerdict {
        self.verdict
    }

    /// The conditions, all of which must hold.
    #[must_use]
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// Whether all conditions hold: as much as the weakest of them does.
    pub(super) fn truth(&self, inputs: &Inputs, facts: &[InputFacts]) -> Truth {
        let truths = self.when.iter().map(|condition| condition.truth(inputs, facts));
        truths.min().unwrap_or(Truth::Surely)
    }
}

impl Condition {
    /// The input.
    #[must_use]
    pub fn input(&self) -> InputKind {
        match self {
            Self::Within { input, .. } | Self::Told { input, .. } => *input,
        }
    }

    fn truth(&self, inputs: &Inputs, facts: &[InputFacts]) -> Truth {
        match (self, inputs.get(self.input())) {
            (Self::Within { input, range }, Some(Given::Measured(measured))) => {
                range.truth(&measured, facts[input.index()].is_exact)
            }
            (Self::Told { is, .. }, Some(Given::Told(told))) if *is == told => Truth::Surely,
            (Self::Told { .. }, Some(Given::Told(_))) => Truth::Never,
            (_, None) => Truth::Unknown,
            // A condition is of its input's sort, see `read`.
            (Self::Within { .. }, Some(Given::Told(_))) | (Self::Told { .. }, Some(Given::Measured(_))) => {
                Truth::Unknown
            }
        }
    }
}

impl Range {
    fn truth(&self, measured: &Input, is_exact: bool) -> Truth {
        let value = measured.rounded();
        let doubt = measured.uncertainty.filter(|_| !is_exact).unwrap_or(0.0);
        // An uncertainty that is no number says that nothing is certain.
        let doubt = if doubt.is_nan() { f64::INFINITY } else { doubt.abs() };
        let (least, most) = (value - doubt, value + doubt);
        if self.is_above_lower(least) && self.is_below_upper(most) {
            Truth::Surely
        } else if self.is_above_lower(most) && self.is_below_upper(least) {
            Truth::Maybe
        } else {
            Truth::Never
        }
    }

    fn is_above_lower(&self, value: f64) -> bool {
        self.lower.is_none_or(|lower| value > lower.limit || (lower.includes_limit && value >= lower.limit))
    }

    fn is_below_upper(&self, value: f64) -> bool {
        self.upper.is_none_or(|upper| value < upper.limit || (upper.includes_limit && value <= upper.limit))
    }
}
