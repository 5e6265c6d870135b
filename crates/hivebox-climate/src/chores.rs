//! Which chores at a hive the weather allows, and why.
//!
//! Limits, sentences and sources stand in `chores.toml`; nothing about them stands in code. How an answer is
//! found is explained at [`Chores::judge`].

mod error;
mod format;
mod input;
mod judge;
mod language;
mod read;
mod rule;
mod sentence;

use std::sync::LazyLock;

use language::Translated;

pub use error::ChoresError;
pub use input::{Given, Input, InputKind, Inputs};
pub use judge::Judgement;
pub use language::Language;
pub use rule::{Bound, Condition, Range, Rule};

/// Whether a chore can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChoreVerdict {
    /// It can.
    Go,
    /// It can, with care.
    Caution,
    /// It should not be done.
    No,
    /// It cannot be told, for want of an input or of a source.
    Unknown,
}

impl ChoreVerdict {
    /// All verdicts in the order in which their rules are tried: the most careful first.
    pub const ALL: [Self; 4] = [Self::No, Self::Unknown, Self::Caution, Self::Go];

    /// The name in JSON and in `chores.toml`.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Go => "go",
            Self::Caution => "caution",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }
}

/// A publication that limits are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// What it is called.
    pub title: Box<str>,
    /// Where it is, as far as that is known.
    pub address: Box<str>,
    /// What it says, in a few words; `None` if that is what the rules say.
    pub says: Option<Box<str>>,
}

/// Something that is done at a hive, and the rules by which it is judged.
#[derive(Debug, Clone, PartialEq)]
pub struct Chore {
    slug: Box<str>,
    name: Translated<Box<str>>,
    needs: Box<[InputKind]>,
    rules: Box<[Rule]>,
    sources: Box<[Source]>,
    label: Option<Translated<Box<str>>>,
    caveat: Option<Translated<Box<str>>>,
    readings: Box<[Box<str>]>,
    not_confirmed: Box<[Box<str>]>,
}

impl Chore {
    /// The name in addresses and JSON, such as `full_inspection`.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        self.name.of(language)
    }

    /// What it is judged by.
    #[must_use]
    pub fn needs(&self) -> &[InputKind] {
        &self.needs
    }

    /// The rules, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Where the limits are from; at least one.
    #[must_use]
    pub fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// What to heed with a treatment: the product's label. `None` if it is no treatment.
    #[must_use]
    pub fn label(&self, language: Language) -> Option<&str> {
        self.label.as_ref().map(|label| &**label.of(language))
    }

    /// What no sensor tells and is to be looked at, such as the forecast. Each reason ends with it.
    #[must_use]
    pub fn caveat(&self, language: Language) -> Option<&str> {
        self.caveat.as_ref().map(|caveat| &**caveat.of(language))
    }

    /// How HiveBox reads the sources where they leave room.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = &str> {
        self.readings.iter().map(|reading| &**reading)
    }

    /// What is often told of it, or how good its sources are, where that could not be confirmed.
    pub fn not_confirmed(&self) -> impl ExactSizeIterator<Item = &str> {
        self.not_confirmed.iter().map(|doubt| &**doubt)
    }
}

/// All chores.
///
/// ```
/// use hivebox_climate::chores::{ChoreVerdict, Chores, Input, Inputs, Language};
///
/// let now = "2026-11-24T12:00:00Z".parse()?;
/// let inputs = Inputs { air_temperature: Some(Input::exact(4.5, now)), ..Inputs::default() };
/// let judgements = Chores::builtin().judge(&inputs, Language::English);
/// let inspection = judgements.iter().find(|judged| judged.chore.slug() == "full_inspection").unwrap();
/// assert_eq!(inspection.verdict, ChoreVerdict::No);
/// assert_eq!(inspection.reason, "It is 4.5 °C; below 13 °C the hive stays shut.");
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Chores {
    all: Box<[Chore]>,
    facts: [InputFacts; InputKind::ALL.len()],
    words: Words,
}

/// What is said of an input.
#[derive(Debug, Clone, PartialEq)]
struct InputFacts {
    name: Translated<Box<str>>,
    /// Empty for what beekeepers tell.
    unit: Box<str>,
    /// Whether its uncertainty is of no account.
    is_exact: bool,
    /// What is said where it is missing.
    missing: Translated<Box<str>>,
}

/// Sentences that are not of one chore.
#[derive(Debug, Clone, PartialEq)]
struct Words {
    close: Translated<Box<str>>,
    silent: Translated<Box<str>>,
    missing: Translated<Box<str>>,
}

static BUILTIN: LazyLock<Chores> = LazyLock::new(|| {
    // It is part of the program, and every test of chores would fail if it did not parse.
    Chores::parse(include_str!("../chores.toml")).expect("the built-in chores are valid")
});

impl Chores {
    /// The chores that HiveBox comes with.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads chores, which are TOML like the `chores.toml` that HiveBox comes with.
    ///
    /// # Errors
    /// The text is no such TOML, or contradicts itself; [`ChoresError`] tells each way.
    pub fn parse(toml: &str) -> Result<Self, ChoresError> {
        read::chores(toml)
    }

    /// All chores, in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Chore> {
        self.all.iter()
    }

    /// What an input is called.
    #[must_use]
    pub fn input_name(&self, kind: InputKind, language: Language) -> &str {
        self.facts[kind.index()].name.of(language)
    }

    /// The unit of an input; `None` for what beekeepers tell.
    #[must_use]
    pub fn input_unit(&self, kind: InputKind) -> Option<&str> {
        Some(&*self.facts[kind.index()].unit).filter(|unit| !unit.is_empty())
    }
}
