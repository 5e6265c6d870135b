//! Judges chores by the known inputs.

use super::chore::Chore;
use super::condition::Certainty;
use super::input::{Given, Inputs};
use super::kind::InputKind;
use super::language::Language;
use super::list::Chores;
use super::rule::{Rule, Rules};
use super::values::{Known, Values};
use super::verdict::ChoreVerdict;
use crate::sun::Light;

/// The judgement of one chore.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement<'a> {
    /// The chore.
    pub chore: &'a Chore,
    /// The rules by which it was judged: [`Chore::ahead`] or [`Chore::rules`].
    pub rules: &'a Rules,
    /// Whether the weather allows it.
    pub verdict: ChoreVerdict,
    /// The reason, in one or a few sentences.
    pub reason: String,
    /// The known inputs that the rules need, in the order of [`Rules::needs`].
    pub used: Vec<(InputKind, Given)>,
    /// The unknown inputs that they need.
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
    /// * A value counts as its range. A `go` rule fits if its conditions hold over the whole range,
    ///   any other rule if they hold anywhere in it: of two possible answers the more careful one
    ///   is given, and the reason says so.
    ///
    /// A chore whose sources refer to the hours ahead is judged by [`Chore::ahead`] if all weather
    /// that those rules need is known, and otherwise by [`Chore::rules`].
    ///
    /// A chore that needs daylight is a `no` in the dark. If the weather forbids it too, the reason
    /// names the weather.
    #[must_use]
    pub fn judge(&self, inputs: &Inputs, light: Light, language: Language) -> Vec<Judgement<'_>> {
        let values = Values::of(inputs, &self.facts);
        let judge = |chore| {
            let judged = self.judge_one(chore, inputs, &values, language);
            if chore.needs_daylight() && light == Light::Dark && judged.verdict != ChoreVerdict::No {
                let reason = self.phrases.dark.of(language).to_string();
                return Judgement { verdict: ChoreVerdict::No, reason, ..judged };
            }
            judged
        };
        self.all.iter().map(judge).collect()
    }

    fn judge_one<'a>(
        &'a self,
        chore: &'a Chore,
        inputs: &Inputs,
        values: &Values,
        language: Language,
    ) -> Judgement<'a> {
        let rules = chore.rules_for(values);
        let used = rules.needs.iter().filter_map(|&kind| Some((kind, inputs.get(kind)?))).collect();
        let missing: Vec<InputKind> =
            rules.needs.iter().copied().filter(|&kind| values.get(kind).is_none()).collect();
        let (verdict, reason) = match rules.deciding(values) {
            Some((rule, certainty)) if missing.is_empty() || is_certain_no(rule, certainty) => {
                (rule.verdict, self.reason(rules, rule, certainty, inputs, language))
            }
            _ if missing.is_empty() => (ChoreVerdict::Unknown, self.phrases.silent.of(language).to_string()),
            _ => (ChoreVerdict::Unknown, self.reason_of_missing(&missing, language)),
        };
        Judgement { chore, rules, verdict, reason, used, missing }
    }

    fn reason(
        &self,
        rules: &Rules,
        rule: &Rule,
        certainty: Certainty,
        inputs: &Inputs,
        language: Language,
    ) -> String {
        let seen = rule.seen.as_ref().filter(|_| rule.shows_what_was_seen(inputs));
        let maybe = rule.maybe.as_ref().filter(|_| certainty == Certainty::Maybe);
        let instead = seen.or(maybe);
        let sentence = instead.unwrap_or(&rule.reason).of(language);
        let mut reason = sentence.fill(&rule.when, inputs, &self.facts, language);
        // A sentence about what somebody saw, or about what may be, names no value that a limit could
        // be close to.
        let is_close = certainty == Certainty::Maybe && instead.is_none();
        let close = Some(&**self.phrases.close.of(language)).filter(|_| is_close);
        for more in [close, rules.caveat(language)].into_iter().flatten() {
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
        format!("{} {}.", self.phrases.missing.of(language), missing.join(language.semicolon()))
    }
}

impl Chore {
    /// The rules to judge by.
    fn rules_for(&self, values: &Values) -> &Rules {
        let is_known = |kind: &InputKind| kind.is_told() || values.get(*kind).is_some();
        self.ahead.as_ref().filter(|ahead| ahead.needs.iter().all(is_known)).unwrap_or(&self.rules)
    }
}

impl Rules {
    /// The deciding rule. Among rules with the same verdict, one that fits for certain is
    /// preferred.
    fn deciding(&self, values: &Values) -> Option<(&Rule, Certainty)> {
        let (index, certainty) = self.first_that_fits(values)?;
        let first = &self.in_order[index];
        self.in_order
            .iter()
            .map(|rule| (rule, rule.certainty(values)))
            .find(|(rule, certainty)| rule.verdict == first.verdict && *certainty == Certainty::Surely)
            .or(Some((first, certainty)))
    }

    /// The index of the first rule that fits, whose verdict applies if no input is missing.
    pub(super) fn first_that_fits(&self, known: &impl Known) -> Option<(usize, Certainty)> {
        let certainties = self.in_order.iter().map(|rule| rule.certainty(known));
        certainties.enumerate().find(|(index, certainty)| {
            let is_go = self.in_order[*index].verdict == ChoreVerdict::Go;
            *certainty >= if is_go { Certainty::Surely } else { Certainty::Maybe }
        })
    }

    /// Whether all inputs that the rules need are known.
    pub(super) fn are_met_by(&self, known: &impl Known) -> bool {
        self.needs.iter().all(|kind| known.get(*kind).is_some())
    }
}

/// Whether no missing input could change the verdict.
fn is_certain_no(rule: &Rule, certainty: Certainty) -> bool {
    rule.verdict == ChoreVerdict::No && certainty == Certainty::Surely
}
