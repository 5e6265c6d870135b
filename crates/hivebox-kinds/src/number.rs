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
        let number: f64 = text.parse().map_err(|_| not_a_number(text))?;
        // Adding zero turns -0.0 into 0.0: nobody means a minus there.
        within(&self.range, number + 0.0)
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
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err("is not a whole number".to_owned());
        }
        // What does not parse is negative, or larger than any range.
        within(&self.range, text.parse().map_err(|_| OUT_OF_RANGE.to_owned())?)
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

const OUT_OF_RANGE: &str = "is out of range";

fn within<T: PartialOrd>(range: &RangeInclusive<T>, number: T) -> Result<T, String> {
    if range.contains(&number) { Ok(number) } else { Err(OUT_OF_RANGE.to_owned()) }
}

/// What is wrong with a text that is no number. Half of Europe writes 52,5.
fn not_a_number(text: &str) -> String {
    let has_decimal_comma = text.matches(',').count() == 1 && text.replace(',', ".").parse::<f64>().is_ok();
    if has_decimal_comma { "has a comma (use a point)".to_owned() } else { "is not a number".to_owned() }
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
        assert_eq!(latitude.read("-0.0").map(f64::is_sign_positive), Ok(true));
        let bytes = Integer { range: 1..=10, unit: "bytes" };
        assert_eq!(bytes.allowed(), "1 to 10 bytes");
    }

    #[test]
    fn what_is_wrong_with_a_number_is_told() {
        let latitude = Number { range: -90.0..=90.0, unit: "°" };
        for (text, reason) in [
            ("52,5", "has a comma (use a point)"),
            ("-0,5", "has a comma (use a point)"),
            ("1,2,3", "is not a number"),
            (",", "is not a number"),
            ("91", OUT_OF_RANGE),
        ] {
            assert_eq!(latitude.read(text), Err(reason.to_owned()), "{text}");
        }
        let bytes = Integer { range: 1..=10, unit: "bytes" };
        for (text, reason) in [
            ("99999999999999999999999", OUT_OF_RANGE),
            ("-1", OUT_OF_RANGE),
            ("0", OUT_OF_RANGE),
            ("1.0", "is not a whole number"),
            ("-", "is not a whole number"),
            ("", "is not a whole number"),
            ("many", "is not a whole number"),
        ] {
            assert_eq!(bytes.read(text), Err(reason.to_owned()), "{text}");
        }
        assert_eq!(bytes.read("+7"), Ok(7));
    }
}
