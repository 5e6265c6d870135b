//! Errors of decoding boxes.

/// Why an answer is not a list of boxes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The answer begins like something else: an error page, an error object, plain text.
    #[error("the answer is not a list of boxes; it begins with {excerpt:?}")]
    NotAList {
        /// Up to 120 characters of its beginning.
        excerpt: String,
    },
    /// The answer ends before its list does. The API sends status 200 before it reads its database,
    /// so it reports errors this way.
    #[error("the answer was cut off after {boxes} boxes{}", upstream_message(message.as_deref()))]
    Truncated {
        /// The number of boxes read before the cut. There are more.
        boxes: usize,
        /// The API's error message, if there is one.
        message: Option<String>,
    },
    /// A box is larger than [`Limits::max_box_bytes`](crate::Limits::max_box_bytes).
    #[error("a box at byte {offset} is larger than {limit} bytes")]
    BoxTooLarge {
        /// The position of the box, in bytes from the start of the answer.
        offset: u64,
        /// The limit in bytes.
        limit: usize,
    },
    /// Something follows the list.
    #[error("the list of boxes ends at byte {offset}, but the answer continues")]
    TrailingBytes {
        /// The end of the list, in bytes from the start of the answer.
        offset: u64,
    },
    /// Something other than a box is between two boxes.
    #[error("at byte {offset} of the answer a box should begin")]
    NotABox {
        /// Its position, in bytes from the start of the answer.
        offset: u64,
    },
}

fn upstream_message(message: Option<&str>) -> String {
    message.map(|message| format!(" (it says: {message})")).unwrap_or_default()
}

pub(super) fn not_a_list(bytes: &[u8]) -> DecodeError {
    let beginning = String::from_utf8_lossy(&bytes[..bytes.len().min(480)]);
    DecodeError::NotAList { excerpt: beginning.trim().chars().take(120).collect() }
}

/// How far from the end of an answer the API's error message may begin, in bytes.
pub(super) const MESSAGE_BYTES: usize = 512;

/// The error message at the end of an answer that the API could not complete.
pub(crate) fn message_in(rest: &[u8]) -> Option<String> {
    let tail = &rest[rest.len().saturating_sub(MESSAGE_BYTES)..];
    let start = memchr::memmem::rfind(tail, b"Error: ")?;
    let message: String = String::from_utf8_lossy(&tail[start..]).trim().chars().take(200).collect();
    (!message.contains('"')).then_some(message)
}
