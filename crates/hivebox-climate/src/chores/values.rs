//! The known inputs as rules compare them: rounded, and without origins.

pub(super) use super::input::rounded;
use super::input::{Given, Input, InputFacts, Inputs, Origin};
use super::kind::InputKind;

/// The known inputs as rules compare them, by [`InputKind::index`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Values([Option<Value>; InputKind::ALL.len()]);

/// What rules look up the known inputs in.
pub(super) trait Known {
    /// The input of a kind; `None` if it is unknown.
    fn get(&self, kind: InputKind) -> Option<Value>;
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Weather(Spread),
    Told(bool),
}

/// A value and its range; `low <= value <= high`, and the value is finite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Spread {
    pub(super) value: f64,
    pub(super) low: f64,
    pub(super) high: f64,
}

impl Spread {
    /// `None` if the value is not finite. An end of the range that is NaN is unlimited.
    pub(super) fn new(value: f64, low: f64, high: f64) -> Option<Self> {
        let low = if low.is_nan() { f64::NEG_INFINITY } else { low.min(value) };
        let high = if high.is_nan() { f64::INFINITY } else { high.max(value) };
        value.is_finite().then_some(Self { value, low, high })
    }

    /// Rounded as values are shown, so a verdict never contradicts its sentence.
    pub(super) fn rounded(self) -> Self {
        Self { value: rounded(self.value), low: rounded(self.low), high: rounded(self.high) }
    }

    /// The value and range on the way to another, from 0 to 1.
    #[inline]
    pub(super) fn towards(&self, other: &Self, share: f64) -> Self {
        let (low, high) = (between(self.low, other.low, share), between(self.high, other.high, share));
        Self { value: between(self.value, other.value, share), low, high }
    }

    fn of(input: &Input, facts: &InputFacts) -> Option<Self> {
        let is_certain = facts.is_exact && matches!(input.origin, Origin::Measured { .. });
        let (low, high) = if is_certain { (input.value, input.value) } else { (input.low, input.high) };
        Some(Self::new(input.value, low, high)?.rounded())
    }
}

/// A value on the way from one to another, from 0 to 1, rounded as values are shown.
#[inline]
pub(super) fn between(begin: f64, end: f64, share: f64) -> f64 {
    let moved = begin + share * (end - begin);
    // From an unlimited end of a range there is no way.
    rounded(if moved.is_nan() { begin } else { moved })
}

impl Values {
    pub(super) fn of(inputs: &Inputs, facts: &[InputFacts]) -> Self {
        Self(InputKind::ALL.map(|kind| match inputs.get(kind)? {
            Given::Weather(input) => Spread::of(&input, &facts[kind.index()]).map(Value::Weather),
            Given::Told(told) => Some(Value::Told(told)),
        }))
    }
}

impl Known for Values {
    fn get(&self, kind: InputKind) -> Option<Value> {
        self.0[kind.index()]
    }
}
