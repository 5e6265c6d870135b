//! The few parts of JSON that rows need.

use std::io::Write as _;

use jiff::Timestamp;
use jiff::tz::Offset;

/// Appends text that is JSON already.
pub(crate) fn raw(out: &mut Vec<u8>, json: &str) {
    out.extend_from_slice(json.as_bytes());
}

/// A text as a JSON string with quotes.
pub(crate) fn quoted(text: &str) -> Box<[u8]> {
    serde_json::Value::from(text).to_string().into_bytes().into()
}

/// Appends a number like JavaScript: without a decimal point if it is whole.
pub(crate) fn number(out: &mut Vec<u8>, number: f64) {
    write!(out, "{number}").expect("writing to a vector cannot fail");
}

/// Appends a time as a JSON string.
pub(crate) fn time(out: &mut Vec<u8>, millis: i64) {
    out.push(b'"');
    bare_time(out, millis);
    out.push(b'"');
}

/// Appends a time with milliseconds, like JavaScript's dates.
pub(crate) fn bare_time(out: &mut Vec<u8>, millis: i64) {
    let timestamp = Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX);
    let utc = Offset::UTC.to_datetime(timestamp);
    digits(out, utc.year().unsigned_abs(), 4);
    for (mark, part) in [
        (b'-', utc.month()),
        (b'-', utc.day()),
        (b'T', utc.hour()),
        (b':', utc.minute()),
        (b':', utc.second()),
    ] {
        out.push(mark);
        digits(out, part.unsigned_abs().into(), 2);
    }
    out.push(b'.');
    digits(out, millis.rem_euclid(1000) as u16, 3);
    out.push(b'Z');
}

fn digits(out: &mut Vec<u8>, number: u16, count: u32) {
    out.extend((0..count).rev().map(|place| b'0' + (number / 10_u16.pow(place) % 10) as u8));
}

#[cfg(test)]
mod tests {
    use super::{number, quoted, time};

    #[test]
    fn times_have_milliseconds_and_a_z() {
        for text in ["2026-11-24T09:05:07.012Z", "1970-01-01T00:00:00.000Z", "2024-02-29T23:59:59.999Z"] {
            let mut out = Vec::new();
            time(&mut out, text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
            assert_eq!(String::from_utf8(out).unwrap(), format!("\"{text}\""));
        }
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(&*quoted("a\"b\\\u{ad}\n"), "\"a\\\"b\\\\\u{ad}\\n\"".as_bytes());
    }

    #[test]
    fn whole_numbers_have_no_point() {
        let mut out = Vec::new();
        number(&mut out, 11.0);
        number(&mut out, -7.25);
        assert_eq!(out, b"11-7.25");
    }
}
