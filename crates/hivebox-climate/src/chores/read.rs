//! Reads chores and rejects those that contradict themselves.

use std::sync::LazyLock;

use super::chore::{Chore, ChoreSource};
use super::condition::{Bound, Condition, Range};
use super::error::ChoresError;
use super::format;
use super::input::InputFacts;
use super::kind::InputKind;
use super::language::Translated;
use super::list::{Chores, Phrases};
use super::rule::{Rule, Rules};
use super::sentence::Sentence;
use super::verdict::ChoreVerdict;

static BUILTIN: LazyLock<Chores> = LazyLock::new(|| {
    // The text is part of the program, and every test of chores would fail if it did not parse.
    Chores::parse(include_str!("../../chores.toml")).expect("the built-in chores are valid")
});

impl Chores {
    /// The built-in chores, read from `chores.toml` on first use.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Parses chores in the format of the built-in `chores.toml`.
    ///
    /// # Errors
    /// [`ChoresError`] if the text is not TOML in that format, or contradicts itself.
    pub fn parse(toml: &str) -> Result<Self, ChoresError> {
        read_chores(toml)
    }
}

fn read_chores(toml: &str) -> Result<Chores, ChoresError> {
    let file: format::ChoresToml = toml::from_str(toml)?;
    let facts = read_inputs(&file.inputs)?;
    let label = translated("words", "label", &file.words.label)?;
    let mut chores: Vec<Chore> = Vec::with_capacity(file.chores.len());
    for written in &file.chores {
        if chores.iter().any(|chore| *chore.slug == *written.slug) {
            return Err(ChoresError::SlugTwice(written.slug.clone()));
        }
        chores.push(read_chore(written, &label)?);
    }
    if chores.is_empty() {
        return Err(ChoresError::Empty);
    }
    let phrases = Phrases {
        close: translated("words", "close", &file.words.close)?,
        silent: translated("words", "silent", &file.words.silent)?,
        missing: translated("words", "missing", &file.words.missing)?,
        dark: translated("words", "dark", &file.words.dark)?,
    };
    Ok(Chores { all: chores.into(), facts, phrases })
}

fn read_inputs(inputs: &[format::InputToml]) -> Result<[InputFacts; InputKind::ALL.len()], ChoresError> {
    let mut found: [Option<InputFacts>; InputKind::ALL.len()] = [const { None }; InputKind::ALL.len()];
    for input in inputs {
        let kind = kind(&input.slug)?;
        if kind.is_told() != input.unit.is_empty() {
            return Err(ChoresError::UnitAmiss(kind.slug()));
        }
        let facts = InputFacts {
            name: translated(kind.slug(), "name", &input.name)?,
            unit: input.unit.as_str().into(),
            is_exact: input.exact,
            missing: translated(kind.slug(), "missing", &input.missing)?,
        };
        if found[kind.index()].replace(facts).is_some() {
            return Err(ChoresError::InputTwice(kind.slug()));
        }
    }
    for kind in InputKind::ALL {
        if found[kind.index()].is_none() {
            return Err(ChoresError::InputMissing(kind.slug()));
        }
    }
    // The loop above has returned if one was missing.
    Ok(found.map(|facts| facts.expect("every input is described")))
}

fn read_chore(written: &format::ChoreToml, label: &Translated<Box<str>>) -> Result<Chore, ChoresError> {
    let slug = &written.slug;
    let in_slug = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if slug.is_empty() || !slug.chars().all(in_slug) {
        return Err(ChoresError::MalformedSlug(slug.clone()));
    }
    let rules =
        read_rules(slug, &written.needs, written.caveat.as_deref(), &written.readings, &written.rules)?;
    if let Some(input) = rules.needs.iter().find(|need| need.looks_ahead()) {
        return Err(ChoresError::LooksAhead { chore: slug.clone(), input: input.slug() });
    }
    Ok(Chore {
        name: translated(slug, "name", &written.name)?,
        sources: read_sources(written)?,
        label: written.treatment.then(|| label.clone()),
        needs_daylight: written.daylight,
        not_confirmed: texts(slug, "not_confirmed", &written.not_confirmed)?,
        slug: slug.as_str().into(),
        rules,
        ahead: written.ahead.as_ref().map(|ahead| read_ahead(slug, ahead)).transpose()?,
    })
}

