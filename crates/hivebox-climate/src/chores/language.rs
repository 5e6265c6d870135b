//! The languages of chores.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// A language in which reasons are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// English.
    English,
    /// German.
    German,
    /// French.
    French,
}

/// Texts by their English.
type Dictionary = BTreeMap<String, String>;

/// The dictionary of each language, in the order of [`Language::ALL`].
static DICTIONARIES: LazyLock<[Dictionary; Language::ALL.len()]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        // They are part of the program, and every test of chores would fail if one did not parse.
        toml::from_str(language.texts()).expect("the built-in dictionaries are valid")
    })
});

impl Language {
    /// All languages; `ALL[language as usize]` is `language`.
    pub const ALL: [Self; 3] = [Self::English, Self::German, Self::French];

    /// Its BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::French => "fr",
        }
    }

    /// Its dictionary, in TOML; empty for English, the language of `chores.toml`.
    const fn texts(self) -> &'static str {
        match self {
            Self::English => "",
            Self::German => include_str!("../../chores/de.toml"),
            Self::French => include_str!("../../chores/fr.toml"),
        }
    }

    /// What separates the parts of a sentence.
    pub(super) const fn semicolon(self) -> &'static str {
        match self {
            Self::English | Self::German => "; ",
            Self::French => " ; ",
        }
    }

    /// Formats a number as the language writes it.
    pub(super) fn number(self, number: f64) -> String {
        let number = number.to_string();
        match self {
            Self::English => number,
            Self::German | Self::French => number.replace('.', ","),
        }
    }
}

/// The same thing in each language.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Translated<T>([T; Language::ALL.len()]);

impl Translated<Box<str>> {
    /// An English text with its translations. A language whose dictionary lacks it says it in English.
    pub(super) fn of_english(english: &str) -> Self {
        Self(Language::ALL.map(|language| {
            let translation = DICTIONARIES[language as usize].get(english);
            translation.map_or(english, String::as_str).into()
        }))
    }
}

impl<T> Translated<T> {
    pub(super) fn of(&self, language: Language) -> &T {
        &self.0[language as usize]
    }

    /// Whether it holds in any language.
    pub(super) fn any(&self, holds: impl Fn(&T) -> bool) -> bool {
        self.0.iter().any(holds)
    }

    /// Applies `each` to every language.
    pub(super) fn map<U, E>(&self, each: impl Fn(&T) -> Result<U, E>) -> Result<Translated<U>, E> {
        let [english, german, french] = &self.0;
        Ok(Translated([each(english)?, each(german)?, each(french)?]))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The texts of `chores.toml` that people read in their language.
    fn texts(value: &toml::Value, key: &str, found: &mut BTreeSet<String>) {
        const TRANSLATED: [&str; 10] =
            ["name", "missing", "reason", "seen", "maybe", "caveat", "label", "close", "silent", "dark"];
        match value {
            toml::Value::String(text) if TRANSLATED.contains(&key) => _ = found.insert(text.clone()),
            toml::Value::Table(table) => table.iter().for_each(|(key, value)| texts(value, key, found)),
            toml::Value::Array(items) => items.iter().for_each(|item| texts(item, "item", found)),
            _ => {}
        }
    }

    fn placeholders(text: &str) -> Vec<&str> {
        text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
    }

    #[test]
    fn each_language_says_everything_and_nothing_else_with_the_same_values() {
        let chores: toml::Value = toml::from_str(include_str!("../../chores.toml")).unwrap();
        let mut english = BTreeSet::new();
        texts(&chores, "", &mut english);
        assert!(english.len() > 100, "{}", english.len());
        for language in &Language::ALL[1..] {
            let dictionary = &DICTIONARIES[*language as usize];
            let translated: BTreeSet<String> = dictionary.keys().cloned().collect();
            let lacking: Vec<_> = english.difference(&translated).collect();
            let idle: Vec<_> = translated.difference(&english).collect();
            assert!(lacking.is_empty() && idle.is_empty(), "{language:?} lacks {lacking:?}; idle: {idle:?}");
            for (english, translation) in dictionary {
                let sorted = |text| {
                    let mut placeholders = placeholders(text);
                    placeholders.sort_unstable();
                    placeholders
                };
                assert_eq!(sorted(english), sorted(translation), "{translation}");
            }
        }
    }

    #[test]
    fn tags_are_told_apart_and_languages_are_in_order() {
        assert!(Language::ALL.iter().enumerate().all(|(index, language)| *language as usize == index));
        let tags: BTreeSet<&str> = Language::ALL.iter().map(|language| language.tag()).collect();
        assert_eq!(tags.len(), Language::ALL.len());
    }
}
