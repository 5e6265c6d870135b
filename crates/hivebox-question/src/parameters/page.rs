//! Parameters by which a list is had page by page.

use std::fmt::Write as _;

use hivebox_kinds::{Formed, Integer};

use super::Parameter;

/// The largest number of things on a page.
pub const LIMIT: Parameter<Integer> = Parameter {
    name: "limit",
    description: "The largest number of items in a response.",
    kind: Integer { range: 1..=1000, unit: "" },
    example: "100",
    default: Some("100"),
};

/// Where the page begins.
pub const CURSOR: Parameter<Formed<Cursor>> = Parameter {
    name: "cursor",
    description: "Where the page begins: `next_cursor` of the page before. It stays valid.",
    kind: Formed {
        allowed: "what next_cursor of a page says",
        pattern: Some("^([0-9a-f][0-9a-f]){1,64}$"),
        read: |text| Cursor::read(text).ok_or_else(|| "is malformed".to_owned()),
    },
    example: "353338363032366535663038383232303039623862363064",
    default: None,
};

/// The end of a page: the id of its last item. Pages are sorted by id, so a cursor stays valid when items are added
/// or removed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor(Vec<u8>);

impl Cursor {
    const MAX_BYTES: usize = 64;

    /// The end of a page whose last thing has this id; `None` if the id is one that no cursor can hold.
    #[must_use]
    pub fn after(id: &str) -> Option<Self> {
        (1..=Self::MAX_BYTES).contains(&id.len()).then(|| Self(id.as_bytes().to_vec()))
    }

    /// Whether a thing with this id comes on a later page.
    #[must_use]
    pub fn is_before(&self, id: &str) -> bool {
        self.0.as_slice() < id.as_bytes()
    }

    fn read(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        let is_long = text.is_empty() || text.len() > 2 * Self::MAX_BYTES;
        if !is_hex || is_long || text.len() % 2 == 1 {
            return None;
        }
        let bytes = (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok());
        bytes.collect::<Option<_>>().map(Self)
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut text = String::with_capacity(2 * self.0.len());
        for byte in &self.0 {
            write!(text, "{byte:02x}")?;
        }
        formatter.write_str(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_comes_back_as_it_went() {
        let cursor = Cursor::after("5386026e5f08822009b8b60d").unwrap();
        assert_eq!(cursor.to_string(), CURSOR.example);
        assert_eq!(Cursor::read(CURSOR.example), Some(cursor.clone()));
        assert!(
            cursor.is_before("5386026e5f08822009b8b60e") && !cursor.is_before("5386026e5f08822009b8b60d")
        );
        for wrong in ["", "5", "5G", "5A", &"00".repeat(65)] {
            assert_eq!(Cursor::read(wrong), None, "{wrong}");
        }
    }
}
