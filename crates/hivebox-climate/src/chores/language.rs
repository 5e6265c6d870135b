//! The languages of chores.

use serde::Deserialize;

/// A language in which reasons are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
}

impl Language {
    /// Its BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Formats a number as the language writes it.
    pub(super) fn number(self, number: f64) -> String {
        let number = number.to_string();
        match self {
            Self::English => number,
            Self::German => number.replace('.', ","),
        }
    }
}

/// The same thing in each language.
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

    /// Whether it holds in any language.
    pub(super) fn any(&self, holds: impl Fn(&T) -> bool) -> bool {
        holds(&self.en) || holds(&self.de)
    }

    /// Applies `each` to every language.
    pub(super) fn map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<Translated<U>, E> {
        Ok(Translated { en: each(&self.en)?, de: each(&self.de)? })
    }
}
