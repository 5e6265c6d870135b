//! Judges chores by what is known.

use super::input::{Given, InputKind, Inputs};
use super::language::Language;
use super::rule::{Rule, Truth};
use super::{Chore, ChoreVerdict, Chores};

/// What is said of one chore.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// The chore.
    pub chore: &'a Chore,
    /// Whether it can be done.
    pub verdict: ChoreVerdict,
    /// Why, in a sentence or a few.
    pub reason: String,
    /// What it needs and is known, in the order of [`Chore::needs`].
    pub used: Vec<(InputKind, Given)>,
    /// What it needs and is not known.
    pub missing: Vec<InputKind>,
}

impl Chores {
    /// Judges every chore, in the order of [`Chores::iter`], with reasons in a language.
    ///
    /// The rules of a chore are tried in their order, `no` first, then `unknown` where the sources are silent,
    /// `caution`, `go`; the first that fits decides. A rule fits when all of its conditions hold. There are
    /// three truths: a condition on an input that is missing neither holds nor fails.
    ///
    /// * A `no` is given as soon as what is known suffices for it: below 13 °C no hive is opened, whatever
    ///   the wind, so the wind need not be known.
    /// * Anything else is only given when all that the chore needs is known. If something is missing, and no
    ///   `no` is certain without it, the verdict is `unknown`. So a missing input never makes a `go`.
    /// * A value is not a point but a range, as wide as its uncertainty to both sides. A rule for `go` fits when
    ///   its conditions hold all over the ranges, any other rule as soon as they hold anywhere in them: of two
    ///   answers that are possible the more careful one is given, and the reason says so.
    #[must_use]
    pub fn judge(&self, inputs: &Inputs, language: Language) -> Vec<Judgement<'_>> {
        self.all.iter().map(|chore| self.judge_one(chore, inputs, language)).collect()
    }

    fn judge_one<'a>(&'a self, chore: &'a Chore, inputs: &Inputs, language: Language) -> Judgement<'a> {
        let used = chore.needs.iter().filter_map(|&kind| Some((kind, inputs.get(kind)?))).collect();
        let missing: Vec<InputKind> =
            chore.needs.iter().copied().filter(|&kind| inputs.get(kind).is_none()).collect();
        let (verdict, reason) = match self.deciding(chore, inputs) {
            Some((rule, truth)) if missing.is_empty() || is_certain_no(rule, truth) => {
                (rule.verdict, self.reason(chore, rule, truth, inputs, language))
            }
            _ if missing.is_empty() => (ChoreVerdict::Unknown, self.words.silent.of(language).to_string()),
            _ => (ChoreVerdict::Unknown, self.reason_of_missing(&missing, language)),
        };
        Judgement { chore, verdict, reason, used, missing }
    }

    /// The rule that decides. Of several that come to the same verdict it is one that fits without doubt.
    fn deciding<'a>(&self, chore: &'a Chore, inputs: &Inputs) -> Option<(&'a Rule, Truth)> {
        let judged = || chore.rules.iter().map(|rule| (rule, rule.truth(inputs, &self.facts)));
        let first = judged().find(|(rule, truth)| {
            let enough = if rule.verdict == ChoreVerdict::Go { Truth::Surely } else { Truth::Maybe };
            *truth >= enough
        })?;
        judged()
            .find(|(rule, truth)| rule.verdict == first.0.verdict && *truth == Truth::Surely)
            .or(Some(first))
    }

    fn reason(
        &self,
        chore: &Chore,
        rule: &Rule,
        truth: Truth,
        inputs: &Inputs,
        language: Language,
    ) -> String {
        let mut reason = rule.reason.of(language).fill(rule, inputs, &self.facts, language);
        let close = Some(&**self.words.close.of(language)).filter(|_| truth == Truth::Maybe);
        for more in [close, chore.caveat(language)].into_iter().flatten() {
            reason.push(' ');
            reason.push_str(more);
        }
        reason
    }

    /// Tells what is missing, such as "This cannot be told: no sensor near here tells the wind speed."
    fn reason_of_missing(&self, missing: &[InputKind], language: Language) -> String {
        let missing: Vec<&str> =
            missing.iter().map(|kind| &**self.facts[kind.index()].missing.of(language)).collect();
        format!("{}: {}.", self.words.missing.of(language), missing.join("; "))
    }
}

/// Whether nothing that may still be learnt can change it.
fn is_certain_no(rule: &Rule, truth: Truth) -> bool {
    rule.verdict == ChoreVerdict::No && truth == Truth::Surely
}
