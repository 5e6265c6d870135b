//! Errors of decoding boxes. They quote nothing: an answer may come from anywhere, and errors go to
//! logs and to people.

use super::skip::SkipReason;

/// Why an answer is not a list of boxes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The answer begins like something else: an error page, an error object, plain text.
    #[error("the answer is not a list of boxes")]
    NotAList,
    /// The answer ends before its list does. The API sends status 200 before it reads its database,
    /// so it reports errors this way.
    #[error("the answer was cut off after {boxes} boxes{}", if *told { ", with an error message" } else { "" })]
    Truncated {
        /// The number of boxes read before the cut. There are more.
        boxes: usize,
        /// Whether it ends in an error message of the API.
        told: bool,
    },
    /// The answer about one box is complete, but is no readable box.
    #[error("the answer is not a box: {reason}")]
    NotABox {
        /// Why not.
        reason: SkipReason,
    },
    /// The answer about one box is larger than [`Limits::max_box_bytes`](crate::Limits::max_box_bytes).
    #[error("the box is larger than {limit} bytes")]
    BoxTooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// Something follows the list.
    #[error("the list of boxes ends at byte {offset}, but the answer continues")]
    TrailingBytes {
        /// The end of the list, in bytes from the start of the answer.
        offset: u64,
    },
}

impl DecodeError {
    /// Whether the API is well, and only this one box cannot be read.
    pub(crate) const fn is_of_one_box(&self) -> bool {
        matches!(self, Self::NotABox { .. } | Self::BoxTooLarge { .. })
    }
}

/// Whether a JSON value can begin with this byte.
pub(super) const fn is_json(first: u8) -> bool {
    matches!(first, b'{' | b'[' | b'"' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n' | b'N')
}

/// How far from the end of an answer the API's error message may begin, in bytes.
pub(super) const MESSAGE_BYTES: usize = 512;

/// Whether an answer that the API could not complete ends in its error message.
pub(crate) fn message_in(rest: &[u8]) -> bool {
    let tail = &rest[rest.len().saturating_sub(MESSAGE_BYTES)..];
    memchr::memmem::rfind(tail, b"Error: ").is_some_and(|start| !tail[start..].contains(&b'"'))
}
