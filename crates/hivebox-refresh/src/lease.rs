//! The words that replicas agree in: who holds the lease, what one look at the shared cache shows, and why
//! it could not be used.

use std::time::Duration;

use hivebox_present::Poll;

use crate::wire::{Head, PresentWireError};

/// The right to poll and publish, until it runs out. The token grows with each new holder, and what is
/// published under an older one is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The number of this tenure.
    pub token: u64,
}

/// Who holds the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// This replica.
    Here(Lease),
    /// Another one, and for so long at most unless it renews it.
    Elsewhere {
        /// How long.
        for_at_most: Duration,
    },
    /// Nobody, since this replica leaves it to others for now.
    Nobody,
}

/// What one look at the shared cache shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Who holds the lease.
    pub tenure: Tenure,
    /// The head of the present, if there is one that this version can read.
    pub present: Option<Head>,
    /// Whether something else stands in the present's place.
    pub is_garbage: bool,
    /// How the holder's last poll went.
    pub poll: Option<Poll>,
}

/// What became of a present that was to be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The others can have it.
    Yes {
        /// How many bytes it takes there.
        bytes: usize,
    },
    /// It was refused, since another replica holds the lease by now.
    Fenced,
}

/// Why the shared cache could not be used.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// It did not answer in time.
    #[error("Redis did not answer within {0:?}")]
    TimedOut(Duration),
    /// It cannot be reached, or says no.
    #[error("Redis failed: {0}")]
    Redis(#[from] redis::RedisError),
    /// Somebody else wrote under our keys, or another version of HiveBox.
    #[error(transparent)]
    Garbage(#[from] PresentWireError),
}

impl SharedError {
    /// All kinds, as metrics name them.
    pub const KINDS: [&'static str; 4] = ["timeout", "unreachable", "refused", "garbage"];

    /// The kind, as metrics name it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => "timeout",
            Self::Redis(error) if error.is_timeout() => "timeout",
            Self::Redis(error) if error.is_io_error() || error.is_unrecoverable_error() => "unreachable",
            Self::Redis(_) => "refused",
            Self::Garbage(_) => "garbage",
        }
    }
}
