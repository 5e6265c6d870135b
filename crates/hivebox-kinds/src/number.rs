//! Numbers.

use std::fmt::Display;
use std::ops::RangeInclusive;

use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::Kind;

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
    /// The unit; empty if there is none.
    pub unit: &'static str,
}

impl Kind for Number {
    type Value = f64;

    fn read(&self, text: &str) -> Result<f64, String> {
        let number = text.parse().map_err(|_| "is not a number".to_owned())?;
        within(&self.range, number)
    }

    fn allowed(&self) -> String {
        in_words(&self.range, self.unit)
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
        let number = text.parse().map_err(|_| "is not a whole number".to_owned())?;
        within(&self.range, number)
    }

    fn allowed(&self) -> String {
        in_words(&self.range, self.unit)
    }

    fn schema(&self) -> Schema {
        let object = ObjectBuilder::new().schema_type(Type::Integer);
        object.minimum(Some(*self.range.start())).maximum(Some(*self.range.end())).into()
    }

    fn json(&self, text: &str) -> Value {
        text.parse::<u64>().map_or(Value::Null, Value::from)
    }
}

/// A number as JSON. A whole number goes without the ".0", which reads better.
#[must_use]
pub fn number_as_json(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::from(number as i64)
    } else {
        Value::from(number)
    }
}

fn within<T: PartialOrd>(range: &RangeInclusive<T>, number: T) -> Result<T, String> {
    if range.contains(&number) { Ok(number) } else { Err("is out of range".to_owned()) }
}

fn in_words<T: Display>(range: &RangeInclusive<T>, unit: &str) -> String {
    let space = if unit.is_empty() || unit == "°" || unit == "%" { "" } else { " " };
    format!("{} to {}{space}{unit}", range.start(), range.end())
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
        let bytes = Integer { range: 1..=10, unit: "bytes" };
        assert!(bytes.read("1.0").is_err());
        assert_eq!(bytes.allowed(), "1 to 10 bytes");
    }
}
