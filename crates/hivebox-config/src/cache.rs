//! Where the present is cached, and how replicas share it.

use std::time::Duration;

use hivebox_kinds::{Formed, Kind, Or, TimeSpan};

use super::definition::Setting;
use super::durations::{MINUTE, SECOND};
use super::reader::SettingReader;
use super::redis::RedisAddress;

/// Where replicas share the present.
pub const CACHE: Setting<Formed<CacheAddress>> = Setting::address(
    "cache",
    "memory:",
    Formed::by(
        address,
        "memory:, redis://[[USER]:PASSWORD@]HOST[:PORT][/DB], or with rediss, redis+sentinel (…/SERVICE) or redis+cluster",
    ),
    "Cache of the present: in this process, or in a Redis or Valkey that replicas share",
);
/// What the keys of the cache begin with.
pub const CACHE_PREFIX: Setting<Prefix> = Setting::new(
    "cache-prefix",
    "hivebox",
    Prefix,
    "Prefix of all keys in Redis; replicas with the same prefix act as one",
);
/// The certificate authorities that TLS connections to the cache trust.
pub const CACHE_CA: Setting<Or<Formed<Vec<u8>>>> = Setting::new(
    "cache-ca",
    "system",
    Or { word: "system", kind: Formed::by(authorities, "the path of a file of certificates in PEM") },
    "Certificate authorities for TLS connections to Redis",
);
/// How long Redis may take.
pub const CACHE_TIMEOUT: Setting<TimeSpan> = Setting {
    besides: "and no longer than half of lease-ttl",
    ..Setting::new(
        "cache-timeout",
        "2s",
        TimeSpan::within(Duration::from_millis(50), MINUTE),
        "Longest wait for Redis; requests never wait for it",
    )
};
/// How long the lease lasts.
pub const LEASE_TTL: Setting<TimeSpan> = Setting::new(
    "lease-ttl",
    "15s",
    TimeSpan::within(SECOND, Duration::from_mins(5)),
    "How long the polling replica may be silent before another takes over",
);

/// Where the present is cached, and how replicas share it.
#[derive(Debug, Clone)]
pub struct CacheConfig {
    /// `HIVEBOX_CACHE`, with the authorities of `HIVEBOX_CACHE_CA`.
    pub address: CacheAddress,
    /// `HIVEBOX_CACHE_PREFIX`.
    pub prefix: String,
    /// `HIVEBOX_CACHE_TIMEOUT`.
    pub timeout: Duration,
    /// `HIVEBOX_LEASE_TTL`.
    pub lease_ttl: Duration,
    /// How long a published present stays useful: while its readings count, and while it is fresh.
    pub expiry: Duration,
}

/// `HIVEBOX_CACHE`.
#[derive(Debug, Clone)]
pub enum CacheAddress {
    /// In this process alone.
    Memory,
    /// In Redis or Valkey.
    Redis(RedisAddress),
}

impl CacheAddress {
    /// What it is, in a word.
    #[must_use]
    pub const fn slug(&self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Redis(_) => "redis",
        }
    }
}

/// What keys begin with: short and plain.
#[derive(Debug, Clone, Copy)]
pub struct Prefix;

impl Prefix {
    const MAX_CHARS: usize = 64;
}

impl Kind for Prefix {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        let is_plain = text.chars().all(|char| char.is_ascii_alphanumeric() || "-_.:/".contains(char));
        if is_plain && (1..=Self::MAX_CHARS).contains(&text.len()) {
            Ok(text.to_owned())
        } else {
            Err("is malformed".into())
        }
    }

    fn allowed(&self) -> String {
        format!("1 to {} letters, digits or - _ . : /", Self::MAX_CHARS)
    }
}

impl CacheConfig {
    /// Reads the settings; `expiry` is for how long a present may be of use.
    pub(super) fn read(reader: &mut SettingReader<'_>, expiry: Option<Duration>) -> Option<Self> {
        let address = reader.read(&CACHE);
        let authorities = reader.read(&CACHE_CA);
        let prefix = reader.read(&CACHE_PREFIX);
        let timeout = reader.read(&CACHE_TIMEOUT);
        let lease_ttl = reader.read(&LEASE_TTL);
        let (timeout, lease_ttl) = (timeout?, lease_ttl?);
        if timeout > lease_ttl / 2 {
            reader.reject(&CACHE_TIMEOUT, "is longer than half of lease-ttl");
        }
        let address = match (address?, authorities?) {
            (CacheAddress::Redis(redis), Some(pem)) => CacheAddress::Redis(redis.trusting(pem)),
            (address, _) => address,
        };
        Some(Self { address, prefix: prefix?, timeout, lease_ttl, expiry: expiry? })
    }
}

fn address(text: &str) -> Result<CacheAddress, String> {
    if text == "memory:" {
        return Ok(CacheAddress::Memory);
    }
    RedisAddress::parse(text).map(CacheAddress::Redis)
}

/// The content of a file of certificates.
fn authorities(path: &str) -> Result<Vec<u8>, String> {
    let pem = std::fs::read(path).map_err(|error| format!("cannot be read ({error})"))?;
    let is_pem = pem.windows(5).any(|window| window == b"-----");
    if is_pem { Ok(pem) } else { Err("holds no certificate in PEM".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_short_and_plain() {
        assert_eq!(Prefix.read("team/hive-1.2:x_y").as_deref(), Ok("team/hive-1.2:x_y"));
        for wrong in ["", "{a}", "a b", "ä", &"x".repeat(65)] {
            assert!(Prefix.read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn authorities_are_read_from_their_file() {
        let authorities = |text: &str| CACHE_CA.kind.read(text);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        assert!(authorities(&file.display().to_string()).is_err());
        std::fs::write(&file, "nothing").unwrap();
        assert!(authorities(&file.display().to_string()).is_err());
        std::fs::write(&file, "-----BEGIN CERTIFICATE-----").unwrap();
        assert!(authorities(&file.display().to_string()).unwrap().is_some());
        assert_eq!(authorities("system"), Ok(None));
    }
}
