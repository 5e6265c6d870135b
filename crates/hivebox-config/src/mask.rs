//! Addresses without their secrets.

/// Hides the user and password of an address, so that it can be shown.
#[must_use]
pub fn mask_secrets(value: &str) -> String {
    // Up to the last `@`, since a password may have any character that should have been encoded.
    match value.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, place)) => format!("{scheme}://***@{place}"),
        None => value.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_masked() {
        assert_eq!(mask_secrets("https://me:secret@host:1/x"), "https://***@host:1/x");
        for odd in [
            "redis://:sec/ret@host",
            "redis://:sec?ret@host",
            "redis://:sec#ret@host",
            "redis://:s@cret@host",
        ] {
            assert_eq!(mask_secrets(odd), "redis://***@host");
        }
        assert_eq!(mask_secrets("memory:"), "memory:");
    }
}
