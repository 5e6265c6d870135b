//! Headers made of text.

use axum::http::HeaderValue;

/// A header made of digits and of words of ours, which are all allowed in one.
pub(crate) fn header(text: String) -> HeaderValue {
    HeaderValue::try_from(text).expect("digits and plain words are allowed in headers")
}
