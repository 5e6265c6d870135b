//! A rule: its conditions, its verdict and its reason.

use super::condition::{Certainty, Condition};
use super::input::{Given, Inputs};
use super::kind::InputKind;
use super::language::{Language, Translated};
use super::sentence::Sentence;
use super::values::Known;
use super::verdict::ChoreVerdict;

/// A verdict, the conditions under which it applies, and the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) verdict: ChoreVerdict,
    pub(super) when: Box<[Condition]>,
    pub(super) reason: Translated<Sentence>,
    /// The reason if a beekeeper saw an input whose value `reason` shows.
    pub(super) seen: Option<Translated<Sentence>>,
    /// The reason if the conditions hold only in a part of the range of an input.
    pub(super) maybe: Option<Translated<Sentence>>,
}

impl Rule {
    /// The verdict if the rule fits.
    #[must_use]
    pub fn verdict(&self) -> ChoreVerdict {
        self.verdict
    }

    /// The conditions, all of which must hold.
    #[must_use]
    pub fn when(&self) -> &[Condition] {
        &self.when
    }

    /// Whether a beekeeper saw an input whose value the reason would show.
    pub(super) fn shows_what_was_seen(&self, inputs: &Inputs) -> bool {
        let is_seen = |kind| matches!(inputs.get(kind), Some(Given::Weather(input)) if input.is_told());
        let mut needed = self.when.iter().map(Condition::input);
        needed.any(|kind| is_seen(kind) && self.reason.any(|reason| reason.shows(kind)))
    }

    /// How certain it is that all conditions hold: as certain as the weakest of them.
    #[inline]
    pub(super) fn certainty(&self, known: &impl Known) -> Certainty {
        let certainties = self.when.iter().map(|condition| condition.certainty(known));
        certainties.min().unwrap_or(Certainty::Surely)
    }
}

/// The rules of a chore, with what they need.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    pub(super) needs: Box<[InputKind]>,
    pub(super) in_order: Box<[Rule]>,
    pub(super) caveat: Option<Translated<Box<str>>>,
    pub(super) readings: Box<[Box<str>]>,
}

impl Rules {
    /// The inputs that decide.
    #[must_use]
    pub fn needs(&self) -> &[InputKind] {
        &self.needs
    }

    /// The rules, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.in_order
    }

    /// What neither sensor nor model knows and the beekeeper must check, such as the syrup's
    /// temperature. Every reason ends with it.
    #[must_use]
    pub fn caveat(&self, language: Language) -> Option<&str> {
        self.caveat.as_ref().map(|caveat| &**caveat.of(language))
    }

    /// How HiveBox interprets the sources where they leave room.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = &str> {
        self.readings.iter().map(|reading| &**reading)
    }
}
