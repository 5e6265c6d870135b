//! The list of all chores.

use super::chore::Chore;
use super::input::InputFacts;
use super::kind::InputKind;
use super::language::{Language, Translated};

/// All chores.
///
/// ```
/// use hivebox_climate::chores::{ChoreVerdict, Chores, Input, Inputs, Language};
/// use hivebox_climate::sun::Light;
///
/// let now = "2026-11-24T12:00:00Z".parse()?;
/// let inputs = Inputs { air_temperature: Some(Input::exact(4.5, now)), ..Inputs::default() };
/// let judgements = Chores::builtin().judge(&inputs, Light::Day, Language::English);
/// let inspection = judgements.iter().find(|judged| judged.chore.slug() == "full_inspection").unwrap();
/// assert_eq!(inspection.verdict, ChoreVerdict::No);
/// assert_eq!(inspection.reason, "It is 4.5 °C; below 13 °C keep the hive closed.");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chores {
    pub(super) all: Box<[Chore]>,
    pub(super) facts: [InputFacts; InputKind::ALL.len()],
    pub(super) phrases: Phrases,
}

/// Sentences shared by all chores.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phrases {
    pub(super) close: Translated<Box<str>>,
    pub(super) silent: Translated<Box<str>>,
    pub(super) missing: Translated<Box<str>>,
    pub(super) dark: Translated<Box<str>>,
}

impl Chores {
    /// All chores, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Chore> {
        self.all.iter()
    }

    /// The name of an input.
    #[must_use]
    pub fn input_name(&self, kind: InputKind, language: Language) -> &str {
        self.facts[kind.index()].name.of(language)
    }

    /// The unit of an input; `None` if beekeepers report it.
    #[must_use]
    pub fn input_unit(&self, kind: InputKind) -> Option<&str> {
        Some(&*self.facts[kind.index()].unit).filter(|unit| !unit.is_empty())
    }
}
