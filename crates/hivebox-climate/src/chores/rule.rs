//! A rule: its conditions, its verdict and its reason.

use super::condition::{Certainty, Condition};
use super::input::{InputFacts, Inputs};
use super::language::Translated;
use super::sentence::Sentence;
use super::verdict::ChoreVerdict;

/// A verdict, the conditions under which it applies, and the reason.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    pub(super) verdict: ChoreVerdict,
    pub(super) when: Box<[Condition]>,
    pub(super) reason: Translated<Sentence>,
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

    /// How certain it is that all conditions hold: as certain as the weakest of them.
    pub(super) fn certainty(&self, inputs: &Inputs, facts: &[InputFacts]) -> Certainty {
        let certainties = self.when.iter().map(|condition| condition.certainty(inputs, facts));
        certainties.min().unwrap_or(Certainty::Surely)
    }
}
