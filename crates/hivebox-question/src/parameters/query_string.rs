//! Takes a query string apart.

use super::wrong::Wrong;

/// A query longer than this is not looked at.
const MAX_BYTES: usize = 8 << 10;
/// A query with more parameters than this is not looked at. No route has as many, and the answer names each that is
/// wrong, with all that are allowed: it would be a hundred times longer than the query.
const MAX_PARAMETERS: usize = 50;

/// The names and values of a query, in its order.
///
/// # Errors
/// The query is too long, has too many parameters, or holds what is no text.
pub fn pairs(query: &str) -> Result<Vec<(String, String)>, Wrong> {
    if query.len() > MAX_BYTES {
        let detail = format!("The query has {} bytes.", query.len());
        return Err(Wrong::whole_query(detail, format!("at most {MAX_BYTES} bytes")));
    }
    let parts = query.split('&').filter(|part| !part.is_empty());
    let count = parts.clone().count();
    if count > MAX_PARAMETERS {
        let detail = format!("The query has {count} parameters.");
        return Err(Wrong::whole_query(detail, format!("at most {MAX_PARAMETERS} parameters")));
    }
    parts
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            match (decode(name), decode(value)) {
                (Some(name), Some(value)) => Ok((name, value)),
                _ => Err(Wrong::whole_query(
                    "The query contains an escape that is not valid UTF-8.".to_owned(),
                    "UTF-8, with % and two hex digits for each byte that cannot stand for itself".to_owned(),
                )),
            }
        })
        .collect()
}

/// The text with its escapes resolved; `None` if it is not well-formed UTF-8 with well-formed escapes.
fn decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => hex(bytes.next()?)? << 4 | hex(bytes.next()?)?,
            byte => byte,
        });
    }
    String::from_utf8(decoded).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_names_and_values() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let read = pairs("name=K%C3%B6ln+S%C3%BCd&&flag&a=b%3Dc").unwrap();
        assert_eq!(read, [pair("name", "Köln Süd"), pair("flag", ""), pair("a", "b=c")]);
        assert!(pairs("").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_text_and_what_is_too_long_is_refused() {
        for wrong in ["a=%", "a=%4", "a=%zz", "a=%FF", "%C3=1", "a=%+1"] {
            assert!(pairs(wrong).is_err(), "{wrong}");
        }
        assert!(
            pairs(&"a&".repeat(MAX_PARAMETERS)).is_ok() && pairs(&"a&".repeat(MAX_PARAMETERS + 1)).is_err()
        );
        assert!(pairs(&"x".repeat(MAX_BYTES)).is_ok() && pairs(&"x".repeat(MAX_BYTES + 1)).is_err());
    }
}
