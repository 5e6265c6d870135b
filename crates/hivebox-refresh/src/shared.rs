//! The cache that replicas share: the lease, and the present that the followers take over.

use std::sync::Arc;

use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::VerdictRules;
use hivebox_config::{CacheAddress, CacheConfig};
use hivebox_present::{Poll, Present};

use super::redis::RedisCache;
use super::wire;
use crate::lease::{Lease, Published, Seen, SharedError, Tenure};

/// The cache that replicas share. Cheap to clone; clones are handles to the same cache.
#[derive(Debug, Clone)]
pub enum Shared {
    /// No shared cache: the only replica always holds the lease.
    Memory,
    /// A Redis or Valkey server.
    Redis(Arc<RedisCache>),
}

impl Shared {
    /// The shared cache that the settings name. It connects at first use.
    #[must_use]
    pub fn new(config: &CacheConfig) -> Self {
        match &config.address {
            CacheAddress::Memory => Self::Memory,
            CacheAddress::Redis(address) => Self::Redis(Arc::new(RedisCache::new(address.clone(), config))),
        }
    }

    /// Takes the lease if it is free and `may_take` is set, renews it if this replica holds it, and reads the
    /// head of the shared present and the last poll.
    ///
    /// # Errors
    /// Redis is unreachable, too slow, or refuses the command.
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

    /// Publishes the outcome of a poll and its present to the other replicas.
    ///
    /// # Errors
    /// Redis is unreachable, too slow, or refuses the command; or the present cannot be encoded.
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

    /// Reads the shared present: its readings, judged by `rules`, and the number of lost boxes. `None` if there
    /// is none.
    ///
    /// # Errors
    /// Redis is unreachable, too slow, or refuses the command; or the present cannot be read.
    pub async fn fetch(&self, rules: VerdictRules) -> Result<Option<(Arc<Readings>, usize)>, SharedError> {
        let Self::Redis(redis) = self else {
            return Ok(None);
        };
        let Some(bytes) = redis.fetch().await? else {
            return Ok(None);
        };
        Ok(Some(wire::decode(&bytes, rules)?))
    }

    /// Releases the lease, so that another replica need not wait until it expires.
    ///
    /// # Errors
    /// Redis is unreachable, too slow, or refuses the command. The lease then expires by itself.
    pub async fn release(&self) -> Result<(), SharedError> {
        match self {
            Self::Memory => Ok(()),
            Self::Redis(redis) => redis.release().await,
        }
    }

    /// Waits until another replica publishes something, or the connection breaks.
    pub async fn news(&self) {
        match self {
            Self::Memory => std::future::pending().await,
            Self::Redis(redis) => redis.news().await,
        }
    }
}
