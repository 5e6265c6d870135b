//! Judges chores by the known inputs.

use super::chore::Chore;
use super::condition::Certainty;
use super::input::{Given, InputKind, Inputs};
use super::language::Language;
use super::list::Chores;
use super::rule::Rule;
use super::verdict::ChoreVerdict;

/// The judgement of one chore.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// The chore.
    pub chore: &'a Chore,
    /// Whether the weather allows it.
    pub verdict: ChoreVerdict,
    /// The reason, in one or a few sentences.
    pub reason: String,
    /// The known inputs that it needs, in the order of [`Chore::needs`].
    pub used: Vec<(InputKind, Given)>,
    /// The unknown inputs that it needs.
    pub missing: Vec<InputKind>,
}

impl Chores {
    /// Judges every chore, in the order of [`Chores::iter`], with reasons in `language`.
    ///
    /// The rules of a chore are tried in order: `no` first, then `unknown` (where the sources are
    /// silent), `caution` and `go`. The first rule that fits decides. A rule fits if all its
    /// conditions hold; a condition on a missing input neither holds nor fails.
    ///
    /// * A `no` is given as soon as the known inputs suffice: below 13 °C no hive is opened,
    ///   whatever the wind, so the wind need not be known.
    /// * Any other verdict requires all inputs that the chore needs. If one is missing and no `no`
    ///   is certain without it, the verdict is `unknown`. A missing input thus never leads to a
    ///   `go`.
    /// * A value counts as a range as wide as its uncertainty to either side. A `go` rule fits if
    ///   its conditions hold over the whole range, any other rule if they hold anywhere in it: of
    ///   two possible answers the more careful one is given, and the reason says so.
    #[must_use]
    pub fn judge(&self, inputs: &Inputs, language: Language) -> Vec<Judgement<'_>> {
        self.all.iter().map(|chore| self.judge_one(chore, inputs, language)).collect()
    }

    fn judge_one<'a>(&'a self, chore: &'a Chore, inputs: &Inputs, language: Language) -> Judgement<'a> {
        let used = chore.needs.iter().filter_map(|&kind| Some((kind, inputs.get(kind)?))).collect();
        let missing: Vec<InputKind> =
            chore.needs.iter().copied().filter(|&kind| inputs.get(kind).is_none()).collect();
        let (verdict, reason) = match self.deciding(chore, inputs) {
            Some((rule, certainty)) if missing.is_empty() || is_certain_no(rule, certainty) => {
                (rule.verdict, self.reason(chore, rule, certainty, inputs, language))
            }
            _ if missing.is_empty() => (ChoreVerdict::Unknown, self.phrases.silent.of(language).to_string()),
            _ => (ChoreVerdict::Unknown, self.reason_of_missing(&missing, language)),
        };
        Judgement { chore, verdict, reason, used, missing }
    }

    /// The deciding rule. Among rules with the same verdict, one that fits for certain is
    /// preferred.
    fn deciding<'a>(&self, chore: &'a Chore, inputs: &Inputs) -> Option<(&'a Rule, Certainty)> {
        let judged = || chore.rules.iter().map(|rule| (rule, rule.certainty(inputs, &self.facts)));
        let first = judged().find(|(rule, certainty)| {
            let enough = if rule.verdict == ChoreVerdict::Go { Certainty::Surely } else { Certainty::Maybe };
            *certainty >= enough
        })?;
        judged()
            .find(|(rule, certainty)| rule.verdict == first.0.verdict && *certainty == Certainty::Surely)
            .or(Some(first))
    }

    fn reason(
        &self,
        chore: &Chore,
        rule: &Rule,
        certainty: Certainty,
        inputs: &Inputs,
        language: Language,
    ) -> String {
        let mut reason = rule.reason.of(language).fill(&rule.when, inputs, &self.facts, language);
        let close = Some(&**self.phrases.close.of(language)).filter(|_| certainty == Certainty::Maybe);
        for more in [close, chore.caveat(language)].into_iter().flatten() {
            reason.push(' ');
            reason.push_str(more);
        }
        reason
    }

    /// Names the missing inputs, such as "This cannot be decided: no sensor nearby measures the wind
    /// speed."
    fn reason_of_missing(&self, missing: &[InputKind], language: Language) -> String {
        let missing: Vec<&str> =
            missing.iter().map(|kind| &**self.facts[kind.index()].missing.of(language)).collect();
        format!("{}: {}.", self.phrases.missing.of(language), missing.join("; "))
    }
}

/// Whether no missing input could change the verdict.
fn is_certain_no(rule: &Rule, certainty: Certainty) -> bool {
    rule.verdict == ChoreVerdict::No && certainty == Certainty::Surely
}
