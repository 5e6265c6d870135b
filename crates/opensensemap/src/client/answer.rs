//! An answer of the API while it arrives.

use std::fmt;
use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};

use super::FetchError;

/// How much is decompressed at once. The most that deflate makes of it is a thousand times as much.
const COMPRESSED_BYTES: usize = 8 << 10;

/// An answer, decompressed.
#[derive(Debug)]
pub(super) struct Answer {
    response: reqwest::Response,
    gzip: Option<MultiGzDecoder<Vec<u8>>>,
    /// What has arrived and is not decompressed yet.
    compressed: Bytes,
}

/// What may be said about an answer that cannot be used. Its text stays out: it may come from
/// anywhere, and hold anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerFacts {
    content_type: Option<Box<str>>,
    bytes: u64,
}

impl Answer {
    pub(super) fn new(response: reqwest::Response) -> Self {
        let encoding = response.headers().get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
        let is_gzip = encoding
            .is_some_and(|name| ["gzip", "x-gzip"].iter().any(|gzip| name.trim().eq_ignore_ascii_case(gzip)));
        let gzip = is_gzip.then(|| MultiGzDecoder::new(Vec::new()));
        Self { response, gzip, compressed: Bytes::new() }
    }

    pub(super) fn status(&self) -> reqwest::StatusCode {
        self.response.status()
    }

    pub(super) fn path(&self) -> &str {
        self.response.url().path()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    /// What may be said about it after `bytes` bytes.
    pub(super) fn facts(&self, bytes: u64) -> AnswerFacts {
        let content_type =
            self.headers().get(CONTENT_TYPE).and_then(|value| media_type(value.to_str().ok()?));
        AnswerFacts { content_type, bytes }
    }

    /// The next piece; `None` at the end.
    pub(super) async fn next_piece(&mut self) -> Result<Option<Bytes>, FetchError> {
        let Some(gzip) = &mut self.gzip else {
            return self.response.chunk().await.map_err(FetchError::transport);
        };
        loop {
            let is_end = self.compressed.is_empty() && {
                let arrived = self.response.chunk().await.map_err(FetchError::transport)?;
                self.compressed = arrived.clone().unwrap_or_default();
                arrived.is_none()
            };
            let length = self.compressed.len().min(COMPRESSED_BYTES);
            let decompressed = if is_end {
                // An empty answer has no gzip to end.
                if gzip.header().is_some() { gzip.try_finish() } else { Ok(()) }
            } else {
                gzip.write_all(&self.compressed.split_to(length)).and_then(|()| gzip.flush())
            };
            decompressed.map_err(FetchError::Encoding)?;
            if is_end || !gzip.get_ref().is_empty() {
                let piece = std::mem::take(gzip.get_mut());
                if is_end {
                    self.gzip = None;
                }
                return Ok((!piece.is_empty()).then(|| piece.into()));
            }
        }
    }
}

impl fmt::Display for AnswerFacts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let content_type = self.content_type.as_deref().unwrap_or("no content type");
        write!(formatter, "{content_type}, {} bytes", self.bytes)
    }
}

/// The media type without parameters; `None` if it is none.
fn media_type(header: &str) -> Option<Box<str>> {
    let (media_type, _) = header.split_once(';').unwrap_or((header, ""));
    let media_type = media_type.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'+' | b'-' | b'.');
    (media_type.len() <= 40 && media_type.bytes().all(is_plain)).then(|| media_type.into())
}
