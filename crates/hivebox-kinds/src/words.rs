//! Words that mean something, alone or beside other values.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Schema, Type};

use super::Kind;

/// One of a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T: 'static> {
    /// The words and what they mean.
    pub options: &'static [(&'static str, T)],
}

/// On or off.
pub const SWITCH: Choice<bool> = Choice { options: &[("on", true), ("off", false)] };

/// A word that stands for no value, such as `off`, or a value of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Or<K> {
    /// The word that is read as `None`.
    pub word: &'static str,
    /// The kind of all other values.
    pub kind: K,
}

impl<T: Copy> Kind for Choice<T> {
    type Value = T;

    fn read(&self, text: &str) -> Result<T, String> {
        let known = self.options.iter().find(|(word, _)| *word == text);
        known.map(|(_, value)| *value).ok_or_else(|| "is not one of the words allowed".to_owned())
    }

    fn allowed(&self) -> String {
        in_a_row(self.options.iter().map(|(word, _)| *word))
    }

    fn schema(&self) -> Schema {
        one_of(self.options.iter().map(|(word, _)| *word))
    }
}

impl<K: Kind> Kind for Or<K> {
    type Value = Option<K::Value>;

    fn read(&self, text: &str) -> Result<Self::Value, String> {
        if text == self.word { Ok(None) } else { self.kind.read(text).map(Some) }
    }

    fn allowed(&self) -> String {
        format!("{}, or {}", self.word, self.kind.allowed())
    }

    fn schema(&self) -> Schema {
        let word = RefOr::T(one_of([self.word].into_iter()));
        OneOfBuilder::new().item(word).item(RefOr::T(self.kind.schema())).into()
    }

    fn json(&self, text: &str) -> Value {
        if text == self.word { Value::from(text) } else { self.kind.json(text) }
    }
}

/// Words in a row, as in "red, green or blue".
pub fn in_a_row(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<&str> = words.collect();
    match words.split_last() {
        Some((last, others)) if !others.is_empty() => format!("{} or {last}", others.join(", ")),
        _ => words.concat(),
    }
}

/// The schema of one of some words.
pub fn one_of(words: impl Iterator<Item = &'static str>) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

#[cfg(test)]
mod tests {
    use super::super::Integer;
    use super::*;

    #[test]
    fn a_choice_allows_its_words_alone() {
        assert_eq!((SWITCH.read("on"), SWITCH.read("off")), (Ok(true), Ok(false)));
        assert_eq!(SWITCH.read("ON"), Err("is not one of the words allowed".to_owned()));
        assert_eq!(SWITCH.allowed(), "on or off");
        assert_eq!(in_a_row(["red", "green", "blue"].into_iter()), "red, green or blue");
        assert_eq!(in_a_row(["red"].into_iter()), "red");
    }

    #[test]
    fn a_word_may_stand_for_no_value() {
        let kind = Or { word: "off", kind: Integer { range: 1..=9, unit: "" } };
        assert_eq!((kind.read("off"), kind.read("3")), (Ok(None), Ok(Some(3))));
        assert_eq!(kind.read("no"), Err("is not a whole number".to_owned()));
        assert_eq!(kind.allowed(), "off, or 1 to 9");
        assert_eq!((kind.json("off"), kind.json("3")), (Value::from("off"), Value::from(3)));
        let schema = serde_json::to_value(kind.schema()).unwrap();
        assert_eq!(schema["oneOf"][0]["enum"][0], "off");
        assert_eq!(schema["oneOf"][1]["maximum"], 9);
    }
}
