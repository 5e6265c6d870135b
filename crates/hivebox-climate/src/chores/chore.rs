//! Chores and the publications behind them.

use super::input::InputKind;
use super::language::{Language, Translated};
use super::rule::Rule;

/// A publication that gives limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChoreSource {
    /// Title or name of the publication.
    pub title: Box<str>,
    /// Its web address, always with `https://`; may be that of the whole site.
    pub address: Box<str>,
    /// What the publication says, in a few words; `None` if the rules already say it.
    pub says: Option<Box<str>>,
}

/// A chore at a hive, and the rules that decide whether the weather allows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Chore {
    pub(super) slug: Box<str>,
    pub(super) name: Translated<Box<str>>,
    pub(super) needs: Box<[InputKind]>,
    pub(super) rules: Box<[Rule]>,
    pub(super) sources: Box<[ChoreSource]>,
    pub(super) label: Option<Translated<Box<str>>>,
    pub(super) caveat: Option<Translated<Box<str>>>,
    pub(super) readings: Box<[Box<str>]>,
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

    /// The inputs that decide.
    #[must_use]
    pub fn needs(&self) -> &[InputKind] {
        &self.needs
    }

    /// The rules, in the order in which they are tried.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
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

    /// What no sensor reports and the beekeeper must check, such as the forecast. Every reason ends
    /// with it.
    #[must_use]
    pub fn caveat(&self, language: Language) -> Option<&str> {
        self.caveat.as_ref().map(|caveat| &**caveat.of(language))
    }

    /// How HiveBox interprets the sources where they leave room.
    pub fn readings(&self) -> impl ExactSizeIterator<Item = &str> {
        self.readings.iter().map(|reading| &**reading)
    }

    /// Common claims about the chore, or doubts about its sources, that could not be confirmed.
    pub fn not_confirmed(&self) -> impl ExactSizeIterator<Item = &str> {
        self.not_confirmed.iter().map(|doubt| &**doubt)
    }
}
