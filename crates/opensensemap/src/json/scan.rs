//! Reads JSON tokens from bytes that may end anywhere.

use wide::u8x32;

/// Why reading stopped before a value was complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ScanError {
    /// The bytes end inside the value, which may become complete when more arrive.
    NeedMore,
    /// The bytes are not JSON here.
    Syntax {
        /// The position, from the start of the bytes.
        at: usize,
        /// What the position should hold.
        expected: &'static str,
    },
    /// A value is nested too deep.
    TooDeep,
    /// The value has more bytes than the caller allows.
    TooLarge,
}

/// The text of a JSON string or scalar, without quotes and with escapes unresolved.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
    pub(crate) escaped: bool,
}

impl Span {
    pub(crate) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Deeper nesting is refused; the API nests five levels.
const MAX_DEPTH: usize = 64;

/// A position in the bytes that only moves forward.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(bytes: &'a [u8], at: usize) -> Self {
        Self { bytes, at }
    }

    pub(crate) fn at(&self) -> usize {
        self.at
    }

    pub(crate) fn slice(&self, span: Span) -> &'a [u8] {
        // A span comes from these very bytes, so it always lies inside them.
        &self.bytes[span.start as usize..span.end as usize]
    }

    pub(crate) fn syntax(&self, expected: &'static str) -> ScanError {
        ScanError::Syntax { at: self.at, expected }
    }

    /// The next byte that is not white space. It stays unread.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<u8, ScanError> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte > b' ' || !matches!(byte, b' ' | b'\n' | b'\r' | b'\t') {
                return Ok(byte);
            }
            self.at += 1;
        }
        Err(ScanError::NeedMore)
    }

    /// Takes `byte`, after optional white space.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8, expected: &'static str) -> Result<(), ScanError> {
        if self.peek()? != byte {
            return Err(self.syntax(expected));
        }
        self.at += 1;
        Ok(())
    }

    /// Takes `byte` if it comes next, after optional white space.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> Result<bool, ScanError> {
        let found = self.peek()? == byte;
        self.at += usize::from(found);
        Ok(found)
    }

    /// Takes a string and returns its span.
    #[expect(clippy::inline_always, reason = "three strings out of four are keys: 15 % of the decoding time")]
    #[inline(always)]
    pub(crate) fn string(&mut self) -> Result<Span, ScanError> {
        self.expect(b'"', "a string")?;
        let start = self.at;
        let mut escaped = false;
        loop {
            let end = find_quote_or_backslash(self.bytes, self.at).ok_or(ScanError::NeedMore)?;
            if self.bytes[end] == b'"' {
                self.at = end + 1;
                return Ok(Span { start: start as u32, end: end as u32, escaped });
            }
            escaped = true;
            self.at = end + 2;
        }
    }

    /// Takes a key and its colon.
    #[inline]
    pub(crate) fn key(&mut self) -> Result<&'a [u8], ScanError> {
        let key = self.string()?;
        self.expect(b':', "a colon")?;
        Ok(self.slice(key))
    }

    /// After a member or element: takes a comma and returns true, or takes `close` and returns
    /// false.
    #[inline]
    pub(crate) fn more(&mut self, close: u8) -> Result<bool, ScanError> {
        match self.peek()? {
            b',' => {
                self.at += 1;
                Ok(true)
            }
            byte if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ => Err(self.syntax("a comma or the closing bracket")),
        }
    }

    /// Takes a number, `true`, `false` or `null`, and returns its span.
    pub(crate) fn scalar(&mut self) -> Result<Span, ScanError> {
        self.peek()?;
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            if !matches!(byte, b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') {
                if self.at == start {
                    return Err(self.syntax("a value"));
                }
                let span = Span { start: start as u32, end: self.at as u32, escaped: false };
                return if is_scalar(self.slice(span)) {
                    Ok(span)
                } else {
                    Err(ScanError::Syntax { at: start, expected: "a value" })
                };
            }
            self.at += 1;
        }
        Err(ScanError::NeedMore)
    }

    /// Takes any value without reading it.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<(), ScanError> {
        match self.peek()? {
            b'"' => self.string().map(drop),
            b'{' | b'[' => self.skip_nested(),
            _ => self.scalar().map(drop),
        }
    }

    /// Takes an object or array, tracking open brackets in a fixed array, so no input can exhaust
    /// the stack.
    fn skip_nested(&mut self) -> Result<(), ScanError> {
        let mut open = [false; MAX_DEPTH];
        let mut depth = 0;
        loop {
            match self.peek()? {
                bracket @ (b'{' | b'[') => {
                    let slot = open.get_mut(depth).ok_or(ScanError::TooDeep)?;
                    *slot = bracket == b'{';
                    depth += 1;
                    self.at += 1;
                    let close = if bracket == b'{' { b'}' } else { b']' };
                    if !self.take(close)? {
                        self.skip_key_if(bracket == b'{')?;
                        continue;
                    }
                    depth -= 1;
                }
                b'"' => drop(self.string()?),
                _ => drop(self.scalar()?),
            }
            while depth > 0 {
                let in_object = open[depth - 1];
                if self.more(if in_object { b'}' } else { b']' })? {
                    self.skip_key_if(in_object)?;
                    break;
                }
                depth -= 1;
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn skip_key_if(&mut self, in_object: bool) -> Result<(), ScanError> {
        if in_object {
            self.key()?;
        }
        Ok(())
    }
}

fn is_scalar(text: &[u8]) -> bool {
    matches!(text, b"null" | b"true" | b"false" | b"NaN")
        || (matches!(text[0], b'0'..=b'9' | b'-')
            && text.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E')))
}

/// The first `"` or `\` at or after `at`.
///
/// Compares 32 bytes at once: nearly all strings of the API are shorter, so the loop seldom repeats
/// and branch prediction seldom misses the end of a string.
#[inline]
pub(crate) fn find_quote_or_backslash(bytes: &[u8], mut at: usize) -> Option<usize> {
    let (quote, backslash) = (u8x32::splat(b'"'), u8x32::splat(b'\\'));
    while let Some(block) = bytes.get(at..).and_then(<[u8]>::first_chunk::<32>) {
        let block = u8x32::new(*block);
        let found = (block.simd_eq(quote) | block.simd_eq(backslash)).to_bitmask();
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize);
        }
        at += 32;
    }
    let rest = bytes.get(at..)?;
    rest.iter().position(|byte| matches!(byte, b'"' | b'\\')).map(|offset| at + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn skip(json: &str) -> Result<usize, ScanError> {
        let mut cursor = Scanner::new(json.as_bytes(), 0);
        cursor.skip().map(|()| cursor.at())
    }

    #[test]
    fn a_skipped_value_ends_where_it_ends() {
        for json in
            [r#""a\"b\\""#, "-1.5e+3", "null", "[]", "{}", r#"{"a":[1,{"b":[]}],"c":"}]"}"#, "[ [ ] , { } ]"]
        {
            assert_eq!(skip(&format!("{json},")), Ok(json.len()), "{json}");
        }
    }

    #[test]
    fn every_cut_of_a_value_needs_more() {
        let json = r#"{"a":[1,{"b":[]}],"c":"}\"]"}"#;
        for cut in 0..json.len() {
            assert_eq!(skip(&json[..cut]), Err(ScanError::NeedMore), "{}", &json[..cut]);
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for json in ["Error: x,", "{1:2}", "[1 2]", r#"{"a" 1}"#, "-e5x,", "[1}", ","] {
            assert!(matches!(skip(json), Err(ScanError::Syntax { .. })), "{json}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        assert_eq!(skip(&format!("{}{}", "[".repeat(64), "]".repeat(64))), Ok(128));
        assert_eq!(skip(&"[".repeat(65)), Err(ScanError::TooDeep));
    }

    #[test]
    fn quotes_are_found_at_every_offset() {
        for length in 0..40 {
            let mut text = vec![b'x'; length];
            text.push(b'"');
            text.extend_from_slice(b"\xff\"\\ tail");
            for start in 0..=length {
                assert_eq!(find_quote_or_backslash(&text, start), Some(length));
            }
        }
        assert_eq!(find_quote_or_backslash(b"0123456789", 3), None);
        assert_eq!(find_quote_or_backslash(b"01", 7), None);
    }
}
