//! The languages in which chores are told.

use serde::Deserialize;

/// A language in which chores are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// Its tag, by BCP 47.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// A number as it is written in the language.
    pub(super) fn number(self, number: f64) -> String {
        let number = number.to_string();
        match self {
            Self::English => number,
            Self::German => number.replace('.', ","),
        }
    }
}

/// The same in each language.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Translated<T> {
    en: T,
    de: T,
}

impl<T> Translated<T> {
    pub(super) fn of(&self, language: Language) -> &T {
        match language {
            Language::English => &self.en,
            Language::German => &self.de,
        }
    }

    /// The same, made of each.
    pub(super) fn map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<Translated<U>, E> {
        Ok(Translated { en: each(&self.en)?, de: each(&self.de)? })
    }
}
