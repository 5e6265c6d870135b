//! Streams an answer: pieces made on demand, altered by faults, compressed and slowed down.

use std::io::Write as _;

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::{Stream, stream};

use crate::fault::body::{BodyFaults, CutPieces, Drip, Severed};

/// The content type of every answer of the API.
pub(crate) const JSON: &str = "application/json; charset=utf-8";

type BodyPieces = Box<dyn Iterator<Item = Result<Bytes, Severed>> + Send>;

/// Whether a client accepts gzip.
pub(crate) fn accepts_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        name.trim().eq_ignore_ascii_case("gzip")
            && !matches!(weight.trim(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000")
    })
}

/// A JSON answer in pieces, whose length is not known in advance.
pub(crate) fn streamed<I>(pieces: I, faults: &BodyFaults, gzip: bool) -> Response
where
    I: Iterator<Item = Bytes> + Clone + Send + 'static,
{
    let cut = CutPieces::new(pieces, faults.cut);
    let pieces: BodyPieces = if gzip { Box::new(Gzipped::new(cut)) } else { Box::new(cut) };
    let mut response = Body::from_stream(paced(pieces, faults.drip)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

fn paced(pieces: BodyPieces, drip: Option<Drip>) -> impl Stream<Item = Result<Bytes, Severed>> + Send {
    stream::unfold((pieces, Bytes::new()), move |(mut pieces, mut rest)| async move {
        if rest.is_empty() {
            match pieces.next()? {
                Ok(piece) => rest = piece,
                Err(severed) => {
                    // Lets hyper send what it holds: a reset within the body must not swallow its
                    // beginning.
                    tokio::task::yield_now().await;
                    return Some((Err(severed), (pieces, rest)));
                }
            }
        }
        let piece = match drip {
            Some(drip) => {
                tokio::time::sleep(drip.every).await;
                rest.split_to(drip.bytes.min(rest.len()))
            }
            None => std::mem::take(&mut rest),
        };
        Some((Ok(piece), (pieces, rest)))
    })
}

/// Compresses pieces one by one.
struct Gzipped<I> {
    pieces: I,
    gzip: Option<GzEncoder<Vec<u8>>>,
    severed: Option<Severed>,
}

impl<I> Gzipped<I> {
    fn new(pieces: I) -> Self {
        // The fastest level, because a demo and its simulated upstream share their processors.
        Self { pieces, gzip: Some(GzEncoder::new(Vec::new(), Compression::fast())), severed: None }
    }
}

impl<I: Iterator<Item = Result<Bytes, Severed>>> Gzipped<I> {
    /// The next compressed bytes; empty if the encoder still buffers them.
    fn compress(&mut self, mut gzip: GzEncoder<Vec<u8>>) -> std::io::Result<Vec<u8>> {
        match self.pieces.next() {
            Some(Ok(piece)) => gzip.write_all(&piece)?,
            Some(Err(severed)) => {
                // The connection breaks off, so the stream has no end; but what came before is
                // sent.
                gzip.flush()?;
                self.severed = Some(severed);
                return Ok(std::mem::take(gzip.get_mut()));
            }
            None => return gzip.finish(),
        }
        let compressed = std::mem::take(gzip.get_mut());
        self.gzip = Some(gzip);
        Ok(compressed)
    }
}

impl<I: Iterator<Item = Result<Bytes, Severed>>> Iterator for Gzipped<I> {
    type Item = Result<Bytes, Severed>;

    fn next(&mut self) -> Option<Self::Item> {
        while let Some(gzip) = self.gzip.take() {
            match self.compress(gzip) {
                Ok(compressed) if compressed.is_empty() => {}
                Ok(compressed) => return Some(Ok(compressed.into())),
                Err(error) => unreachable!("writing to memory cannot fail: {error}"),
            }
        }
        self.severed.take().map(Err)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::accepts_gzip;

    #[test]
    fn gzip_is_sent_to_those_who_take_it() {
        for (value, expected) in
            [("gzip", true), ("br, GZIP;q=0.5", true), ("gzip;q=0", false), ("identity", false), ("", false)]
        {
            let mut headers = HeaderMap::new();
            headers.insert("accept-encoding", value.parse().unwrap());
            assert_eq!(accepts_gzip(&headers), expected, "{value}");
        }
        assert!(!accepts_gzip(&HeaderMap::new()));
    }
}
