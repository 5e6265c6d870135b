//! Which values a parameter can have, and how they are read.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;
use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp};
use serde_json::Value;
use utoipa::openapi::schema::{KnownFormat, ObjectBuilder, Schema, SchemaFormat, Type};

/// A kind of values: how one is read, and how it is described.
pub trait Kind {
    /// What a text becomes.
    type Value;

    /// Whether it is a list with commas between.
    const IS_LIST: bool = false;

    /// Reads a value.
    ///
    /// # Errors
    /// The text is no such value; the error says what is wrong, as in "is no number".
    fn read(&self, text: &str) -> Result<Self::Value, String>;

    /// What is allowed, in words.
    fn allowed(&self) -> String;

    /// What is allowed, as JSON Schema.
    fn schema(&self) -> Schema;

    /// A value as JSON, for examples and defaults.
    fn json(&self, text: &str) -> Value {
        Value::from(text)
    }
}

/// A finite number in a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The range.
    pub range: RangeInclusive<f64>,
    /// The unit; empty if there is none.
    pub unit: &'static str,
}

/// A whole number in a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Integer {
    /// The range.
    pub range: RangeInclusive<u64>,
}

/// One of a few words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice<T: 'static> {
    /// The words and what they mean.
    pub options: &'static [(&'static str, T)],
}

/// Any text, bounded in length.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The number of characters.
    pub length: RangeInclusive<usize>,
}

/// A text of a form that its type knows.
#[derive(Debug, Clone, Copy)]
pub struct Formed<T> {
    /// What is allowed, in words.
    pub allowed: &'static str,
    /// The form as a regular expression, for the description.
    pub pattern: &'static str,
    /// Reads it.
    pub read: fn(&str) -> Option<T>,
}

/// A moment, by RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instant;

/// A length of time, never negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Age;

/// What sensors measure, by its name in the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PhenomenonSlug;

impl<T> Formed<T> {
    /// Texts that `T` reads.
    #[must_use]
    pub const fn new(allowed: &'static str, pattern: &'static str) -> Self
    where
        T: FromStr,
    {
        Self { allowed, pattern, read: |text| text.parse().ok() }
    }
}

impl Kind for Number {
    type Value = f64;

    fn read(&self, text: &str) -> Result<f64, String> {
        let number = text.parse().map_err(|_| "is no number".to_owned())?;
        within(&self.range, number)
    }

    fn allowed(&self) -> String {
        let (lowest, highest, space) = (self.range.start(), self.range.end(), space_before(self.unit));
        format!("{lowest} to {highest}{space}{}", self.unit)
    }

    fn schema(&self) -> Schema {
        let object = ObjectBuilder::new().schema_type(Type::Number);
        object.minimum(Some(*self.range.start())).maximum(Some(*self.range.end())).into()
    }

    fn json(&self, text: &str) -> Value {
        text.parse::<f64>().map_or(Value::Null, number_as_json)
    }
}

impl Kind for Integer {
    type Value = u64;

    fn read(&self, text: &str) -> Result<u64, String> {
        let number = text.parse().map_err(|_| "is no whole number".to_owned())?;
        within(&self.range, number)
    }

    fn allowed(&self) -> String {
        format!("{} to {}", self.range.start(), self.range.end())
    }

    fn schema(&self) -> Schema {
        let object = ObjectBuilder::new().schema_type(Type::Integer);
        object.minimum(Some(*self.range.start())).maximum(Some(*self.range.end())).into()
    }

    fn json(&self, text: &str) -> Value {
        text.parse::<u64>().map_or(Value::Null, Value::from)
    }
}

impl<T: Copy> Kind for Choice<T> {
    type Value = T;

    fn read(&self, text: &str) -> Result<T, String> {
        let known = self.options.iter().find(|(word, _)| *word == text);
        known.map(|(_, value)| *value).ok_or_else(|| "is none of the words allowed".to_owned())
    }

    fn allowed(&self) -> String {
        in_a_row(self.options.iter().map(|(word, _)| *word))
    }

    fn schema(&self) -> Schema {
        words(self.options.iter().map(|(word, _)| *word))
    }
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
        (self.read)(text).ok_or_else(|| "has not the form of one".to_owned())
    }

    fn allowed(&self) -> String {
        self.allowed.to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(self.pattern)).into()
    }
}

impl Kind for Instant {
    type Value = Timestamp;

