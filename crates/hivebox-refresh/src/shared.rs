//! What replicas agree by: who polls, and the present that the others take over.

use std::sync::Arc;

use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::Rules;
use hivebox_config::{CacheAddress, CacheConfig};
use hivebox_present::{Poll, Present};

use super::redis::RedisCache;
use super::wire;
use crate::lease::{Lease, Published, Seen, SharedError, Tenure};

/// What replicas share. Cheap to clone; clones are handles to the same.
#[derive(Debug, Clone)]
pub enum Shared {
    /// Nothing: there is one replica, which always holds the lease.
    Memory,
    /// A Redis or Valkey.
    Redis(Arc<RedisCache>),
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
    pub async fn fetch(&self, rules: Rules) -> Result<Option<(Arc<Readings>, usize)>, SharedError> {
        let Self::Redis(redis) = self else {
            return Ok(None);
        };
        let Some(bytes) = redis.fetch().await? else {
            return Ok(None);
        };
        Ok(Some(wire::decode(&bytes, rules)?))
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
