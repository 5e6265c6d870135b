//! What replicas agree by: who polls, and the present that the others take over.

use std::sync::Arc;
use std::time::Duration;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::VerdictRules;

use super::redis::RedisCache;
pub use super::wire::Head;
use super::wire::{self, PresentWireError};
use super::{Poll, Standing};
use crate::config::{CacheAddress, CacheConfig};
use crate::present::Present;

/// What replicas share. Cheap to clone; clones are handles to the same.
#[derive(Debug, Clone)]
pub enum Shared {
    /// Nothing: there is one replica, which always holds the lease.
    Memory,
    /// A Redis or Valkey.
    Redis(Arc<RedisCache>),
}

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

impl Shared {
    /// What the configuration names. Nothing is connected yet.
    #[must_use]
    pub fn new(config: &CacheConfig) -> Self {
        match &config.address {
            CacheAddress::Memory => Self::Memory,
            CacheAddress::Redis(address) => Self::Redis(Arc::new(RedisCache::new(address.clone(), config))),
        }
    }

    /// Takes the lease if it is free and `may_take` says so, renews it if it is ours, and looks at what else
    /// is new.
    ///
    /// # Errors
    /// The shared cache could not be used.
    pub async fn look(&self, may_take: bool) -> Result<Seen, SharedError> {
        match self {
            Self::Memory => Ok(Seen {
                tenure: Tenure::Here(Lease { token: 1 }),
                present: None,
                is_garbage: false,
                poll: None,
            }),
            Self::Redis(redis) => redis.look(may_take).await,
        }
    }

    /// Tells the others how a poll went, and hands them the present that it brought.
    ///
    /// # Errors
    /// The shared cache could not be used.
    pub async fn publish(
        &self,
        lease: Lease,
        poll: &Poll,
        present: Option<&Present>,
    ) -> Result<Published, SharedError> {
        let Self::Redis(redis) = self else {
            return Ok(Published::Yes { bytes: 0 });
        };
        let bytes = present.map(wire::encode).transpose()?;
        redis.publish(lease, poll, bytes).await
    }

    /// The shared present: its readings, judged by `rules`, and how many boxes were lost.
    ///
    /// # Errors
    /// The shared cache could not be used, or holds something else.
    pub async fn fetch(
        &self,
        catalogue: &'static Catalogue,
        rules: VerdictRules,
    ) -> Result<Option<(Arc<Readings>, usize)>, SharedError> {
        let Self::Redis(redis) = self else {
            return Ok(None);
        };
        let Some(bytes) = redis.fetch().await? else {
            return Ok(None);
        };
        Ok(Some(wire::decode(&bytes, catalogue, rules)?))
    }

    /// Gives the lease back, so that another replica need not wait until it runs out.
    ///
    /// # Errors
    /// The shared cache could not be used; the lease then runs out by itself.
    pub async fn release(&self) -> Result<(), SharedError> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => redis.release().await,
        }
    }

    /// Waits until another replica says that there is something new, or the connection breaks.
    pub async fn news(&self) {
        match self {
            Self::Memory => std::future::pending().await,
            Self::Redis(redis) => redis.news().await,
        }
    }
}

impl Standing {
    /// The standing of a replica that has no others.
    #[must_use]
    pub const fn of(role: super::Role) -> Self {
        Self { role, error: None }
    }
}
