//! Sentences with places for values and limits.

use std::fmt::Write as _;

use super::InputFacts;
use super::input::{Given, InputKind, Inputs};
use super::language::Language;
use super::rule::{Condition, Rule};

/// A sentence with places in it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sentence {
    parts: Box<[Part]>,
}

#[derive(Debug, Clone, PartialEq)]
enum Part {
    Text(Box<str>),
    /// The value of an input.
    Value(InputKind),
    /// A limit of the rule's condition on an input.
    Limit(InputKind, End),
}

/// Which end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Lower,
    Upper,
}

impl Sentence {
    /// Reads a template; `Err` has what stands in braces and can never be filled in.
    pub(super) fn parse(template: &str, when: &[Condition]) -> Result<Self, String> {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((text, after)) = rest.split_once('{') {
            let (place, after) = after.split_once('}').ok_or_else(|| after.to_owned())?;
            parts.push(Part::Text(text.into()));
            parts.push(part(place, when).ok_or_else(|| place.to_owned())?);
            rest = after;
        }
        parts.push(Part::Text(rest.into()));
        Ok(Self { parts: parts.into() })
    }

    pub(super) fn fill(
        &self,
        rule: &Rule,
        inputs: &Inputs,
        facts: &[InputFacts],
        language: Language,
    ) -> String {
        let mut filled = String::new();
        for part in &self.parts {
            let (kind, number) = match part {
                Part::Text(text) => {
                    filled.push_str(text);
                    continue;
                }
                Part::Value(kind) => match inputs.get(*kind) {
                    Some(Given::Measured(input)) => (*kind, input.rounded()),
                    // The rule fits, so its inputs are known, and only measured ones have a place.
                    Some(Given::Told(_)) | None => continue,
                },
                Part::Limit(kind, end) => match limit(&rule.when, *kind, *end) {
                    Some((limit, _)) => (*kind, limit),
                    // Parsing has seen to it that there is one.
                    None => continue,
                },
            };
            // Writing to a String cannot fail.
            let _ = write!(filled, "{} {}", language.number(number), facts[kind.index()].unit);
        }
        filled
    }
}

/// What stands between braces, such as `air_temperature` or `air_temperature.below`.
fn part(place: &str, when: &[Condition]) -> Option<Part> {
    let (slug, end) = match place.split_once('.') {
        Some((slug, end)) => (slug, Some(end)),
        None => (place, None),
    };
    let kind = InputKind::by_slug(slug)?;
    let is_of_rule =
        when.iter().any(|condition| matches!(condition, Condition::Within { input, .. } if *input == kind));
    let Some(end) = end else {
        return is_of_rule.then_some(Part::Value(kind));
    };
    let (end, includes_limit) = match end {
        "above" => (End::Lower, false),
        "from" => (End::Lower, true),
        "below" => (End::Upper, false),
        "up_to" => (End::Upper, true),
        _ => return None,
    };
    limit(when, kind, end).filter(|(_, includes)| *includes == includes_limit)?;
    Some(Part::Limit(kind, end))
}

/// The limit at one end of a rule's condition on an input, and whether that is included.
fn limit(when: &[Condition], kind: InputKind, end: End) -> Option<(f64, bool)> {
    when.iter().find_map(|condition| match condition {
        Condition::Within { input, range } if *input == kind => {
            let bound = match end {
                End::Lower => range.lower,
                End::Upper => range.upper,
            };
            bound.map(|bound| (bound.limit, bound.includes_limit))
        }
        Condition::Within { .. } | Condition::Told { .. } => None,
    })
}
