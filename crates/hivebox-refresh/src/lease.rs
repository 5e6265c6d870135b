//! The vocabulary of agreement among replicas: the lease, its holder, the result of one look at the shared
//! cache, and the errors of that cache.

use std::time::Duration;

use hivebox_present::Poll;

use crate::wire::{Head, PresentWireError};

/// The right to poll and publish, for a limited time. Each new holder gets a higher token, and the shared cache
/// refuses what a holder publishes with an older one (a fencing token).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// The fencing token.
    pub token: u64,
}

/// Which replica holds the lease.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tenure {
    /// This replica.
    Here(Lease),
    /// Another replica.
    Elsewhere {
        /// The time until the lease expires, unless that replica renews it.
        for_at_most: Duration,
    },
    /// No replica; this one leaves the lease to the others for now.
    Nobody,
}

/// The result of one look at the shared cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// Which replica holds the lease.
    pub tenure: Tenure,
    /// The head of the shared present; `None` if there is none, or this version cannot read it.
    pub present: Option<Head>,
    /// Whether the key of the present holds something else.
    pub is_garbage: bool,
    /// The outcome of the holder's last poll.
    pub poll: Option<Poll>,
}

/// The result of an attempt to publish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Published {
    /// The other replicas can read it.
    Yes {
        /// The size of the present in the shared cache, in bytes; 0 if only the poll was published.
        bytes: usize,
    },
    /// The shared cache refused it, because another replica holds the lease by now.
    Fenced,
}

/// Why a use of the shared cache failed.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// Redis did not answer in time.
    #[error("Redis did not answer within {0:?}")]
    TimedOut(Duration),
    /// Redis is unreachable, or refused the command.
    #[error("Redis failed: {0}")]
    Redis(#[from] redis::RedisError),
    /// Another program or another version of HiveBox wrote to our keys.
    #[error(transparent)]
    Garbage(#[from] PresentWireError),
    /// A script of ours gave a reply that it never gives.
    #[error(
        "Redis gave a reply of another form than HiveBox asked for: check that nothing else uses its keys"
    )]
    Odd,
}

impl SharedError {
    /// All kinds, in the spelling of the metrics.
    pub const KINDS: [&'static str; 4] = ["timeout", "unreachable", "refused", "garbage"];

    /// The kind, in the spelling of the metrics.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::TimedOut(_) => "timeout",
            Self::Redis(error) if error.is_timeout() => "timeout",
            Self::Redis(error) if error.is_io_error() || error.is_unrecoverable_error() => "unreachable",
            Self::Redis(_) => "refused",
            Self::Garbage(_) | Self::Odd => "garbage",
        }
    }
}