    fn read(&self, text: &str) -> Result<Timestamp, String> {
        text.parse().map_err(|_| "is no moment".to_owned())
    }

    fn allowed(&self) -> String {
        "a date and a time with Z or an offset, such as 2024-10-14T09:20:00Z".to_owned()
    }

    fn schema(&self) -> Schema {
        let format = SchemaFormat::KnownFormat(KnownFormat::DateTime);
        ObjectBuilder::new().schema_type(Type::String).format(Some(format)).into()
    }
}

impl Age {
    /// What is always read; jiff knows more ways to write a duration.
    const PATTERN: &'static str = "^([1-9][0-9]{0,4} ?(s|m|min|h|d)|P[1-9][0-9]{0,4}D|PT[1-9][0-9]{0,4}[HMS]|PT[1-9][0-9]{0,2}H[1-5]?[0-9]M)$";
}

impl Kind for Age {
    type Value = SignedDuration;

    fn read(&self, text: &str) -> Result<SignedDuration, String> {
        let span: Span = text.parse().map_err(|_| "is no duration".to_owned())?;
        let duration = span.to_duration(SpanRelativeTo::days_are_24_hours());
        let duration = duration.map_err(|_| "has years or months, which differ in length".to_owned())?;
        if duration.is_negative() { Err("is negative".to_owned()) } else { Ok(duration) }
    }

    fn allowed(&self) -> String {
        "a duration such as 30m, 2h, PT90S or P1D".to_owned()
    }

    fn schema(&self) -> Schema {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(Self::PATTERN)).into()
    }
}

impl Kind for PhenomenonSlug {
    type Value = PhenomenonId;

    fn read(&self, text: &str) -> Result<PhenomenonId, String> {
        Catalogue::builtin().by_slug(text).ok_or_else(|| "is no phenomenon of the catalogue".to_owned())
    }

    fn allowed(&self) -> String {
        in_a_row(slugs())
    }

    fn schema(&self) -> Schema {
        words(slugs())
    }
}

fn slugs() -> impl Iterator<Item = &'static str> {
    Catalogue::builtin().iter().map(|(_, phenomenon)| phenomenon.slug())
}

fn words(words: impl Iterator<Item = &'static str>) -> Schema {
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
}

pub(super) fn in_a_row(words: impl Iterator<Item = &'static str>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

pub(super) fn number_as_json(number: f64) -> Value {
    // A whole number reads better without its ".0".
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn within<T: PartialOrd + Display>(range: &RangeInclusive<T>, number: T) -> Result<T, String> {
    if range.contains(&number) { Ok(number) } else { Err("is out of range".to_owned()) }
}

fn space_before(unit: &str) -> &'static str {
    if unit.is_empty() || unit == "°" || unit == "%" { "" } else { " " }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_finite_and_in_range() {
        let latitude = Number { range: -90.0..=90.0, unit: "°" };
        assert_eq!(latitude.read("-52.5"), Ok(-52.5));
        assert_eq!(latitude.allowed(), "-90 to 90°");
        for wrong in ["", "x", "91", "NaN", "inf", "1,5", " 1"] {
            assert!(latitude.read(wrong).is_err(), "{wrong}");
        }
        assert!(Integer { range: 1..=10 }.read("1.0").is_err());
    }

    #[test]
    fn ages_are_read_as_iso_8601_and_as_people_write_them() {
        for (text, seconds) in [("30m", 1800), ("2h", 7200), ("1h 30m", 5400), ("PT90S", 90), ("P1D", 86_400)]
        {
            assert_eq!(Age.read(text), Ok(SignedDuration::from_secs(seconds)), "{text}");
        }
        for wrong in ["", "5", "-1h", "1 month", "P1Y", "soon"] {
            assert!(Age.read(wrong).is_err(), "{wrong}");
        }
        for (text, minutes) in [("10 min", 10), ("99999d", 99_999 * 24 * 60), ("PT12H5M", 725)] {
            assert_eq!(
                Age.read(text),
                Ok(SignedDuration::from_mins(minutes)),
                "{text}: as the pattern has it"
            );
        }
    }

    #[test]
    fn a_text_is_measured_in_characters() {
        let name = Text { length: 1..=3 };
        assert!(name.read("äöü").is_ok() && name.read("").is_err() && name.read("abcd").is_err());
    }
}
