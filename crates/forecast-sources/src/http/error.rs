//! Errors of fetching.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::pause::later;

/// Why a source has no forecast for a place. No message holds an address.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, no answer in time, or a broken connection.
    #[error("the source could not be reached, or did not answer in time")]
    Transport(#[source] Arc<reqwest::Error>),
    /// 401 or 403. MET Norway says so to a `User-Agent` without a contact, and to coordinates with too many decimals.
    #[error(
        "the source refuses us ({status}): check the contact in the User-Agent and the login in its address{}",
        said(reason.as_deref())
    )]
    Forbidden {
        /// The status.
        status: u16,
        /// What the source says.
        reason: Option<String>,
    },
    /// The source does not answer this question, such as 400 or 404.
    #[error("the source refuses the question ({status}): check its address{}", said(reason.as_deref()))]
    Refused {
        /// The status.
        status: u16,
        /// What the source says.
        reason: Option<String>,
    },
    /// 429: more requests than the source allows.
    #[error("the source has had too many requests; it can be asked again at {retry_at:.0}{}", said(reason.as_deref()))]
    RateLimited {
        /// When it can be asked again.
        retry_at: Timestamp,
        /// What the source says.
        reason: Option<String>,
    },
    /// The caller's deadline passed before the source answered.
    #[error("the source did not answer in time")]
    Late,
    /// The caller's deadline passed before the question was sent.
    #[error("there was no time left to ask the source")]
    NotAsked,
    /// The source is unwell: a status of 500 or more, or 408.
    #[error("the source is unwell ({status}){}", said(reason.as_deref()))]
    Unavailable {
        /// The status.
        status: u16,
        /// When it can be asked again, if it says so.
        retry_at: Option<Timestamp>,
        /// What the source says.
        reason: Option<String>,
    },
    /// The source redirects elsewhere, which is not followed.
    #[error("the source redirects elsewhere ({status}): set its new address, if it has moved")]
    Redirect {
        /// The status.
        status: u16,
    },
    /// The answer is larger than [`HttpOptions::max_body_bytes`](crate::HttpOptions::max_body_bytes).
    #[error("the answer has more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The answer is cut off.
    #[error("the answer breaks off{}", if *is_told { " with an error message" } else { "" })]
    Truncated {
        /// Whether the source ended it with an error message.
        is_told: bool,
    },
    /// The answer is no forecast for this place.
    #[error("the answer is no forecast for this place: {0}")]
    NotAForecast(&'static str),
    /// The question is about no place on earth, so it was not asked.
    #[error("latitude {latitude_degrees} and longitude {longitude_degrees} are no place on earth")]
    NoPlace {
        /// The latitude of the question.
        latitude_degrees: f64,
        /// The longitude of the question.
        longitude_degrees: f64,
    },
    /// Nothing was sent, because the source has failed too often or asked for a pause.
    #[error(
        "the source is not asked until {retry_at:.0}, since it has failed too often or asked for a pause"
    )]
    Paused {
        /// When it can be asked again.
        retry_at: Timestamp,
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
    /// 401 or 403.
    Forbidden,
    /// The source refuses the question.
    Refused,
    /// 429.
    RateLimited,
    /// The source is unwell.
    Unavailable,
    /// The source redirects elsewhere.
    Redirect,
    /// The answer exceeds the size limit.
    TooLarge,
    /// The answer is cut off.
    Truncated,
    /// The answer is no forecast.
    NotAForecast,
    /// The question is about no place on earth.
    NoPlace,
    /// The source is not asked for a while.
    Paused,
    /// There was no time left to ask.
    NotAsked,
}

impl FailureKind {
    /// All kinds.
    pub const ALL: [Self; 14] = [
        Self::Connect,
        Self::Timeout,
        Self::Broken,
        Self::Forbidden,
        Self::Refused,
        Self::RateLimited,
        Self::Unavailable,
        Self::Redirect,
        Self::TooLarge,
        Self::Truncated,
        Self::NotAForecast,
        Self::NoPlace,
        Self::Paused,
        Self::NotAsked,
    ];

    /// The name in metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::Forbidden => "forbidden",
            Self::Refused => "refused",
            Self::RateLimited => "rate_limited",
            Self::Unavailable => "unavailable",
            Self::Redirect => "redirect",
            Self::TooLarge => "too_large",
            Self::Truncated => "truncated",
            Self::NotAForecast => "not_a_forecast",
            Self::NoPlace => "no_place",
            Self::Paused => "paused",
            Self::NotAsked => "not_asked",
        }
    }
}

/// How long a source is left alone that refuses us: asking on gets the whole address blocked.
const FORBIDDEN_PAUSE: Duration = Duration::from_mins(10);

impl FetchError {
    /// The kind of failure.
    #[must_use]
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Transport(source) if source.is_timeout() => FailureKind::Timeout,
            Self::Transport(source) if source.is_connect() => FailureKind::Connect,
            Self::Transport(_) => FailureKind::Broken,
            Self::Late => FailureKind::Timeout,
            Self::NotAsked => FailureKind::NotAsked,
            Self::Forbidden { .. } => FailureKind::Forbidden,
            Self::Refused { .. } => FailureKind::Refused,
            Self::RateLimited { .. } => FailureKind::RateLimited,
            Self::Unavailable { .. } => FailureKind::Unavailable,
            Self::Redirect { .. } => FailureKind::Redirect,
            Self::TooLarge { .. } => FailureKind::TooLarge,
            Self::Truncated { .. } => FailureKind::Truncated,
            Self::NotAForecast(_) => FailureKind::NotAForecast,
            Self::NoPlace { .. } => FailureKind::NoPlace,
            Self::Paused { .. } => FailureKind::Paused,
        }
    }

    /// How long to wait from `now` before the next request; `None` if the source does not say.
    #[must_use]
    pub fn retry_after(&self, now: Timestamp) -> Option<Duration> {
        let retry_at = match self {
            Self::RateLimited { retry_at, .. } | Self::Paused { retry_at } => *retry_at,
            Self::Unavailable { retry_at, .. } => (*retry_at)?,
            _ => return None,
        };
        // A moment that has passed is a negative duration: no need to wait.
        Some(Duration::try_from(retry_at.duration_since(now)).unwrap_or(Duration::ZERO))
    }

    /// Whether a retry at once may succeed.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(
            self,
            Self::Transport(_) | Self::RateLimited { .. } | Self::Unavailable { .. } | Self::Truncated { .. }
        )
    }

    pub(super) fn transport(error: reqwest::Error) -> Self {
        Self::Transport(Arc::new(error.without_url()))
    }

    /// Whether the failure means that the source is unwell, rather than that the question was wrong.
    pub(super) fn is_fault_of_source(&self) -> bool {
        !matches!(self, Self::Refused { .. } | Self::NoPlace { .. } | Self::Paused { .. } | Self::NotAsked)
    }

    /// Until when the source must not be asked after this failure.
    pub(super) fn pause_until(&self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::RateLimited { retry_at, .. } => Some(*retry_at),
            Self::Unavailable { retry_at, .. } => *retry_at,
            Self::Forbidden { .. } => Some(later(now, FORBIDDEN_PAUSE)),
            _ => None,
        }
    }
}

/// What the source says, quoted: it may come from anywhere, and hold anything.
fn said(reason: Option<&str>) -> String {
    reason.map(|reason| format!("; it says {reason:?}")).unwrap_or_default()
}
