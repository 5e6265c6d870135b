//! Errors of fetching.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use super::answer::{Answer, AnswerFacts};
use super::route::{self, Route};
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
    #[error("the API could not be reached{}, or did not answer in time", through(proxy.as_deref()))]
    Transport {
        /// The error of the HTTP client, without the secrets of the address.
        source: reqwest::Error,
        /// The proxy on the way, without its credentials; `None` if there is none.
        proxy: Option<String>,
    },
    /// The answer's gzip is damaged.
    #[error("the answer cannot be decompressed")]
    Encoding(#[source] std::io::Error),
    /// The API redirects to another scheme, host or port, or in circles. Such redirects are not
    /// followed.
    #[error("the API redirects elsewhere ({status}): set its new address, if it has moved")]
    Redirect {
        /// The status.
        status: StatusCode,
    },
    /// A status other than success, or a part of an answer.
    #[error("the API answered {status} to GET {path} ({answer})")]
    Status {
        /// The path of the request, without its query.
        path: String,
        /// The status.
        status: StatusCode,
        /// What may be said about the answer.
        answer: AnswerFacts,
        /// The API's error message, if there is one, to be compared with others. It is not for logs
        /// or people: a server that is not the API may say anything.
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
    #[error("{error} ({answer})")]
    Decode {
        /// Why not.
        error: DecodeError,
        /// What may be said about the answer.
        answer: AnswerFacts,
    },
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
            Self::Transport { source, .. } if source.is_timeout() => FailureKind::Timeout,
            Self::Transport { source, .. } if source.is_connect() => FailureKind::Connect,
            Self::Transport { .. } | Self::Encoding(_) => FailureKind::Broken,
            Self::Status { status, .. } if *status == StatusCode::TOO_MANY_REQUESTS => {
                FailureKind::RateLimited
            }
            Self::Status { .. } | Self::Redirect { .. } => FailureKind::Status,
            Self::BodyTooLarge { .. }
            | Self::Decode { error: DecodeError::BoxTooLarge { .. }, .. }
            | Self::Rows(RowsError::RowTooLarge { .. }) => FailureKind::TooLarge,
            Self::Decode { error: DecodeError::Truncated { .. }, .. }
            | Self::Rows(RowsError::Truncated { .. })
            | Self::Listing(_) => FailureKind::Truncated,
            Self::Decode { .. } | Self::Rows(_) => FailureKind::NotBoxes,
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
            Self::Transport { .. } | Self::Encoding(_) | Self::Listing(_) => true,
            Self::Status { status, .. } => {
                status.is_server_error()
                    || matches!(*status, StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT)
            }
            Self::Decode { error, .. } => !error.is_of_one_box(),
            Self::Rows(error) => !matches!(error, RowsError::RowTooLarge { .. }),
            Self::BaseUrl { .. }
            | Self::SetUp(_)
            | Self::Question(_)
            | Self::Redirect { .. }
            | Self::BodyTooLarge { .. }
            | Self::CircuitOpen { .. } => false,
        }
    }

    /// Whether the failure means that the API is unwell, rather than that the question was wrong or
    /// one box cannot be read.
    pub(super) fn is_fault_of_api(&self) -> bool {
        match self {
            Self::BodyTooLarge { .. } | Self::Rows(_) | Self::Redirect { .. } => true,
            Self::Status { status, .. } if status.is_success() => true,
            _ => self.is_transient(),
        }
    }

    /// The failure in words that anybody may read: without addresses, and without anything that a
    /// server has sent but its status.
    #[must_use]
    pub fn in_public(&self) -> String {
        match self {
            Self::BaseUrl { .. } | Self::SetUp(_) => "the HTTP client could not be set up".into(),
            Self::Transport { .. } => match self.kind() {
                FailureKind::Timeout => "the API did not answer in time".into(),
                FailureKind::Connect => "the API could not be reached".into(),
                _ => "the connection to the API broke".into(),
            },
            Self::Status { status, .. } => format!("the API answered {status}"),
            Self::Decode { error, .. } => error.to_string(),
            Self::Encoding(_)
            | Self::Redirect { .. }
            | Self::BodyTooLarge { .. }
            | Self::Rows(_)
            | Self::Listing(_)
            | Self::Question(_)
            | Self::CircuitOpen { .. } => self.to_string(),
        }
    }

    /// A failure on the way to an answer.
    pub(super) fn connect(mut error: reqwest::Error, route: &Route) -> Self {
        if let Some(url) = error.url_mut() {
            route::strip(url);
        }
        Self::Transport { source: error, proxy: route.proxy().map(str::to_owned) }
    }

    /// A failure while an answer arrives.
    pub(super) fn transport(error: reqwest::Error) -> Self {
        Self::connect(error, &Route::default())
    }

    pub(super) fn decode(error: DecodeError, answer: &Answer, body_bytes: &AtomicU64) -> Self {
        Self::Decode { error, answer: answer.facts(body_bytes.load(Ordering::Relaxed)) }
    }

    /// Reads status, `Retry-After` and message of an unsuccessful response.
    pub(super) async fn from_answer(mut answer: Answer, now: Timestamp) -> Self {
        let (status, path) = (answer.status(), answer.path().to_owned());
        if status.is_redirection() {
            return Self::Redirect { status };
        }
        let retry_after = retry_after(answer.headers(), now);
        let (mut body, mut bytes) = (Vec::new(), 0);
        // The message is optional: a failure to read the body must not hide the status.
        while let Ok(Some(piece)) = answer.next_piece().await {
            bytes += piece.len() as u64;
            body.extend_from_slice(&piece[..piece.len().min(MAX_ERROR_BODY_BYTES - body.len())]);
            if body.len() == MAX_ERROR_BODY_BYTES {
                break;
            }
        }
        let answer = answer.facts(bytes);
        Self::Status { path, status, answer, message: error_message(&body), retry_after }
    }
}

fn through(proxy: Option<&str>) -> String {
    proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default()
}

const MAX_ERROR_BODY_BYTES: usize = 4096;

/// The `message` in the API's error object; error pages of proxies have none worth reporting.
fn error_message(body: &[u8]) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct ErrorBody {
        message: String,
    }
    let body: ErrorBody = serde_json::from_slice(body).ok()?;
    Some(body.message.chars().take(200).collect())
}

/// The longest wait that an answer can ask for: a wrong header must not stop the requests for ever.
const LONGEST_RETRY_AFTER: Duration = Duration::from_hours(24);

/// Reads `Retry-After` (RFC 9110, section 10.2.3), which is a number of seconds or a date.
fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds).min(LONGEST_RETRY_AFTER));
    }
    let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    // A date in the past is a negative duration: no need to wait.
    let wait = Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO);
    Some(wait.min(LONGEST_RETRY_AFTER))
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
        for long in ["86401", "18446744073709551615", "Thu, 31 Dec 2099 23:59:59 GMT"] {
            assert_eq!(read(long), Some(Duration::from_hours(24)), "{long}");
        }
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
