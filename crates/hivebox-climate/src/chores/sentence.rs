//! Sentences with placeholders for values and limits.

use super::condition::{Condition, Range};
use super::input::{Given, Input, InputFacts, Inputs};
use super::kind::InputKind;
use super::language::Language;

/// A sentence with placeholders.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence {
    parts: Box<[SentencePart]>,
}

#[derive(Debug, Clone, PartialEq)]
enum SentencePart {
    Text(Box<str>),
    /// The value of an input.
    Value(InputKind),
    /// The limit of the rule's condition on an input.
    Limit(InputKind, RangeEnd),
}

/// Which end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
enum RangeEnd {
    Lower,
    Upper,
}

impl Sentence {
    /// Parses a template; the error is the text in braces that can never be filled in.
    pub(super) fn parse(template: &str, when: &[Condition]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
            parts.push(SentencePart::Text(text.into()));
            parts.push(part(place, when).ok_or_else(|| place.to_owned())?);
            rest = after;
        }
        parts.push(SentencePart::Text(rest.into()));
        Ok(Self { parts: parts.into() })
    }

    /// Whether it has a placeholder for the value of an input.
    pub(super) fn shows(&self, kind: InputKind) -> bool {
        self.parts.contains(&SentencePart::Value(kind))
    }

    /// Fills in the values of a rule that fits, and the limits of its conditions.
    ///
    /// # Panics
    /// If `when` is not what the template was parsed with, or one of its inputs is unknown.
    pub(super) fn fill(
        &self,
        when: &[Condition],
        inputs: &Inputs,
        facts: &[InputFacts],
        language: Language,
    ) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            let (kind, number) = match part {
                SentencePart::Text(text) => {
                    filled.push_str(text);
                    continue;
                }
                SentencePart::Value(kind) => (*kind, value(inputs, *kind, when)),
                SentencePart::Limit(kind, end) => {
                    let limit = limit(when, *kind, *end);
                    (*kind, limit.expect("the template was parsed with the same conditions").0)
                }
            };
            filled.extend([&language.number(number), " ", &*facts[kind.index()].unit]);
        }
        filled
    }
}

/// The value of an input of a rule that fits, as people read it.
fn value(inputs: &Inputs, kind: InputKind, when: &[Condition]) -> f64 {
    match inputs.get(kind) {
        Some(Given::Weather(input)) => {
            let range = when.iter().find_map(|condition| match condition {
                Condition::Within { input, range } if *input == kind => Some(range),
                Condition::Within { .. } | Condition::Told { .. } => None,
            });
            shown(&input, range)
        }
        Some(Given::Told(_)) | None => {
            unreachable!("a rule fits only if its inputs are known, and only weather has placeholders")
        }
    }
}

/// A value without digits that its range makes meaningless: 2.61 ± 0.5 is 2.6. It keeps more, up to the two decimals
/// by which it is judged, if it would else be on the other side of a limit: no sentence says that 13 is below 13.
fn shown(input: &Input, range: Option<&Range>) -> f64 {
    let judged = input.rounded();
    let uncertainty = input.uncertainty();
    // The place of the first digit of the uncertainty: 0.5 has it at the first decimal, and 0.96 is about 1.
    let decimals =
        if uncertainty > 0.0 { (-(uncertainty / 0.95).log10().floor()).clamp(0.0, 2.0) } else { 2.0 };
    let is_alike = |number: &f64| range.is_none_or(|range| range.contains(*number) == range.contains(judged));
    let coarser = (decimals as i32..2).map(|decimals| {
        let steps = 10_f64.powi(decimals);
        // Adding zero turns a -0.0 from rounding into 0.0.
        (judged * steps).round() / steps + 0.0
    });
    coarser.into_iter().find(is_alike).unwrap_or(judged)
}

/// The placeholder for a text in braces, such as `air_temperature` or `air_temperature.below`.
fn part(place: &str, when: &[Condition]) -> Option<SentencePart> {
    let (slug, end) = match place.split_once('.') {
        Some((slug, end)) => (slug, Some(end)),
        None => (place, None),
    };
    let kind = InputKind::by_slug(slug)?;
    let is_of_rule =
        when.iter().any(|condition| matches!(condition, Condition::Within { input, .. } if *input == kind));
    let Some(end) = end else {
        return is_of_rule.then_some(SentencePart::Value(kind));
    };
    let (end, includes_limit) = match end {
        "above" => (RangeEnd::Lower, false),
        "from" => (RangeEnd::Lower, true),
        "below" => (RangeEnd::Upper, false),
        "up_to" => (RangeEnd::Upper, true),
        _ => return None,
    };
    limit(when, kind, end).filter(|(_, includes)| *includes == includes_limit)?;
    Some(SentencePart::Limit(kind, end))
}

/// The limit at one end of the condition on an input, and whether the range includes it.
fn limit(when: &[Condition], kind: InputKind, end: RangeEnd) -> Option<(f64, bool)> {
    when.iter().find_map(|condition| match condition {
        Condition::Within { input, range } if *input == kind => {
            let bound = match end {
                RangeEnd::Lower => range.lower,
                RangeEnd::Upper => range.upper,
            };
            bound.map(|bound| (bound.limit, bound.includes_limit))
        }
        Condition::Within { .. } | Condition::Told { .. } => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chores::condition::Bound;
    use crate::chores::input::Origin;

    #[test]
    fn a_value_is_shown_no_finer_than_its_uncertainty_and_on_its_side_of_the_limit() {
        let below_13 = Range { lower: None, upper: Some(Bound { limit: 13.0, includes_limit: false }) };
        let at_least_5 = Range { lower: Some(Bound { limit: 5.0, includes_limit: true }), upper: None };
        for (value, uncertainty, range, expected) in [
            (2.61, 0.5, None, 2.6),
            (2.66, 0.09, None, 2.66),
            (2.66, 0.1, None, 2.7),
            (2.66, 0.94, None, 2.7),
            (2.66, 0.96, None, 3.0),
            (3.2, 1.3, None, 3.0),
            (13.4, 12.0, None, 13.0),
            (2.6123, 0.0, None, 2.61),
            (2.6123, f64::NAN, None, 2.61),
            (-0.04, 0.5, None, 0.0),
            (12.96, 0.5, Some(below_13), 12.96),
            (12.94, 0.5, Some(below_13), 12.9),
            (12.6, 1.5, Some(below_13), 12.6),
            (13.04, 0.5, Some(below_13), 13.0),
            (4.96, 0.5, Some(at_least_5), 4.96),
            (5.04, 0.5, Some(at_least_5), 5.0),
        ] {
            let input = Input::around(value, uncertainty, Origin::Told);
            let told = shown(&input, range.as_ref());
            assert!(
                (told - expected).abs() < 1e-9 && told.is_sign_positive(),
                "{value} ± {uncertainty}: {told}"
            );
        }
    }
}
