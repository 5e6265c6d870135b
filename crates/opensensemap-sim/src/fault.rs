//! What can be made to go wrong, and within which bounds.

use serde::{Deserialize, Serialize};

pub(crate) mod answer;
pub(crate) mod body;
mod header;
mod rule;

pub use header::FAULT_HEADER;
pub(crate) use header::faults_of_header;
pub(crate) use rule::Plan;
pub use rule::{FaultRule, Faults};

/// The longest delay: 10 minutes.
pub const MAX_DELAY_MILLIS: u64 = 600_000;

/// The most that a gzip bomb expands to: 16 GiB.
pub const MAX_BOMB_BYTES: u64 = 16 << 30;

/// A way in which openSenseMap, or what stands before it, may fail.
///
/// In JSON its name is under `fault`, its fields beside it: `{"fault":"status","status":503}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// The headers come late.
    Delay {
        /// How late, in milliseconds; up to [`MAX_DELAY_MILLIS`].
        millis: u64,
    },
    /// An error of the API, with its JSON body.
    Status {
        /// 400 to 599.
        status: u16,
    },
    /// 429 with `Retry-After`.
    TooManyRequests {
        /// Seconds, up to a day.
        #[serde(default = "a_minute")]
        retry_after: u32,
    },
    /// The connection is closed within the body.
    Reset {
        /// After so many bytes of JSON; half of them unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// 200 with a body that ends in an error text, as when the API loses its database while it streams.
    Truncated {
        /// After so many bytes of JSON; half of them unless told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after_bytes: Option<u64>,
    },
    /// 502 with the HTML page of a proxy.
    HtmlErrorPage,
    /// The body comes a few bytes at a time.
    SlowDrip {
        /// How many, 1 to 65,536.
        #[serde(default = "a_few_bytes")]
        bytes: u32,
        /// Milliseconds between; up to [`MAX_DELAY_MILLIS`].
        #[serde(default = "a_tenth_of_a_second")]
        every_millis: u64,
    },
    /// 200 with a gzipped body that is small on the wire and expands to a list of nothing but spaces.
    GzipBomb {
        /// What it expands to; up to [`MAX_BOMB_BYTES`], 1 GiB unless told.
        #[serde(default = "a_gibibyte")]
        bytes: u64,
    },
    /// 200 with the content type of JSON and a body that is none.
    NotJson,
    /// One box has a title with a byte that is no UTF-8, or one measurement begins with such a byte.
    InvalidUtf8 {
        /// Which box of the answer, from 0; the last if there are fewer. Of measurements there must be so many.
        #[serde(default)]
        nth: usize,
    },
    /// One box is no JSON, though its braces and quotes still match; or one measurement has lost its first column.
    BadBox {
        /// Which box of the answer, from 0; the last if there are fewer. Of measurements there must be so many.
        #[serde(default)]
        nth: usize,
    },
}

fn a_minute() -> u32 {
    60
}

fn a_few_bytes() -> u32 {
    16
}

fn a_tenth_of_a_second() -> u64 {
    100
}

fn a_gibibyte() -> u64 {
    1 << 30
}

/// A fault or rule that is not one, or beyond its bounds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidFault {
    /// A number is beyond its bounds.
    #[error("`{field}` must be {allowed}")]
    OutOfBounds {
        /// The field or header item.
        field: &'static str,
        /// What is allowed.
        allowed: &'static str,
    },
    /// It cannot be read.
    #[error("not a fault: {0}")]
    Unreadable(String),
    /// A body lists more rules than are kept.
    #[error("no more than {0} rules are kept")]
    TooMany(usize),
}

impl Fault {
    /// Refuses what would take longer or more than anyone wants.
    ///
    /// # Errors
    /// [`InvalidFault::OutOfBounds`] with the field and what it may be.
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
            | Self::BadBox { .. } => return Ok(()),
        };
        if good { Ok(()) } else { Err(InvalidFault::OutOfBounds { field, allowed }) }
    }
}
