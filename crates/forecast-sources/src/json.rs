//! JSON of sources: what is no whole JSON is an error, and what is odd within it is missing.

mod lenient;

use std::borrow::Cow;

use serde::de::DeserializeSeed;

pub(crate) use lenient::{List, Number, Text, or_default};

use crate::http::FetchError;

/// How Open-Meteo ends an answer with status 200 that it cannot finish.
const BREAKS_OFF: &str = "Unexpected error while streaming data";

/// Reads a whole answer.
pub(crate) fn read<'de, S: DeserializeSeed<'de>>(body: &'de [u8], seed: S) -> Result<S::Value, FetchError> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = seed.deserialize(&mut json).and_then(|value| json.end().map(|()| value));
    value.map_err(|error| {
        let is_told = holds(body, BREAKS_OFF);
        if is_told || error.is_eof() {
            FetchError::Truncated { is_told }
        } else if error.is_data() {
            FetchError::NotAForecast("its JSON has another shape")
        } else {
            FetchError::NotAForecast("it is no JSON")
        }
    })
}

fn holds(text: &[u8], part: &str) -> bool {
    memchr::memmem::find(text, part.as_bytes()).is_some()
}

/// Numbers that JSON does not have, as careless writers send them.
const NO_NUMBERS: [&str; 5] = ["NaN", "nan", "Infinity", "Inf", "inf"];

/// With `null` for numbers that JSON does not have.
pub(crate) fn without_nan(body: &[u8]) -> Cow<'_, [u8]> {
    if !NO_NUMBERS.iter().any(|word| holds(body, word)) {
        return Cow::Borrowed(body);
    }
    let mut clean = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut is_in_string = false;
    while let Some(&byte) = rest.first() {
        let unsigned = rest.strip_prefix(b"-").unwrap_or(rest);
        let after = NO_NUMBERS.iter().find_map(|word| unsigned.strip_prefix(word.as_bytes()));
        if let Some(after) = after.filter(|_| !is_in_string) {
            clean.extend_from_slice(b"null");
            rest = after;
            continue;
        }
        // An escaped byte ends no string.
        let step = if byte == b'\\' && is_in_string { 2.min(rest.len()) } else { 1 };
        is_in_string ^= byte == b'"';
        let (piece, after) = rest.split_at(step);
        clean.extend_from_slice(piece);
        rest = after;
    }
    Cow::Owned(clean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_json_does_not_have_become_null() {
        let clean =
            |text: &'static str| String::from_utf8(without_nan(text.as_bytes()).into_owned()).unwrap();
        assert_eq!(clean("[NaN,-Infinity,inf,-1,nan]"), "[null,null,null,-1,null]");
        assert_eq!(clean(r#"{"a \\\" NaN":"NaN","b":NaN}"#), r#"{"a \\\" NaN":"NaN","b":null}"#);
        assert_eq!(clean(r#"["NaN\\",NaN,"\"#), r#"["NaN\\",null,"\"#);
        assert_eq!(clean("[1,null]"), "[1,null]");
    }

    #[test]
    fn every_cut_is_an_error() {
        let whole = r#"[{"a":[1,null,-2.5e3,{"b":true}],"c":"d"},"e"]"#;
        let read = |text: &str| {
            let list = std::marker::PhantomData::<List<serde::de::IgnoredAny, 9>>;
            read(text.as_bytes(), list).map(|list| list.0.len())
        };
        assert_eq!(read(whole).unwrap(), 2);
        for cut in 0..whole.len() {
            assert!(read(&whole[..cut]).is_err(), "{}", &whole[..cut]);
            let told = format!("{}{BREAKS_OFF}: no such file", &whole[..cut]);
            assert!(matches!(read(&told), Err(FetchError::Truncated { is_told: true })), "{told}");
        }
        assert!(matches!(read(&format!("{whole}{whole}")), Err(FetchError::NotAForecast(_))));
    }

    #[test]
    fn what_has_another_type_is_missing() {
        let json = r#"[1, null, "3", {"a":[1]}, [2], true, -4, 5.5]"#;
        let List(numbers) = serde_json::from_str::<List<Number, 6>>(json).unwrap();
        let none = Number(None);
        assert_eq!(numbers, [Number(Some(1.0)), none, none, none, none, none], "no more than 6");
        for other in ["1", "-1", "1.5", "null", "true", r#""a""#, r#"{"a":[{}]}"#] {
            assert_eq!(serde_json::from_str::<List<Number, 6>>(other).unwrap().0, []);
        }
        assert_eq!(serde_json::from_str::<Text>("[1]").unwrap(), Text::default());
        assert_eq!(serde_json::from_str::<Text>(r#""a\n""#).unwrap().0, "a\n");
    }
}
