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

use super::definition::Fault;
use crate::answer::JSON;
use crate::forecast::Exceeded;

const HTML: &str = "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n\
                    <hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The API that a request speaks to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Api {
    OpenSenseMap,
    OpenMeteo,
    MetNorway,
}

impl Api {
    pub(crate) fn of_route(route: &str) -> Self {
        match route {
            "/v1/forecast" => Self::OpenMeteo,
            _ if route.starts_with("/weatherapi/") => Self::MetNorway,
            _ => Self::OpenSenseMap,
        }
    }

    /// The text that ends a body that breaks off.
    pub(crate) fn breaking_off(self) -> &'static str {
        match self {
            // What the database of the real API once told its users.
            Self::OpenSenseMap => "Error: connection 16 to 127.0.0.1:27017 timed out",
            Self::OpenMeteo => "Unexpected error while streaming data: timeoutReached",
            Self::MetNorway => "Error: backend fetch failed",
        }
    }

    fn error(self, status: StatusCode) -> Response {
        let reason = status.canonical_reason().unwrap_or("Unknown");
        match self {
            Self::OpenSenseMap => {
                // The API's codes are the reason phrases without spaces; only that of 500 differs.
                let code = match status {
                    StatusCode::INTERNAL_SERVER_ERROR => "InternalServerError".to_owned(),
                    _ => reason.replace(' ', ""),
                };
                let message = self.breaking_off().trim_start_matches("Error: ");
                (status, Json(json!({ "code": code, "message": message }))).into_response()
            }
            Self::OpenMeteo => {
                let minutely = Exceeded::Minutely.to_string();
                let reason = if status == StatusCode::TOO_MANY_REQUESTS { &minutely } else { reason };
                (status, Json(json!({ "error": true, "reason": reason }))).into_response()
            }
            Self::MetNorway => (status, format!("{} {reason}\n", status.as_u16())).into_response(),
        }
    }
}

/// The answer of a fault; `None` if the fault alters the answer of the route instead.
pub(crate) fn answer(fault: &Fault, api: Api) -> Option<Response> {
    Some(match *fault {
        Fault::Status { status } => {
            api.error(StatusCode::from_u16(status).expect("`Fault::check` allows 400 to 599"))
        }
        Fault::TooManyRequests { retry_after } => {
            let mut response = api.error(StatusCode::TOO_MANY_REQUESTS);
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(retry_after));
            response
        }
        Fault::HtmlErrorPage => {
            (StatusCode::BAD_GATEWAY, [(header::CONTENT_TYPE, "text/html")], HTML).into_response()
        }
        Fault::NotJson => {
            ([(header::CONTENT_TYPE, JSON)], "The server is having a coffee, back soon\n").into_response()
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
        | Fault::BadBox { .. }
        | Fault::Forecast { .. } => return None,
    })
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
