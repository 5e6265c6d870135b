//! Faults and their bounds.

use serde::{Deserialize, Serialize};

use super::forecast::ForecastFault;

/// The longest delay in milliseconds: 10 minutes.
pub const MAX_DELAY_MILLIS: u64 = 600_000;

/// The largest expansion of a gzip bomb in bytes: 16 GiB.
pub const MAX_BOMB_BYTES: u64 = 16 << 30;

/// A failure of openSenseMap, of a weather service, or of a proxy in front of them.
///
/// In JSON, `fault` holds its name, beside its fields: `{"fault":"status","status":503}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The headers are delayed.
    Delay {
        /// The delay in milliseconds; up to [`MAX_DELAY_MILLIS`].
        millis: u64,
    },
    /// An error of the API with its JSON body.
    Status {
        /// The status, 400 to 599.
        status: u16,
    },
    /// Status 429 with `Retry-After`.
    TooManyRequests {
        /// The value of `Retry-After` in seconds, up to a day.
        #[serde(default = "a_minute")]
        retry_after: u32,
    },
    /// The connection is closed within the body.
    Reset {
        /// The number of JSON bytes before it; half of them by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// Status 200 with a body that ends in an error text, as when openSenseMap loses its database while
    /// streaming, or Open-Meteo takes too long.
    Truncated {
        /// The number of JSON bytes before it; half of them by default.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// Status 502 with the HTML page of a proxy.
    HtmlErrorPage,
    /// The body arrives a few bytes at a time.
    SlowDrip {
        /// The number of bytes, 1 to 65,536.
        #[serde(default = "a_few_bytes")]
        bytes: u32,
        /// The interval in milliseconds; up to [`MAX_DELAY_MILLIS`].
        #[serde(default = "a_tenth_of_a_second")]
        every_millis: u64,
    },
    /// Status 200 with a gzipped body that is small on the wire and expands to a list of spaces.
    GzipBomb {
        /// The expanded size in bytes; up to [`MAX_BOMB_BYTES`], 1 GiB by default.
        #[serde(default = "a_gibibyte")]
        bytes: u64,
    },
    /// Status 200 with the content type of JSON and a body that is not JSON.
    NotJson,
    /// One box has a title that is not valid UTF-8, one measurement begins with an invalid byte, or a
    /// place of a forecast has a unit or a time with one.
    InvalidUtf8 {
        /// The index of the box, capped at the last; or of the measurement, which must exist.
        #[serde(default)]
        nth: usize,
    },
    /// One box, or one place of a forecast, is not valid JSON, although its braces and quotes match; or
    /// one measurement lacks its first column.
    BadBox {
        /// The index of the box, capped at the last; or of the measurement, which must exist.
        #[serde(default)]
        nth: usize,
    },
    /// A forecast is wrong.
    Forecast {
        /// What is wrong.
        how: ForecastFault,
    },
}

pub(super) fn a_minute() -> u32 {
    60
}

pub(super) fn a_few_bytes() -> u32 {
    16
}

pub(super) fn a_tenth_of_a_second() -> u64 {
    100
}

pub(super) fn a_gibibyte() -> u64 {
    1 << 30
}

/// Why a fault or rule is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFault {
    /// A number is out of bounds.
    #[error("`{field}` must be {allowed}")]
    OutOfBounds {
        /// The field or header item.
        field: &'static str,
        /// The allowed values.
        allowed: &'static str,
    },
    /// It is malformed.
    #[error("not a fault: {0}")]
    Unreadable(String),
    /// The body lists more rules than the server keeps.
    #[error("there can be no more than {0} rules")]
    TooMany(usize),
}

impl Fault {
    /// Checks that all numbers are within their bounds.
    ///
    /// # Errors
    /// [`InvalidFault::OutOfBounds`], which names the field and its allowed values.
    pub fn check(&self) -> Result<(), InvalidFault> {
        let (good, field, allowed) = match *self {
            Self::Delay { millis } => (millis <= MAX_DELAY_MILLIS, "millis", "0 to 600000"),
            Self::Status { status } => ((400..600).contains(&status), "status", "400 to 599"),
            Self::TooManyRequests { retry_after } => (retry_after <= 86_400, "retry_after", "0 to 86400"),
            Self::SlowDrip { bytes, .. } if !(1..=65_536).contains(&bytes) => (false, "bytes", "1 to 65536"),
            Self::SlowDrip { every_millis, .. } => {
                (every_millis <= MAX_DELAY_MILLIS, "every_millis", "0 to 600000")
            }
            Self::GzipBomb { bytes } => (bytes <= MAX_BOMB_BYTES, "bytes", "0 to 17179869184 (16 GiB)"),
            Self::Reset { .. }
            | Self::Truncated { .. }
            | Self::HtmlErrorPage
            | Self::NotJson
            | Self::InvalidUtf8 { .. }
            | Self::BadBox { .. }
            | Self::Forecast { .. } => return Ok(()),
        };
        if good { Ok(()) } else { Err(InvalidFault::OutOfBounds { field, allowed }) }
    }
}
