//! Entity tags (RFC 9110, section 8.8.3).

use std::fmt::Write;

use axum::http::header::IF_NONE_MATCH;
use axum::http::{HeaderMap, HeaderValue};

/// Of a hash that is of 32 bytes, this much is told.
const BYTES: usize = 16;

/// The strong tag of what has this hash.
pub(crate) fn of(hash: &[u8; 32]) -> HeaderValue {
    let mut tag = String::with_capacity(2 * BYTES + 2);
    tag.push('"');
    for byte in &hash[..BYTES] {
        // Writing to a string cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    header(tag)
}

/// The tag of the same in an encoding: `"x"` as gzip is `"x-gzip"`.
pub(super) fn encoded(tag: &HeaderValue, encoding: &HeaderValue) -> HeaderValue {
    let (Ok(tag), Ok(encoding)) = (tag.to_str(), encoding.to_str()) else {
        return tag.clone();
    };
    header(format!("{}-{encoding}\"", tag.trim_end_matches('"')))
}

/// Whether `If-None-Match` names the tag, by the weak comparison.
pub(super) fn is_listed(tag: &HeaderValue, list: &HeaderValue) -> bool {
    let (Ok(tag), Ok(list)) = (tag.to_str(), list.to_str()) else {
        return false;
    };
    list.trim() == "*" || opaque(tag).is_some_and(|(tag, _)| tags(list).any(|listed| listed == tag))
}

/// The tag under which the client has what has this one, by itself or in an encoding.
pub(crate) fn known(tag: &HeaderValue, headers: &HeaderMap) -> Option<HeaderValue> {
    let (tag, _) = opaque(tag.to_str().ok()?)?;
    let is_ours = |listed: &&str| {
        listed.strip_prefix(tag).is_some_and(|rest| matches!(rest, "" | "-br" | "-gzip" | "-zstd"))
    };
    let lists = headers.get_all(IF_NONE_MATCH).iter().filter_map(|list| list.to_str().ok());
    lists.flat_map(tags).find(is_ours).map(|listed| header(format!("\"{listed}\"")))
}

/// The tags of a list, without their marks. A tag may have commas inside.
fn tags(mut list: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let (tag, rest) = opaque(list.trim_start_matches([' ', '\t', ',']))?;
        list = rest;
        Some(tag)
    })
}

/// What stands between the marks of the first tag, and what comes after it.
fn opaque(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("W/").unwrap_or(text).strip_prefix('"')?.split_once('"')
}

fn header(tag: String) -> HeaderValue {
    // Made of hex digits, of what was a header before, and of the names of encodings.
    HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_found_in_lists_however_they_are_written() {
        let tag = HeaderValue::from_static("\"abc\"");
        for list in [
            "*",
            " * ",
            "\"abc\"",
            "W/\"abc\"",
            "\"x\", \"abc\"",
            "\"x\",,W/\"abc\" , \"y\"",
            "\"a,b\",\"abc\"",
        ] {
            assert!(is_listed(&tag, &HeaderValue::from_static(list)), "{list}");
        }
        for list in ["", "abc", "\"abc", "\"abc-gzip\"", "\"x\" y \"abc\"", "w/\"abc\"", "\"x,\"abc\"\""] {
            assert!(!is_listed(&tag, &HeaderValue::from_static(list)), "{list}");
        }
        assert!(is_listed(&HeaderValue::from_static("W/\"abc\""), &tag), "the weak comparison");
    }

    #[test]
    fn a_tag_is_known_in_each_encoding() {
        let tag = HeaderValue::from_static("\"abc\"");
        for (list, known) in [
            ("\"x\", \"abc\"", Some("\"abc\"")),
            ("W/\"abc-gzip\"", Some("\"abc-gzip\"")),
            ("\"abc-zstd\"", Some("\"abc-zstd\"")),
            ("\"abcd\", \"abc-x\", \"ab\"", None),
            ("*", None),
        ] {
            let headers = HeaderMap::from_iter([(IF_NONE_MATCH, HeaderValue::from_static(list))]);
            assert_eq!(super::known(&tag, &headers), known.map(HeaderValue::from_static), "{list}");
        }
    }

    #[test]
    fn each_encoding_has_a_tag_of_its_own() {
        let tag = of(&[0xab; 32]);
        assert_eq!(tag, format!("\"{}\"", "ab".repeat(16)));
        assert_eq!(encoded(&tag, &HeaderValue::from_static("br")), format!("\"{}-br\"", "ab".repeat(16)));
    }
}
