//! The answers of faults that replace the answer of a route.

use std::io::Write as _;

use axum::Json;
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use serde_json::json;

use super::body::DATABASE_ERROR;
use super::definition::Fault;
use crate::answer::JSON;

const HTML: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n\
                    <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The answer of a fault; `None` if the fault alters the answer of the route instead.
pub(crate) fn answer(fault: &Fault) -> Option<Response> {
    Some(match *fault {
        Fault::Status { status } => {
            error(StatusCode::from_u16(status).expect("`Fault::check` allows 400 to 599"))
        }
        Fault::TooManyRequests { retry_after } => {
            let mut response = error(StatusCode::TOO_MANY_REQUESTS);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            response
        }
        Fault::HtmlErrorPage => {
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], HTML).into_response()
        }
        Fault::NotJson => {
            ([(header::CONTENT_TYPE, JSON)], "openSenseMap is having a coffee, back soon\n").into_response()
        }
        Fault::GzipBomb { bytes } => {
            let headers = [(header::CONTENT_TYPE, JSON), (header::CONTENT_ENCODING, "gzip")];
            let pieces = stream::iter(Bomb::new(bytes).map(Ok::<_, std::io::Error>));
            (headers, Body::from_stream(pieces)).into_response()
        }
        Fault::Delay { .. }
        | Fault::Reset { .. }
        | Fault::Truncated { .. }
        | Fault::SlowDrip { .. }
        | Fault::InvalidUtf8 { .. }
        | Fault::BadBox { .. } => return None,
    })
}

fn error(status: StatusCode) -> Response {
    // The API's codes are the reason phrases without spaces; only that of 500 differs.
    let reason = status.canonical_reason().unwrap_or("Unknown").replace(' ', "");
    let code = if status == StatusCode::INTERNAL_SERVER_ERROR { "InternalServerError" } else { &reason };
    (status, Json(json!({ "code": code, "message": DATABASE_ERROR }))).into_response()
}

/// Compresses spaces on demand, so that neither form of the bomb is ever in memory.
struct Bomb {
    gzip: Option<GzEncoder<Vec<u8>>>,
    spaces: Vec<u8>,
    left: u64,
}

impl Bomb {
    /// Large enough for pieces of about a kilobyte on the wire.
    const BLOCK: usize = 1 << 20;

    fn new(bytes: u64) -> Self {
        let gzip = GzEncoder::new(Vec::new(), Compression::default());
        // The bomb is a list full of white space, which is valid JSON, so a streaming parser keeps
        // reading.
        let mut spaces = vec![b' '; Self::BLOCK];
        spaces[0] = b'[';
        Self { gzip: Some(gzip), spaces, left: bytes.max(1) }
    }

    fn next_piece(&mut self) -> Option<std::io::Result<Bytes>> {
        let mut gzip = self.gzip.take()?;
        let length = self.left.min(Self::BLOCK as u64);
        self.left -= length;
        let written = gzip.write_all(&self.spaces[..length as usize]);
        self.spaces[0] = b' ';
        Some(written.and_then(|()| {
            if self.left == 0 {
                gzip.write_all(b"]")?;
                return gzip.finish().map(Bytes::from);
            }
            let piece = std::mem::take(gzip.get_mut());
            self.gzip = Some(gzip);
            Ok(Bytes::from(piece))
        }))
    }
}

impl Iterator for Bomb {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        Some(self.next_piece()?.expect("writing to memory cannot fail"))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::Bomb;

    #[test]
    fn a_bomb_is_small_and_expands_to_what_was_asked_for() {
        for size in [0_u64, 1, 5 << 20] {
            let wire: Vec<u8> = Bomb::new(size).flatten().collect();
            assert!(wire.len() < 100 + (size / 500) as usize, "{}", wire.len());
            let mut plain = String::new();
            flate2::read::GzDecoder::new(wire.as_slice()).read_to_string(&mut plain).unwrap();
            assert_eq!(plain.len() as u64, size.max(1) + 1);
            assert!(plain.starts_with('[') && plain.ends_with(']'));
        }
    }
}