fn read_ahead(chore: &str, written: &format::RulesToml) -> Result<Rules, ChoresError> {
    let ahead =
        read_rules(chore, &written.needs, written.caveat.as_deref(), &written.readings, &written.rules)?;
    if !ahead.needs.iter().any(|need| need.looks_ahead()) {
        return Err(ChoresError::NothingAhead(chore.to_owned()));
    }
    Ok(ahead)
}

fn read_sources(chore: &format::ChoreToml) -> Result<Box<[ChoreSource]>, ChoresError> {
    if chore.sources.is_empty() {
        return Err(ChoresError::NoSource(chore.slug.clone()));
    }
    let source = |source: &format::SourceToml| {
        if let Some(address) = source.address.as_ref().filter(|address| !is_of_a_page(address)) {
            let address = address.clone();
            return Err(ChoresError::MalformedAddress { chore: chore.slug.clone(), address });
        }
        Ok(ChoreSource {
            title: text(&chore.slug, "title", &source.title)?,
            address: source.address.as_deref().map(Into::into),
            says: source.says.as_deref().map(|says| text(&chore.slug, "says", says)).transpose()?,
        })
    };
    chore.sources.iter().map(source).collect()
}

/// Whether an address names a page, not a whole site.
fn is_of_a_page(address: &str) -> bool {
    let page = address.strip_prefix("https://").and_then(|rest| rest.split_once('/'));
    page.is_some_and(|(site, page)| !site.is_empty() && !page.is_empty())
}

fn read_rules(
    chore: &str,
    needs: &[String],
    caveat: Option<&str>,
    readings: &[String],
    written: &[format::RuleToml],
) -> Result<Rules, ChoresError> {
    let of = || chore.to_owned();
    let needs = needs.iter().map(|slug| kind(slug)).collect::<Result<Box<[_]>, _>>()?;
    if written.is_empty() {
        return Err(ChoresError::NoRule(of()));
    }
    let mut rules: Vec<Rule> = Vec::with_capacity(written.len());
    for written in written {
        let rule = read_rule(chore, written)?;
        let rank = |rule: &Rule| ChoreVerdict::ALL.iter().position(|verdict| *verdict == rule.verdict);
        if rules.last().is_some_and(|before| rank(before) > rank(&rule)) {
            return Err(ChoresError::OutOfOrder { chore: of(), verdict: rule.verdict.slug() });
        }
        for condition in &rule.when {
            let input = condition.input();
            if !needs.contains(&input) {
                return Err(ChoresError::NotNeeded { chore: of(), input: input.slug() });
            }
        }
        rules.push(rule);
    }
    for (index, need) in needs.iter().enumerate() {
        let is_used = rules.iter().flat_map(|rule| &rule.when).any(|condition| condition.input() == *need);
        if !is_used || needs[..index].contains(need) {
            return Err(ChoresError::IdleNeed { chore: of(), input: need.slug() });
        }
    }
    Ok(Rules {
        needs,
        in_order: rules.into(),
        caveat: caveat.map(|caveat| translated(chore, "caveat", caveat)).transpose()?,
        readings: texts(chore, "readings", readings)?,
    })
}

