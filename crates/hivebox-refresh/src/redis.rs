//! The shared present in Redis or Valkey.
//!
//! It uses four keys and a channel: `{hivebox}:lease`, `:token`, `:present`, `:poll`, and the channel `:news`. The keys
//! of forecasts begin with `{hivebox}:forecast:`, the name of the source and `:`; see `forecast`. The
//! prefix in braces is a hash tag, so a cluster keeps all of them on one server. Each key expires. Atomic steps are
//! scripts. A command that fails or times out drops the connection; the next command connects again.

mod bounded;
mod forecast;
mod link;
mod node;

pub(crate) use forecast::Claimed;

use std::sync::Arc;
use std::time::Duration;

use hivebox_config::{CacheConfig, RedisAddress};
use hivebox_present::Poll;
use jiff::Timestamp;
use redis::{Cmd, FromRedisValue, cmd};
use tokio::sync::{Mutex, Notify};
use tracing::debug;

use link::Link;

use crate::lease::{Lease, Published, Seen, SharedError, Tenure};
use crate::wire::{HEAD_BYTES, Head, MAX_PRESENT_BYTES};

const LOOK: &str = include_str!("redis/look.lua");
const PUBLISH: &str = include_str!("redis/publish.lua");
const RELEASE: &str = include_str!("redis/release.lua");

/// The expiry of the last token. Losing it does no harm: a new token is at least the time in milliseconds.
const TOKEN_EXPIRY: Duration = Duration::from_hours(7 * 24);
/// The longest error text that other replicas receive, in characters.
const MAX_ERROR_CHARS: usize = 300;

/// A Redis or Valkey server that replicas share.
#[derive(Debug)]
pub struct RedisCache {
    address: RedisAddress,
    keys: Keys,
    /// The name of this replica in the lease.
    holder: String,
    lease_ttl: Duration,
    timeout: Duration,
    /// The expiry of published polls and presents.
    expiry: Duration,
    link: Mutex<Option<Link>>,
    news: Arc<Notify>,
}

#[derive(Debug)]
struct Keys {
    prefix: String,
    lease: String,
    token: String,
    present: String,
    poll: String,
    /// What the keys of forecasts begin with.
    forecast: String,
    channel: String,
}

/// The result of `look.lua`: whether the lease is ours, its token, its remaining milliseconds, the length of the
/// present, the head of the present, and the last poll.
type Looked = (bool, u64, u64, u64, Option<Vec<u8>>, Option<Vec<u8>>);

impl RedisCache {
    /// A cache that connects at first use.
    #[must_use]
    pub fn new(address: RedisAddress, config: &CacheConfig) -> Self {
        Self {
            address,
            keys: Keys::new(&config.prefix),
            holder: format!("{:016x}", fastrand::u64(..)),
            lease_ttl: config.lease_ttl,
            timeout: config.timeout,
            expiry: config.expiry,
            link: Mutex::new(None),
            news: Arc::default(),
        }
    }

    pub(super) async fn look(&self, may_take: bool) -> Result<Seen, SharedError> {
        let mut command =
            script(LOOK, &[&self.keys.lease, &self.keys.token, &self.keys.present, &self.keys.poll]);
        command.arg(&self.holder).arg(millis(self.lease_ttl)).arg(millis(TOKEN_EXPIRY)).arg(HEAD_BYTES - 1);
        command.arg(u8::from(may_take));
        let (is_ours, token, left_millis, length, head, poll): Looked = self.ask(&command).await?;
        let tenure = if is_ours {
            Tenure::Here(Lease { token })
        } else if left_millis == 0 {
            Tenure::Nobody
        } else {
            Tenure::Elsewhere { for_at_most: Duration::from_millis(left_millis) }
        };
        let poll = poll.and_then(|bytes| {
            let poll = serde_json::from_slice(&bytes);
            // The next poll overwrites it.
            poll.inspect_err(|error| debug!(%error, "ignored a shared poll that this version cannot read"))
                .ok()
        });
        let present = head.as_deref().and_then(Head::read).filter(|_| length <= MAX_PRESENT_BYTES);
        Ok(Seen { tenure, present, is_garbage: length > 0 && present.is_none(), poll })
    }

    pub(super) async fn publish(
        &self,
        lease: Lease,
        poll: &Poll,
        present: Option<Vec<u8>>,
    ) -> Result<Published, SharedError> {
        let error = poll.error.as_ref().map(|error| error.chars().take(MAX_ERROR_CHARS).collect());
        let poll = serde_json::to_string(&Poll { error, ..poll.clone() })
            .expect("a poll is numbers, moments and text, which JSON can always hold");
        let mut command = script(PUBLISH, &[&self.keys.lease, &self.keys.present, &self.keys.poll]);
        command.arg(self.tenure(lease)).arg(millis(self.expiry)).arg(&self.keys.channel).arg(poll);
        let bytes = present.as_ref().map_or(0, Vec::len);
        if let Some(present) = present {
            command.arg(present);
        }
        let is_ours: bool = self.ask(&command).await?;
        Ok(if is_ours { Published::Yes { bytes } } else { Published::Fenced })
    }

