//! Sentences with placeholders for values and limits.

use super::condition::Condition;
use super::input::{Given, InputFacts, Inputs};
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
                SentencePart::Value(kind) => (*kind, value(inputs, *kind)),
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

/// The rounded value of an input of a rule that fits.
fn value(inputs: &Inputs, kind: InputKind) -> f64 {
    match inputs.get(kind) {
        Some(Given::Weather(input)) => input.rounded(),
        Some(Given::Told(_)) | None => {
            unreachable!("a rule fits only if its inputs are known, and only weather has placeholders")
        }
    }
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
