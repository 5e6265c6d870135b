//! Header values made from our own text.

use axum::http::HeaderValue;

/// The header value of a text that consists of digits, ASCII words and punctuation only.
///
/// # Panics
/// The text contains a control character or a character outside ASCII.
pub(crate) fn header_value(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("callers pass printable ASCII, which is valid in headers")
}