    pub(super) async fn fetch(&self) -> Result<Option<Vec<u8>>, SharedError> {
        self.ask(cmd("GET").arg(&self.keys.present)).await
    }

    pub(super) async fn release(&self) -> Result<(), SharedError> {
        let mut command = script(RELEASE, &[&self.keys.lease]);
        command.arg(&self.holder).arg(&self.keys.channel);
        self.ask(&command).await
    }

    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// The name and version of the server, such as `Redis 7.0.15`.
    ///
    /// # Errors
    /// The server is unreachable, too slow, or refuses the command.
    pub async fn describe(&self) -> Result<String, SharedError> {
        // A cluster sends a script to the one server that holds our keys.
        let info: String =
            self.ask(&script("return redis.call('INFO', 'server')", &[&self.keys.lease])).await?;
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        Ok(match (field("valkey_version"), field("redis_version")) {
            (Some(version), _) => format!("Valkey {}", version.trim()),
            (None, Some(version)) => format!("Redis {}", version.trim()),
            (None, None) => "a server of unknown version".into(),
        })
    }

    /// Since when a replica holds the lease; `None` if none does. Does not try to take the lease.
    ///
    /// # Errors
    /// The server is unreachable, too slow, or refuses the command.
    pub async fn holder(&self) -> Result<Option<Timestamp>, SharedError> {
        let lease: Option<String> = self.ask(cmd("GET").arg(&self.keys.lease)).await?;
        let token = lease.as_deref().and_then(|lease| lease.split(' ').next()?.parse().ok());
        // A token is the server's time in milliseconds.
        Ok(token.and_then(|token| Timestamp::from_millisecond(token).ok()))
    }

    /// Runs every operation of a shared cache, under keys of its own, and deletes them afterwards.
    ///
    /// # Errors
    /// The server is unreachable, too slow, or refuses one of the commands.
    pub async fn self_test(&self) -> Result<(), SharedError> {
        let mut keys = Keys::new(&self.keys.prefix);
        for key in [&mut keys.lease, &mut keys.token, &mut keys.present, &mut keys.poll] {
            key.push_str(":doctor");
        }
        let channel = keys.channel.clone();
        let all = [keys.lease.clone(), keys.token.clone(), keys.present.clone(), keys.poll.clone()];
        let trial = Self {
            address: self.address.clone(),
            keys: Keys { channel, ..keys },
            holder: self.holder.clone(),
            link: Mutex::new(None),
            news: Arc::default(),
            ..*self
        };
        let Tenure::Here(lease) = trial.look(true).await?.tenure else {
            return Ok(());
        };
        let poll = Poll::good(Timestamp::UNIX_EPOCH);
        trial.publish(lease, &poll, Some(b"trial".to_vec())).await?;
        trial.fetch().await?;
        trial.release().await?;
        trial.test_forecasts().await?;
        self.ask(cmd("DEL").arg(&all)).await
    }

    fn tenure(&self, lease: Lease) -> String {
        format!("{} {}", lease.token, self.holder)
    }

    async fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, SharedError> {
        let answer = tokio::time::timeout(self.timeout, async {
            let mut link = self.link().await?;
            link.query(command).await
        });
        match answer.await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                if !is_answer(&error) {
                    self.drop_link().await;
                }
                Err(error.into())
            }
            Err(_) => {
                self.drop_link().await;
                Err(SharedError::TimedOut(self.timeout))
            }
        }
    }

    /// The connection. Connects if there is none.
    async fn link(&self) -> Result<Link, redis::RedisError> {
        let mut link = self.link.lock().await;
        if let Some(link) = &*link {
            return Ok(link.clone());
        }
        let news = Arc::clone(&self.news);
        let made =
            Link::connect(&self.address, self.timeout, &self.keys.lease, &self.keys.channel, news).await?;
        *link = Some(made.clone());
        Ok(made)
    }

    async fn drop_link(&self) {
        *self.link.lock().await = None;
    }
}

impl Keys {
    fn new(prefix: &str) -> Self {
        let key = |name| format!("{{{prefix}}}:{name}");
        Self {
            lease: key("lease"),
            token: key("token"),
            present: key("present"),
            poll: key("poll"),
            forecast: key("forecast"),
            channel: key("news"),
            prefix: prefix.to_owned(),
        }
    }
}

/// Whether the server itself refused the command; any other error may be the fault of the connection.
fn is_answer(error: &redis::RedisError) -> bool {
    use redis::{ErrorKind, ServerErrorKind};
    let kind = error.kind();
    matches!(
        kind,
        ErrorKind::Extension | ErrorKind::Server(ServerErrorKind::ResponseError | ServerErrorKind::NoPerm)
    )
}

fn script(source: &str, keys: &[&String]) -> Cmd {
    let mut command = cmd("EVAL");
    command.arg(source).arg(keys.len()).arg(keys);
    command
}

fn millis(duration: Duration) -> u64 {
    // The settings allow durations of some days at most.
    duration.as_millis() as u64
}
