//! Where the present is cached, and how replicas share it.

use std::time::Duration;

use super::parse::{Parser, duration};
use super::redis::RedisAddress;
use super::{HOUR, MINUTE, SECOND, setting};

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
    /// For how long what is published may be of use: as long as its readings count, and as long as it is fresh.
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

const MAX_PREFIX_CHARS: usize = 64;

impl CacheConfig {
    /// Reads the settings; `expiry` is for how long a present may be of use.
    pub(super) fn read(parser: &mut Parser<'_>, expiry: Option<Duration>) -> Option<Self> {
        let address = parser.read(setting::CACHE, address);
        let authorities = parser.read(setting::CACHE_CA, authorities);
        let prefix = parser.read(setting::CACHE_PREFIX, prefix);
        let timeout = parser.read(setting::CACHE_TIMEOUT, duration(Duration::from_millis(50), MINUTE));
        let lease_ttl = parser.read(setting::LEASE_TTL, duration(SECOND, HOUR / 12));
        let (timeout, lease_ttl) = (timeout?, lease_ttl?);
        if timeout > lease_ttl / 2 {
            parser.reject(setting::CACHE_TIMEOUT, "longer than half of lease-ttl".into());
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

fn prefix(text: &str) -> Result<String, String> {
    let is_plain = text.chars().all(|char| char.is_ascii_alphanumeric() || "-_.:/".contains(char));
    if is_plain && (1..=MAX_PREFIX_CHARS).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err(String::new())
    }
}

/// The content of the file that is named, unless it is the system's store that is.
fn authorities(text: &str) -> Result<Option<Vec<u8>>, String> {
    if text == "system" {
        return Ok(None);
    }
    let pem = std::fs::read(text).map_err(|error| error.to_string())?;
    let is_pem = pem.windows(5).any(|window| window == b"-----");
    if is_pem { Ok(Some(pem)) } else { Err("the file holds no certificate in PEM".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_short_and_plain() {
        assert_eq!(prefix("team/hive-1.2:x_y").as_deref(), Ok("team/hive-1.2:x_y"));
        for wrong in ["", "{a}", "a b", "ä", &"x".repeat(65)] {
            assert!(prefix(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn authorities_are_read_from_their_file() {
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
