//! Elements that are left out, and how to get past them in bounded memory.

use std::fmt;

use crate::json::find_quote_or_backslash;

/// Why an element of a list was skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipReason {
    /// It is longer than [`Limits::max_box_bytes`](crate::Limits::max_box_bytes).
    TooLarge,
    /// A value in it is nested more than 64 deep.
    TooDeep,
    /// It is JSON, but no object: `null`, a number, a text, a list.
    NotAnObject,
    /// It has no `_id`.
    NoId,
    /// It is not JSON.
    NotJson,
}

impl SkipReason {
    /// All reasons.
    pub const ALL: [Self; 5] = [Self::TooLarge, Self::TooDeep, Self::NotAnObject, Self::NoId, Self::NotJson];

    /// The name in metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::TooDeep => "too_deep",
            Self::NotAnObject => "not_an_object",
            Self::NoId => "no_id",
            Self::NotJson => "not_json",
        }
    }
}

impl fmt::Display for SkipReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::TooLarge => "it is too large",
            Self::TooDeep => "it is nested too deep",
            Self::NotAnObject => "it is no object",
            Self::NoId => "it has no _id",
            Self::NotJson => "it is not JSON",
        })
    }
}

/// The number of skipped elements for each reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SkipCounts([usize; SkipReason::ALL.len()]);

impl SkipCounts {
    /// The number of elements skipped for this reason.
    #[must_use]
    pub const fn of(&self, reason: SkipReason) -> usize {
        self.0[reason as usize]
    }

    /// The number of all skipped elements.
    #[must_use]
    pub fn total(&self) -> usize {
        self.0.iter().sum()
    }

    pub(super) fn count(&mut self, reason: SkipReason) {
        self.0[reason as usize] += 1;
    }
}

/// A skipped element. It does not affect the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkippedElement {
    /// The position of the element, or of the error in it, in bytes from the start of the answer.
    pub offset: u64,
    /// Why it was skipped.
    pub reason: SkipReason,
    /// What the position should hold, if it is known.
    pub expected: Option<&'static str>,
}

/// Finds the end of an element by its brackets and quotes, in pieces of any size and without
/// keeping any of them.
#[derive(Debug, Default)]
pub(super) struct Skipper {
    /// The number of open brackets.
    depth: u64,
    in_string: bool,
    /// After a backslash in a string.
    is_escaped: bool,
    before: Before,
}

/// What precedes the next byte.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// Nothing, an opening bracket, a comma or a colon: a value or a closing bracket may follow.
    #[default]
    Opening,
    /// Part of a number or word.
    Scalar,
    /// The end of a string, object or array: a comma, a colon or a closing bracket must follow.
    Value,
}

/// How far a [`Skipper`] got in a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SkipEnd {
    /// The element ends before this index.
    Found(usize),
    /// The element does not end in this piece.
    NeedMore,
    /// What is at this index cannot be in JSON, so quotes and brackets mean nothing.
    Broken(usize),
}

impl Skipper {
    /// Continues with the next piece. The first byte of an element must not be white space.
    pub(super) fn push(&mut self, bytes: &[u8]) -> SkipEnd {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.in_string {
                match self.string(bytes, at) {
                    Some(end) => at = end,
                    None => return SkipEnd::NeedMore,
                }
                if !self.in_string && self.depth == 0 {
                    return SkipEnd::Found(at);
                }
                continue;
            }
            let is_scalar = byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
            if self.depth == 0 && self.before == Before::Scalar && !is_scalar {
                return SkipEnd::Found(at);
            }
            match (byte, self.before) {
                (b' ' | b'\n' | b'\r' | b'\t', _) => {}
                (b'"', Before::Opening) => self.in_string = true,
                (b'{' | b'[', Before::Opening) => self.depth += 1,
                (b'}' | b']', _) if self.depth > 0 => {
                    self.depth -= 1;
                    self.before = Before::Value;
                    if self.depth == 0 {
                        return SkipEnd::Found(at + 1);
                    }
                }
                (b',' | b':', _) if self.depth > 0 => self.before = Before::Opening,
                (_, Before::Opening | Before::Scalar) if is_scalar => self.before = Before::Scalar,
                _ => return SkipEnd::Broken(at),
            }
            at += 1;
        }
        SkipEnd::NeedMore
    }

    /// Continues in a string at `at`, and returns the index after its end or after a backslash.
    fn string(&mut self, bytes: &[u8], at: usize) -> Option<usize> {
        if std::mem::take(&mut self.is_escaped) {
            return Some(at + 1);
        }
        let end = find_quote_or_backslash(bytes, at)?;
        if bytes[end] == b'"' {
            (self.in_string, self.before) = (false, Before::Value);
        } else {
            self.is_escaped = true;
        }
        Some(end + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(element: &[u8], piece_bytes: usize) -> SkipEnd {
        let (mut skipper, mut before) = (Skipper::default(), 0);
        for piece in element.chunks(piece_bytes) {
            match skipper.push(piece) {
                SkipEnd::NeedMore => before += piece.len(),
                SkipEnd::Found(at) => return SkipEnd::Found(before + at),
                SkipEnd::Broken(at) => return SkipEnd::Broken(before + at),
            }
        }
        SkipEnd::NeedMore
    }

    #[test]
    fn an_element_ends_where_it_ends_in_whatever_pieces() {
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for element in
            ["null", "-1.5e3", r#""a\"]b\\""#, "[]", "{}", r#"{"a":[1, {"b" : "}]\\"}], "c":null}"#, &deep]
        {
            for piece_bytes in [1, 2, 3, 7, usize::MAX] {
                let answer = format!("{element},{{}}]");
                assert_eq!(skip(answer.as_bytes(), piece_bytes), SkipEnd::Found(element.len()), "{answer}");
            }
        }
    }

    #[test]
    fn a_quote_too_few_is_noticed_at_the_next_one() {
        let answer = r#"{"_id":"a","name":"x},{"_id":"b"}]"#;
        for piece_bytes in [1, 5, usize::MAX] {
            assert_eq!(
                skip(answer.as_bytes(), piece_bytes),
                SkipEnd::Broken(answer.find("_id\":\"b").unwrap())
            );
        }
    }

    #[test]
    fn every_cut_of_an_element_needs_more() {
        let element = br#"{"a":[1,{"b":"]\""}]}"#;
        for cut in 0..element.len() {
            assert_eq!(skip(&element[..cut], 3), SkipEnd::NeedMore);
        }
    }
}
