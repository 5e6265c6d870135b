//! Texts: any, and those of a form.

use std::ops::RangeInclusive;
use std::str::FromStr;

use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::Kind;

/// Any text, bounded in length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The number of characters.
    pub length: RangeInclusive<usize>,
}

/// A text of a form that a function reads.
#[derive(Debug, Clone, Copy)]
pub struct Formed<T> {
    /// What is allowed, in words.
    pub allowed: &'static str,
    /// The form as a regular expression, for the schema; `None` if no schema needs it.
    pub pattern: Option<&'static str>,
    /// Reads a text as [`Kind::read`] does.
    pub read: fn(&str) -> Result<T, String>,
}

impl<T> Formed<T> {
    /// Texts that [`FromStr`] reads, with their form as a regular expression.
    #[must_use]
    pub const fn new(allowed: &'static str, pattern: &'static str) -> Self
    where
        T: FromStr,
    {
        Self { allowed, pattern: Some(pattern), read: parse }
    }

    /// Texts that a function reads, as [`Kind::read`] does; [`parse`] reads by [`FromStr`].
    #[must_use]
    pub const fn by(read: fn(&str) -> Result<T, String>, allowed: &'static str) -> Self {
        Self { allowed, pattern: None, read }
    }
}

/// Reads a value by [`FromStr`].
///
/// # Errors
/// The text is malformed.
pub fn parse<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| "is malformed".to_owned())
}

impl Kind for Text {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        if self.length.contains(&text.chars().count()) {
            Ok(text.to_owned())
        } else {
            Err("is too short or too long".to_owned())
        }
    }

    fn allowed(&self) -> String {
        format!("{} to {} characters", self.length.start(), self.length.end())
    }

    fn schema(&self) -> Schema {
        let object = ObjectBuilder::new().schema_type(Type::String);
        object.min_length(Some(*self.length.start())).max_length(Some(*self.length.end())).into()
    }
}

impl<T> Kind for Formed<T> {
    type Value = T;

    fn read(&self, text: &str) -> Result<T, String> {
        (self.read)(text)
    }

    fn allowed(&self) -> String {
        self.allowed.to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(self.pattern).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_measured_in_characters() {
        let name = Text { length: 1..=3 };
        assert!(name.read("äöü").is_ok() && name.read("").is_err() && name.read("abcd").is_err());
    }

    #[test]
    fn a_form_is_that_of_its_type() {
        const PORT: Formed<u16> = Formed::by(parse, "a port");
        assert_eq!(PORT.read("80"), Ok(80));
        assert_eq!(PORT.read("eighty"), Err("is malformed".to_owned()));
    }
}
