//! What is wrong with a request, and where.

use std::fmt::Write as _;

use serde::Serialize;
use utoipa::ToSchema;

use super::Location;

/// One thing that is wrong with a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Wrong {
    /// Where it stands: `#/query/NAME`, `#/path/NAME`, or `#/query` for the query as a whole.
    #[schema(example = "#/query/lat")]
    pub pointer: String,
    /// What is wrong.
    #[schema(example = "lat is out of range: \"91\".")]
    pub detail: String,
    /// What is allowed.
    #[schema(example = "-90 to 90°")]
    pub allowed: String,
}

/// As much of a client's text as is told back.
const SHOWN_CHARS: usize = 40;

impl Wrong {
    /// A parameter with a wrong value; `reason` goes on after its name.
    pub(super) fn value(location: Location, name: &str, value: &str, reason: &str, allowed: String) -> Self {
        let detail = format!("{name} {reason}: {:?}.", shown(value));
        Self { pointer: pointer(location, name), detail, allowed }
    }

    /// A parameter that is wrong beside the others.
    #[must_use]
    pub fn beside(location: Location, name: &str, detail: String, allowed: String) -> Self {
        Self { pointer: pointer(location, name), detail, allowed }
    }

    /// A parameter that the route does not have.
    pub(super) fn unknown(name: &str, known: &[&'static str]) -> Self {
        let allowed = if known.is_empty() { "no parameter".to_owned() } else { known.join(", ") };
        let name: String = shown(name);
        Self {
            pointer: pointer(Location::Query, &name),
            detail: format!("There is no parameter {name:?} here."),
            allowed,
        }
    }

    /// A query that cannot be read.
    pub(super) fn whole_query(detail: String, allowed: String) -> Self {
        Self { pointer: "#/query".to_owned(), detail, allowed }
    }
}

fn shown(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN_CHARS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// A JSON Pointer (RFC 6901) as the fragment of a URI.
fn pointer(location: Location, name: &str) -> String {
    let mut pointer = format!("#/{}/", location.slug());
    for character in name.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            character if character.is_ascii_alphanumeric() || "-._".contains(character) => {
                pointer.push(character);
            }
            character => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    // Writing to a text cannot fail.
                    let _ = write!(pointer, "%{byte:02X}");
                }
            }
        }
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_names_any_parameter() {
        for (name, expected) in [("radius_km", "#/query/radius_km"), ("a/b~ü", "#/query/a~1b~0%C3%BC")] {
            assert_eq!(pointer(Location::Query, name), expected);
        }
        let long = Wrong::unknown(&"x".repeat(1000), &[]);
        assert!(long.detail.len() < 100 && long.pointer.len() < 100);
    }
}
