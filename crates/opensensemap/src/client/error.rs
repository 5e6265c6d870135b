//! Errors of fetching.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::archive::ListingError;
use crate::decode::DecodeError;
use crate::measurement_query::MeasurementQueryError;
use crate::rows::RowsError;

/// Why something could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The base address cannot be used.
    #[error("the base address is not an http or https address")]
    BaseUrl {
        /// The address given. Not in the message, because it may hold a login.
        url: String,
    },
    /// The HTTP client cannot be set up.
    #[error(
        "the HTTP client cannot be set up: install a rustls crypto provider, and check the root certificates"
    )]
    SetUp(#[source] reqwest::Error),
    /// No connection, no answer in time, or a broken connection.
    #[error("the API could not be reached, or did not answer in time")]
    Transport(#[source] reqwest::Error),
    /// A status other than success.
    #[error("the API answered {status} to GET {path}{}", in_its_words(message.as_deref()))]
    Status {
        /// The path of the request, without its query.
        path: String,
        /// The status.
        status: StatusCode,
        /// The API's error message, if there is one.
        message: Option<String>,
        /// How long the API asked to wait before the next request.
        retry_after: Option<Duration>,
    },
    /// The answer exceeds [`ClientOptions::max_body_bytes`](crate::ClientOptions::max_body_bytes).
    #[error("the answer has more than {limit} bytes")]
    BodyTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The answer is not a complete list of boxes.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The answer is not a complete list of measurements.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// The answer is not the complete list of a day's folders.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// The question is invalid.
    #[error(transparent)]
    Question(#[from] MeasurementQueryError),
    /// Nothing was sent, because the API has failed too often.
    #[error("the API has failed too often; the next request is possible in {retry_in:?}")]
    CircuitOpen {
        /// How long to wait.
        retry_in: Duration,
    },
}

/// The kind of a failure, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// No connection.
    Connect,
    /// No answer, or an incomplete one, within the time limit.
    Timeout,
    /// The connection broke, or the encoding of the answer was wrong.
    Broken,
    /// Status 429.
    RateLimited,
    /// Any other status than success.
    Status,
    /// The answer exceeds the size limit.
    TooLarge,
    /// The answer is cut off.
    Truncated,
    /// The answer is not a list of boxes or of measurements.
    NotBoxes,
    /// The circuit is open, so nothing was sent.
    CircuitOpen,
    /// The client could not be set up, or the question was invalid.
    SetUp,
}

impl FailureKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Connect,
        Self::Timeout,
        Self::Broken,
        Self::RateLimited,
        Self::Status,
        Self::TooLarge,
        Self::Truncated,
        Self::NotBoxes,
        Self::CircuitOpen,
        Self::SetUp,
    ];

    /// The name in metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::RateLimited => "rate_limited",
            Self::Status => "status",
            Self::TooLarge => "too_large",
            Self::Truncated => "truncated",
            Self::NotBoxes => "not_boxes",
            Self::CircuitOpen => "circuit_open",
            Self::SetUp => "set_up",
        }
    }
}

impl FetchError {
    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::BaseUrl { .. } | Self::SetUp(_) | Self::Question(_) => FailureKind::SetUp,
            Self::Transport(error) if error.is_timeout() => FailureKind::Timeout,
            Self::Transport(error) if error.is_connect() => FailureKind::Connect,
            Self::Transport(_) => FailureKind::Broken,
            Self::Status { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
                FailureKind::RateLimited
            }
            Self::Status { .. } => FailureKind::Status,
            Self::BodyTooLarge { .. }
            | Self::Decode(DecodeError::BoxTooLarge { .. })
            | Self::Rows(RowsError::RowTooLarge { .. }) => FailureKind::TooLarge,
            Self::Decode(DecodeError::Truncated { .. })
            | Self::Rows(RowsError::Truncated { .. })
            | Self::Listing(_) => FailureKind::Truncated,
            Self::Decode(_) | Self::Rows(_) => FailureKind::NotBoxes,
            Self::CircuitOpen { .. } => FailureKind::CircuitOpen,
        }
    }

    /// How long to wait before the next request, because the API said so or the circuit is open.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_in } => Some(*retry_in),
            _ => None,
        }
    }

    /// Whether the API has no such box or sensor, or the archive no such file.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND)
    }

    /// Whether a retry may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Transport(_) | Self::Listing(_) => true,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            Self::Decode(error) => !matches!(error, DecodeError::BoxTooLarge { .. }),
            Self::Rows(error) => !matches!(error, RowsError::RowTooLarge { .. }),
            Self::BaseUrl { .. }
            | Self::SetUp(_)
            | Self::Question(_)
            | Self::BodyTooLarge { .. }
            | Self::CircuitOpen { .. } => false,
        }
    }

    /// Whether the failure means that the API is unwell, rather than that the question was wrong.
    pub(super) fn is_fault_of_api(&self) -> bool {
        self.is_transient() || matches!(self, Self::BodyTooLarge { .. } | Self::Decode(_) | Self::Rows(_))
    }

    /// A failure of the connection, without the secrets of the address.
    pub(super) fn transport(mut error: reqwest::Error) -> Self {
        if let Some(url) = error.url_mut() {
            url.set_query(None);
            url.set_fragment(None);
            // An address without a host has no login to remove.
            let _ = url.set_username("").and_then(|()| url.set_password(None));
        }
        Self::Transport(error)
    }

    /// Reads status, `Retry-After` and message of an unsuccessful response.
    pub(super) async fn from_response(mut response: reqwest::Response, now: Timestamp) -> Self {
        let (status, path) = (response.status(), response.url().path().to_owned());
        let retry_after = retry_after(response.headers(), now);
        let mut body = Vec::new();
        // The message is optional: a failure to read the body must not hide the status.
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece[..piece.len().min(MAX_ERROR_BODY_BYTES - body.len())]);
            if body.len() == MAX_ERROR_BODY_BYTES {
                break;
            }
        }
        Self::Status { path, status, message: error_message(&body), retry_after }
    }
}

const MAX_ERROR_BODY_BYTES: usize = 4096;

fn in_its_words(message: Option<&str>) -> String {
    message.map(|message| format!(" ({message})")).unwrap_or_default()
}

/// The `message` in the API's error object; error pages of proxies have none worth reporting.
fn error_message(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        message: String,
    }
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    Some(body.message.chars().take(200).collect())
}

/// Reads `Retry-After` (RFC 9110, section 10.2.3), which is a number of seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    // A date in the past is a negative duration: no need to wait.
    Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO))
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
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn the_api_s_own_message_is_kept_and_an_html_page_is_not() {
        let message = error_message(br#"{"code":"InternalServerError","message":"connection 16 timed out"}"#);
        assert_eq!(message.as_deref(), Some("connection 16 timed out"));
        assert_eq!(error_message(b"<html>502 Bad Gateway</html>"), None);
    }
}
