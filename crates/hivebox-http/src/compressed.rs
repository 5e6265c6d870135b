//! A body that many clients request: hashed once, and compressed once per encoding.

use std::io::{self, Write};
use std::sync::{Arc, OnceLock};

use axum::body::{Body, Bytes};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, ETAG};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use brotli::enc::BrotliEncoderParams;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::represent::entity_tag;
use hivebox_question::format::preferences;

/// A body and its compressed forms, each made when the first client requests it.
#[derive(Debug)]
pub(super) struct Compressed {
    tag: HeaderValue,
    plain: Bytes,
    br: OnceLock<Bytes>,
    gzip: OnceLock<Bytes>,
}

/// The encodings that are kept, the smallest first. The middleware handles all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Br,
    Gzip,
}

impl Compressed {
    /// A body without compressed forms yet.
    pub(super) fn of(plain: Bytes) -> Self {
        let tag = entity_tag::of(&Sha256::digest(&plain).into());
        Self { tag, plain, br: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// A response with the tag and the body in the encoding that the client prefers.
    pub(super) async fn answer(self: &Arc<Self>, request: &HeaderMap) -> Result<Response, ApiError> {
        let encoding = wanted(request);
        let body = match encoding {
            None => self.plain.clone(),
            Some(encoding) => self.encoded(encoding).await?,
        };
        let mut response = Response::new(Body::from(body));
        response.headers_mut().insert(ETAG, self.tag.clone());
        if let Some(encoding) = encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.name()));
        }
        Ok(response)
    }

    async fn encoded(self: &Arc<Self>, encoding: Encoding) -> Result<Bytes, ApiError> {
        if let Some(made) = self.slot(encoding).get() {
            return Ok(made.clone());
        }
        // It takes about 10 ms, for which it must not block a thread of the runtime.
        let this = Arc::clone(self);
        let made = tokio::task::spawn_blocking(move || this.made(encoding)).await;
        made.map_err(ApiError::internal)
    }

    fn made(&self, encoding: Encoding) -> Bytes {
        let make = || encoding.encode(&self.plain).into();
        self.slot(encoding).get_or_init(make).clone()
    }

    fn slot(&self, encoding: Encoding) -> &OnceLock<Bytes> {
        match encoding {
            Encoding::Br => &self.br,
            Encoding::Gzip => &self.gzip,
        }
    }
}

impl Encoding {
    const fn name(self) -> &'static str {
        match self {
            Self::Br => "br",
            Self::Gzip => "gzip",
        }
    }

    fn encode(self, plain: &[u8]) -> Vec<u8> {
        let mut encoded = Vec::with_capacity(plain.len() / 2);
        match self {
            Self::Br => br(plain, &mut encoded),
            Self::Gzip => gzip(plain, &mut encoded),
        }
        .expect("reading from and writing to memory never fails");
        encoded
    }
}

fn br(mut plain: &[u8], encoded: &mut Vec<u8>) -> io::Result<()> {
    // Levels above 5 (of 11) take many times as long and save only a few percent.
    let parameters =
        BrotliEncoderParams { quality: 5, size_hint: plain.len(), ..BrotliEncoderParams::default() };
    brotli::BrotliCompress(&mut plain, encoded, &parameters).map(|_| ())
}

fn gzip(plain: &[u8], encoded: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = GzEncoder::new(encoded, Compression::default());
    writer.write_all(plain)?;
    writer.finish().map(|_| ())
}

/// The client's preferred encoding of those that are kept; `None` if it prefers another or none.
fn wanted(request: &HeaderMap) -> Option<Encoding> {
    let values = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    let accepted: Vec<_> = values.flat_map(preferences).collect();
    let quality = |name: &str| {
        let of = |wanted: &str| accepted.iter().find(|accepted| accepted.of.eq_ignore_ascii_case(wanted));
        of(name).or_else(|| of("*").filter(|_| name != "identity")).map_or(0, |accepted| accepted.quality)
    };
    let ours = [Encoding::Br, Encoding::Gzip].map(|encoding| (quality(encoding.name()), Some(encoding)));
    let others = ["zstd", "identity"].map(|name| (quality(name), None));
    let mut best = (0, None);
    for (quality, encoding) in ours.into_iter().chain(others) {
        if quality > best.0 {
            best = (quality, encoding);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_chooses_and_the_smallest_encoding_wins_a_tie() {
        for (accepts, expected) in [
            (&["gzip, deflate, br, zstd"][..], Some(Encoding::Br)),
            (&["gzip", "BR"], Some(Encoding::Br)),
            (&["gzip, deflate"], Some(Encoding::Gzip)),
            (&["br;q=0.5, gzip;q=0.8"], Some(Encoding::Gzip)),
            (&["*"], Some(Encoding::Br)),
            (&["br;q=0, *"], Some(Encoding::Gzip)),
            (&["zstd, gzip;q=0.1"], None),
            (&["identity, gzip;q=0.1"], None),
            (&["gzip;q=0"], None),
            (&["*;q=0"], None),
            (&[], None),
            (&[""], None),
        ] {
            let values = accepts.iter().map(|value| HeaderValue::from_str(value).unwrap());
            let mut headers = HeaderMap::new();
            values.for_each(|value| {
                headers.append(ACCEPT_ENCODING, value);
            });
            assert_eq!(wanted(&headers), expected, "{accepts:?}");
        }
    }
}
