//! Entity tags (RFC 9110, section 8.8.3).

use std::fmt::Write;
use std::iter;

use axum::http::{HeaderMap, HeaderValue};
use headers::{ETag, Header, HeaderMapExt, IfNoneMatch};

use crate::header_value::header_value;

/// How many bytes of the hash are part of a tag.
const BYTES: usize = 16;

/// The strong tag of the content with this hash.
pub(crate) fn of(hash: &[u8; 32]) -> HeaderValue {
    let mut digits = String::with_capacity(2 * BYTES);
    for byte in &hash[..BYTES] {
        write!(digits, "{byte:02x}").expect("writing to a String never fails");
    }
    header_value(format!("\"{digits}\""))
}

/// The tag of the same content in another encoding: `"x"` becomes `"x-gzip"`.
///
/// # Panics
/// The tag or the encoding is not ASCII. Both come from our own code.
pub(super) fn encoded(tag: &HeaderValue, encoding: &HeaderValue) -> HeaderValue {
    let encoding = encoding.to_str().expect("names of encodings are ASCII");
    suffixed(tag, &format!("-{encoding}"))
}

/// Whether `If-None-Match` in the request's headers matches the tag, by weak comparison.
pub(super) fn is_listed(tag: &HeaderValue, request: &HeaderMap) -> bool {
    request.typed_get().is_some_and(|list: IfNoneMatch| lists(&list, tag))
}

/// The tag in `If-None-Match` that stands for the content with this tag, plain or in an encoding.
pub(crate) fn known(tag: &HeaderValue, request: &HeaderMap) -> Option<HeaderValue> {
    let list: IfNoneMatch = request.typed_get()?;
    if list == IfNoneMatch::any() {
        return None;
    }
    let encodings = ["", "-br", "-gzip", "-zstd"].into_iter();
    encodings.map(|suffix| suffixed(tag, suffix)).find(|tag| lists(&list, tag))
}

fn lists(list: &IfNoneMatch, tag: &HeaderValue) -> bool {
    ETag::decode(&mut iter::once(tag)).is_ok_and(|tag| !list.precondition_passes(&tag))
}

fn suffixed(tag: &HeaderValue, suffix: &str) -> HeaderValue {
    let tag = tag.to_str().expect("our tags are ASCII");
    header_value(format!("{}{suffix}\"", tag.trim_end_matches('"')))
}

#[cfg(test)]
mod tests {
    use axum::http::header::IF_NONE_MATCH;

    use super::*;

    fn request(lists: &[&'static str]) -> HeaderMap {
        lists.iter().map(|list| (IF_NONE_MATCH, HeaderValue::from_static(list))).collect()
    }

    #[test]
    fn a_tag_is_found_in_every_valid_notation_of_a_list() {
        let tag = HeaderValue::from_static("\"abc\"");
        for list in
            ["*", "\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "\"x\",,W/\"abc\" , \"y\"", "\"a,b\",\"abc\""]
        {
            assert!(is_listed(&tag, &request(&[list])), "{list}");
        }
        for list in ["", "abc", "\"abc", "\"abc-gzip\"", "\"x\" y \"abc\"", "w/\"abc\"", "\"x,\"abc\"\""] {
            assert!(!is_listed(&tag, &request(&[list])), "{list}");
        }
        let weak = HeaderValue::from_static("W/\"abc\"");
        assert!(is_listed(&weak, &request(&["\"abc\""])), "the comparison is weak");
        assert!(is_listed(&tag, &request(&["\"x\"", "\"abc\""])), "a list may span several headers");
        assert!(!is_listed(&tag, &request(&[])));
    }

    #[test]
    fn a_tag_is_known_in_each_encoding() {
        let tag = HeaderValue::from_static("\"abc\"");
        for (list, expected) in [
            ("\"x\", \"abc\"", Some("\"abc\"")),
            ("W/\"abc-gzip\"", Some("\"abc-gzip\"")),
            ("\"abc-zstd\"", Some("\"abc-zstd\"")),
            ("\"abcd\", \"abc-x\", \"ab\"", None),
            ("*", None),
        ] {
            assert_eq!(known(&tag, &request(&[list])), expected.map(HeaderValue::from_static), "{list}");
        }
    }

    #[test]
    fn each_encoding_has_a_tag_of_its_own() {
        let tag = of(&[0xab; 32]);
        assert_eq!(tag, format!("\"{}\"", "ab".repeat(16)));
        assert_eq!(encoded(&tag, &HeaderValue::from_static("br")), format!("\"{}-br\"", "ab".repeat(16)));
    }
}
