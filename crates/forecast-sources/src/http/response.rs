//! A whole answer, read within limits.

use std::time::Duration;

use bytes::Bytes;
use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, HeaderName, RETRY_AFTER};

use super::error::FetchError;
use super::pause::{LONGEST, later};

/// A whole answer with a status that may hold a forecast: 200, 203 or 304.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Response {
    /// Sends a request and reads its answer of at most `limit` bytes. `wait` says how long to wait after a 429 without
    /// `Retry-After`.
    pub(super) async fn fetch(
        request: reqwest::RequestBuilder,
        limit: usize,
        now: Timestamp,
        wait: &(dyn Fn(&str, Timestamp) -> Duration + Sync),
        body_bytes: &mut usize,
    ) -> Result<Self, FetchError> {
        let mut response = request.send().await.map_err(FetchError::transport)?;
        let (status, headers) = (response.status(), response.headers().clone());
        // No request asks for a part, so a part (206) is not what was asked for.
        let is_usable = matches!(
            status,
            StatusCode::OK | StatusCode::NON_AUTHORITATIVE_INFORMATION | StatusCode::NOT_MODIFIED
        );
        let mut body = Vec::new();
        loop {
            let piece = match response.chunk().await {
                Ok(piece) => piece.unwrap_or_else(Bytes::new),
                Err(error) if is_usable => return Err(FetchError::transport(error)),
                // The reason is optional: a failure to read it must not hide the status.
                Err(_) => break,
            };
            *body_bytes += piece.len();
            if piece.is_empty() || (!is_usable && *body_bytes > MAX_ERROR_BODY_BYTES) {
                break;
            }
            if *body_bytes > limit {
                return Err(FetchError::TooLarge { limit });
            }
            body.extend_from_slice(&piece);
        }
        if is_usable {
            Ok(Self { status, headers, body })
        } else {
            Err(failure(status, &headers, &body, now, wait))
        }
    }

    /// The moment in a header with a date.
    pub(crate) fn date(&self, name: &HeaderName) -> Option<Timestamp> {
        date(self.headers.get(name)?.to_str().ok()?)
    }
}

const MAX_ERROR_BODY_BYTES: usize = 16 << 10;

fn failure(
    status: StatusCode,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    wait: &(dyn Fn(&str, Timestamp) -> Duration + Sync),
) -> FetchError {
    let reason = reason(body);
    let retry_at = retry_after(headers, now).map(|wait| later(now, wait.min(LONGEST)));
    let code = status.as_u16();
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            let wait = || later(now, wait(reason.as_deref().unwrap_or_default(), now));
            FetchError::RateLimited { retry_at: retry_at.unwrap_or_else(wait), reason }
        }
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FetchError::Forbidden { status: code, reason },
        StatusCode::REQUEST_TIMEOUT => FetchError::Unavailable { status: code, retry_at, reason },
        _ if status.is_server_error() => FetchError::Unavailable { status: code, retry_at, reason },
        _ if status.is_redirection() => FetchError::Redirect { status: code },
        _ => FetchError::Refused { status: code, reason },
    }
}

/// The `reason` of Open-Meteo's error object, or the first words of a plain text. Error pages of proxies have none worth
/// reporting.
fn reason(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorObject {
        reason: String,
    }
    let text = match serde_json::from_slice::<ErrorObject>(body) {
        Ok(object) => object.reason,
        Err(_) => String::from_utf8(body.to_vec()).ok()?,
    };
    let text = text.trim();
    (!text.is_empty() && !text.starts_with(['<', '{'])).then(|| text.chars().take(200).collect())
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3), which is a number of seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    // A date in the past is a negative duration: no need to wait.
    Some(Duration::try_from(date(text)?.duration_since(now)).unwrap_or(Duration::ZERO))
}

fn date(text: &str) -> Option<Timestamp> {
    Some(jiff::fmt::rfc2822::parse(text.trim()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_as_seconds_and_as_a_date() {
        let now: Timestamp = "1994-11-06T08:49:00Z".parse().unwrap();
        let read = |text: &'static str| {
            let headers = HeaderMap::from_iter([(RETRY_AFTER, text.parse().unwrap())]);
            retry_after(&headers, now)
        };
        assert_eq!(read("120"), Some(Duration::from_mins(2)));
        assert_eq!(read("Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(37)));
        assert_eq!(read("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO), "a date that has passed");
        assert_eq!(read("soon"), None);
    }

    #[test]
    fn a_reason_is_kept_and_an_error_page_is_not() {
        assert_eq!(
            reason(br#"{"error":true,"reason":"No such variable"}"#).as_deref(),
            Some("No such variable")
        );
        assert_eq!(reason(b"Missing User-Agent\n").as_deref(), Some("Missing User-Agent"));
        assert_eq!(reason(b"<html>502 Bad Gateway</html>"), None);
        assert_eq!(reason(br#"{"error":true}"#), None);
        assert_eq!(reason(b""), None);
    }
}
