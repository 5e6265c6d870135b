//! Values as the API shows them: texts, most with two decimals.

use std::fmt;
use std::io::Write as _;

use crate::seed::Seed;

/// A measured value, which the API returns as a string.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ShownValue {
    /// A number with a fixed number of decimals (0 to 2), as firmware prints it.
    Decimal {
        /// The value times ten to the power of `decimals`.
        scaled: i64,
        /// The number of digits after the decimal point.
        decimals: u8,
    },
    /// A number that a script printed with all its digits, such as `7.299999999999997`.
    Float(f64),
    /// What a driver prints instead of a number.
    Text(&'static str),
}

impl ShownValue {
    /// A number as this sensor prints it.
    pub(crate) fn printed(number: f64, sensor: Seed) -> Self {
        match sensor.with(0x7072_696e_7465_6421).bits() % 100 {
            0..88 => Self::fixed(number, 2),
            88..94 => Self::fixed(number, 1),
            94..98 => Self::fixed(number, 0),
            _ => Self::Float(number),
        }
    }

    /// A number with two decimals.
    pub(crate) fn two_decimals(number: f64) -> Self {
        Self::fixed(number, 2)
    }

    fn fixed(number: f64, decimals: u8) -> Self {
        Self::Decimal { scaled: (number * 10_f64.powi(i32::from(decimals))).round() as i64, decimals }
    }

    /// The number; `None` for a text.
    #[must_use]
    pub fn number(self) -> Option<f64> {
        match self {
            Self::Decimal { scaled, decimals } => Some(scaled as f64 / 10_f64.powi(i32::from(decimals))),
            Self::Float(number) => Some(number),
            Self::Text(_) => None,
        }
    }

    /// Appends the text without quotes: none of these texts needs escaping.
    pub(crate) fn write(self, out: &mut Vec<u8>) {
        match self {
            Self::Decimal { scaled, decimals } => write_decimal(out, scaled, decimals),
            Self::Float(number) => write!(out, "{number}").expect("writing to a vector cannot fail"),
            Self::Text(text) => out.extend_from_slice(text.as_bytes()),
        }
    }
}

impl fmt::Display for ShownValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::new();
        self.write(&mut text);
        text.iter().try_for_each(|&ascii| fmt::Write::write_char(formatter, char::from(ascii)))
    }
}

/// Writes from the last digit to the first, as division produces them.
fn write_decimal(out: &mut Vec<u8>, scaled: i64, decimals: u8) {
    let mut buffer = [0; 24];
    let mut start = buffer.len();
    let mut put = |byte: u8| {
        start -= 1;
        buffer[start] = byte;
    };
    let mut rest = scaled.unsigned_abs();
    for _ in 0..decimals.min(2) {
        put(b'0' + (rest % 10) as u8);
        rest /= 10;
    }
    if decimals > 0 {
        put(b'.');
    }
    loop {
        put(b'0' + (rest % 10) as u8);
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if scaled < 0 {
        put(b'-');
    }
    out.extend_from_slice(&buffer[start..]);
}

#[cfg(test)]
mod tests {
    use super::ShownValue;

    #[test]
    fn numbers_are_printed_as_firmware_prints_them() {
        for (number, decimals, text) in [
            (16.074, 2, "16.07"),
            (-0.004, 2, "0.00"),
            (-0.5, 2, "-0.50"),
            (-143.25, 2, "-143.25"),
            (7.25, 1, "7.3"),
            (101_325.0, 0, "101325"),
            (0.0, 2, "0.00"),
        ] {
            assert_eq!(ShownValue::fixed(number, decimals).to_string(), text);
        }
        assert_eq!(ShownValue::Float(7.299_999_999_999_997).to_string(), "7.299999999999997");
        assert_eq!(ShownValue::fixed(f64::MIN, 0).to_string(), i64::MIN.to_string());
    }
}