fn read_rule(chore: &str, written: &format::RuleToml) -> Result<Rule, ChoresError> {
    let of = || chore.to_owned();
    let verdict = ChoreVerdict::ALL
        .into_iter()
        .find(|verdict| verdict.slug() == written.verdict)
        .ok_or_else(|| ChoresError::NoSuchVerdict { chore: of(), verdict: written.verdict.clone() })?;
    if written.when.is_empty() {
        return Err(ChoresError::NoCondition { chore: of(), verdict: verdict.slug() });
    }
    let mut when: Vec<Condition> = Vec::with_capacity(written.when.len());
    for condition in &written.when {
        let input = kind(&condition.input)?;
        if when.iter().any(|before| before.input() == input) {
            return Err(ChoresError::ConditionTwice { chore: of(), input: input.slug() });
        }
        let condition = read_condition(input, condition);
        when.push(condition.ok_or_else(|| ChoresError::NoRange { chore: of(), input: input.slug() })?);
    }
    let sentence = |field, written: &str| {
        translated(chore, field, written)?.map(|template| {
            Sentence::parse(template, &when).map_err(|place| ChoresError::NoSuchPlace { chore: of(), place })
        })
    };
    let reason = sentence("reason", &written.reason)?;
    let seen = written.seen.as_deref().map(|seen| sentence("seen", seen)).transpose()?;
    let maybe = written.maybe.as_deref().map(|maybe| sentence("maybe", maybe)).transpose()?;
    let shows_seen = |sentence: &Sentence| {
        let mut inputs = when.iter().map(Condition::input);
        inputs.any(|input| input.can_be_seen() && sentence.shows(input))
    };
    let is_right = match &seen {
        Some(seen) => reason.any(shows_seen) && !seen.any(shows_seen),
        None => !reason.any(shows_seen),
    };
    if !is_right {
        return Err(ChoresError::SeenAmiss { chore: of(), verdict: verdict.slug() });
    }
    Ok(Rule { verdict, when: when.into(), reason, seen, maybe })
}

/// A condition; `None` if it has the wrong kind for its input or can never hold.
fn read_condition(input: InputKind, written: &format::ConditionToml) -> Option<Condition> {
    let bounds = [written.above, written.from, written.below, written.up_to];
    if input.is_told() {
        return Some(Condition::Told { input, is: written.is? }).filter(|_| bounds == [None; 4]);
    }
    let lower = bound(written.above, written.from)?;
    let upper = bound(written.below, written.up_to)?;
    let can_be_met = match (lower, upper) {
        (None, None) => false,
        (Some(lower), Some(upper)) if lower.includes_limit && upper.includes_limit => {
            lower.limit <= upper.limit
        }
        (Some(lower), Some(upper)) => lower.limit < upper.limit,
        _ => true,
    };
    (can_be_met && written.is.is_none()).then_some(Condition::Within { input, range: Range { lower, upper } })
}

/// One end of a range, with its limit excluded or included; the outer `None` stands for an invalid
/// end.
#[expect(clippy::option_option, reason = "an invalid end differs from an open one")]
fn bound(without: Option<f64>, with: Option<f64>) -> Option<Option<Bound>> {
    let bound = match (without, with) {
        (None, None) => return Some(None),
        (Some(limit), None) => Bound { limit, includes_limit: false },
        (None, Some(limit)) => Bound { limit, includes_limit: true },
        (Some(_), Some(_)) => return None,
    };
    bound.limit.is_finite().then_some(Some(bound))
}

fn kind(slug: &str) -> Result<InputKind, ChoresError> {
    InputKind::by_slug(slug).ok_or_else(|| ChoresError::NoSuchInput(slug.to_owned()))
}

fn texts(of: &str, field: &'static str, texts: &[String]) -> Result<Box<[Box<str>]>, ChoresError> {
    texts.iter().map(|one| text(of, field, one)).collect()
}

fn translated(of: &str, field: &'static str, english: &str) -> Result<Translated<Box<str>>, ChoresError> {
    Ok(Translated::of_english(&text(of, field, english)?))
}

fn text(of: &str, field: &'static str, text: &str) -> Result<Box<str>, ChoresError> {
    if text.trim().is_empty() {
        Err(ChoresError::NoText { of: of.to_owned(), field })
    } else {
        Ok(text.into())
    }
}
