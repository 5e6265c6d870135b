//! What can go wrong between asking and having boxes.

use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::archive::ListingError;
use crate::decode::DecodeError;
use crate::question::QuestionError;
use crate::rows::RowsError;

/// Why boxes could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The base address cannot be used.
    #[error("{url:?} is not an http or https address")]
    BaseUrl {
        /// The address given.
        url: String,
    },
    /// The HTTP client cannot be set up.
    #[error("the HTTP client cannot be set up")]
    SetUp(#[source] reqwest::Error),
    /// No connection, no answer in time, or a connection that broke.
    #[error("the API could not be reached, or did not answer in time")]
    Transport(#[source] reqwest::Error),
    /// An answer with another status than success.
    #[error("the API answered {status}{}", in_its_words(message.as_deref()))]
    Status {
        /// The status.
        status: StatusCode,
        /// The API's own words, if it had any.
        message: Option<String>,
        /// For how long the API asked not to be asked again.
        retry_after: Option<Duration>,
    },
    /// An answer larger than [`ClientOptions::max_body_bytes`](crate::ClientOptions::max_body_bytes).
    #[error("the answer has more than {limit} bytes")]
    BodyTooLarge {
        /// The limit in force.
        limit: u64,
    },
    /// An answer that is not what was asked for.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// An answer that is not a whole list of measurements.
    #[error(transparent)]
    Rows(#[from] RowsError),
    /// An answer that is not the whole list of a day's folders.
    #[error(transparent)]
    Listing(#[from] ListingError),
    /// A question that cannot be asked.
    #[error(transparent)]
    Question(#[from] QuestionError),
    /// The API was not asked, because it has failed too often.
    #[error("the API has failed too often; it will be asked again in {retry_in:?}")]
    CircuitOpen {
        /// How long to wait.
        retry_in: Duration,
    },
}

/// A failure's kind, for metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FailureKind {
    /// No connection.
    Connect,
    /// No answer, or not all of it, in time.
    Timeout,
    /// The connection broke, or the encoding of the answer was wrong.
    Broken,
    /// Status 429.
    RateLimited,
    /// Another status than success.
    Status,
    /// An answer over the size limit.
    TooLarge,
    /// An answer cut off.
    Truncated,
    /// An answer that is no list of boxes, or of measurements.
    NotBoxes,
    /// Not asked.
    CircuitOpen,
    /// The client itself could not be set up, or was asked what cannot be asked.
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
    /// The failure's kind.
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

    /// For how long not to ask again: by the API's word or because the circuit is open.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            Self::CircuitOpen { retry_in } => Some(*retry_in),
            _ => None,
        }
    }

    /// Whether the API has no box, or the archive no file, of the sort that was asked for.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Status { status, .. } if *status == StatusCode::NOT_FOUND)
    }

    /// Whether the same question may be answered a moment later.
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

    /// Whether this says that the API is not well, rather than that the question was wrong.
    pub(super) fn is_fault_of_api(&self) -> bool {
        self.is_transient() || matches!(self, Self::BodyTooLarge { .. } | Self::Decode(_) | Self::Rows(_))
    }

    /// Reads status, `Retry-After` and message of an answer that is not a success.
    pub(super) async fn from_response(mut response: reqwest::Response) -> Self {
        let status = response.status();
        let retry_after = retry_after(response.headers(), Timestamp::now());
        let mut body = Vec::new();
        // The message is worth little: a body that does not come is no other error.
        while let Ok(Some(piece)) = response.chunk().await {
            body.extend_from_slice(&piece[..piece.len().min(MAX_ERROR_BODY_BYTES - body.len())]);
            if body.len() == MAX_ERROR_BODY_BYTES {
                break;
            }
        }
        Self::Status { status, message: error_message(&body), retry_after }
    }
}

const MAX_ERROR_BODY_BYTES: usize = 4096;

fn in_its_words(message: Option<&str>) -> String {
    message.map(|message| format!(" ({message})")).unwrap_or_default()
}

/// The `message` of the API's error object; error pages of proxies have none worth telling.
fn error_message(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        message: String,
    }
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    Some(body.message.chars().take(200).collect())
}

/// `Retry-After` in either of its forms (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(date.duration_since(now)).unwrap_or_default())
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
