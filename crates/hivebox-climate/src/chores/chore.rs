//! Chores and the publications behind them.

use super::language::{Language, Translated};
use super::rule::Rules;

/// A publication that gives limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoreSource {
    /// Title or name of the publication.
    pub title: Box<str>,
    /// The address of the very page, always with `https://`; `None` if it is not known.
    pub address: Option<Box<str>>,
    /// What the publication says, in a few words; `None` if the rules already say it.
    pub says: Option<Box<str>>,
}

/// A chore at a hive, and the rules that decide whether the weather allows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chore {
    pub(super) slug: Box<str>,
    pub(super) name: Translated<Box<str>>,
    pub(super) rules: Rules,
    pub(super) ahead: Option<Rules>,
    pub(super) needs_daylight: bool,
    pub(super) sources: Box<[ChoreSource]>,
    pub(super) label: Option<Translated<Box<str>>>,
    pub(super) not_confirmed: Box<[Box<str>]>,
}

impl Chore {
    /// The name in addresses and JSON, such as `full_inspection`.
    #[must_use]
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// The name, as people read it.
    #[must_use]
    pub fn name(&self, language: Language) -> &str {
        self.name.of(language)
    }

    /// The rules that need no forecast.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The rules that apply instead where a forecast reaches far enough: all weather that they need
    /// is known. `None` if the sources do not refer to the hours ahead.
    #[must_use]
    pub fn ahead(&self) -> Option<&Rules> {
        self.ahead.as_ref()
    }

    /// Whether it can be done only between sunrise and sunset.
    #[must_use]
    pub fn needs_daylight(&self) -> bool {
        self.needs_daylight
    }

    /// The publications that give the limits; at least one.
    #[must_use]
    pub fn sources(&self) -> &[ChoreSource] {
        &self.sources
    }

    /// The reminder to follow the product's label; `None` if the chore is not a treatment.
    #[must_use]
    pub fn label(&self, language: Language) -> Option<&str> {
        self.label.as_ref().map(|label| &**label.of(language))
    }

    /// Common claims about the chore, or doubts about its sources, that could not be confirmed.
    pub fn not_confirmed(&self) -> impl ExactSizeIterator<Item = &str> {
        self.not_confirmed.iter().map(|doubt| &**doubt)
    }
}
