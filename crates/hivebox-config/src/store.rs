//! Where and when snapshots are stored, and for how long they are kept.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::parse::{Parser, duration, number, switch};
use super::{DAY, HOUR, SECOND, Source, file_path, setting};

/// Where and when snapshots are stored, and for how long they are kept.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// `HIVEBOX_STORE`.
    pub address: StoreAddress,
    /// `HIVEBOX_STORE_INTERVAL`; `None` means off.
    pub interval: Option<Duration>,
    /// `HIVEBOX_STORE_TIMEOUT`.
    pub timeout: Duration,
    /// `HIVEBOX_STORE_CREATE_BUCKET`.
    pub create_bucket: bool,
    /// `HIVEBOX_SPOOL`.
    pub spool: PathBuf,
    /// `HIVEBOX_SPOOL_MAX_BYTES`.
    pub spool_max_bytes: u64,
    /// `HIVEBOX_RETENTION`; `None` means off.
    pub retention: Option<Duration>,
    /// `HIVEBOX_COMPACT_INTERVAL`; `None` means off.
    pub compact_interval: Option<Duration>,
    /// `HIVEBOX_COMPACTED_KEEP`; `None` means for ever.
    pub compacted_keep: Option<Duration>,
    /// The variables that begin with `AWS_`: where S3 is, and how to log in there.
    pub aws: Vec<(String, SecretString)>,
}

/// `HIVEBOX_STORE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// A folder.
    Folder(PathBuf),
    /// A bucket of S3 or MinIO, and what stands before the names of all objects in it.
    S3 {
        /// The bucket.
        bucket: String,
        /// The prefix; it may be empty.
        prefix: String,
    },
}

impl StoreAddress {
    /// The address as the setting has it.
    #[must_use]
    pub fn setting(&self) -> String {
        match self {
            Self::Folder(folder) => format!("file:{}", folder.display()),
            Self::S3 { .. } => self.to_string(),
        }
    }
}

impl std::fmt::Display for StoreAddress {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(formatter, "{}", folder.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(formatter, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(formatter, "s3://{bucket}/{prefix}"),
        }
    }
}

/// How long snapshots may be kept, as the setting and the command line have it.
///
/// # Errors
/// It is no duration, or not one of an hour to a hundred years.
pub fn time_to_keep(text: &str) -> Result<Duration, String> {
    duration(HOUR, 36_500 * DAY)(text)
}

impl StoreConfig {
    pub(super) fn read(parser: &mut Parser<'_>, source: &Source) -> Option<Self> {
        let address = parser.read(setting::STORE, address);
        let interval = parser.read(setting::STORE_INTERVAL, or_off(duration(SECOND, DAY)));
        let timeout = parser.read(setting::STORE_TIMEOUT, duration(SECOND, HOUR));
        let create_bucket = parser.read(setting::STORE_CREATE_BUCKET, switch);
        let spool = parser.read(setting::SPOOL, |text| Ok(PathBuf::from(text)));
        let spool_max_bytes = parser.read(setting::SPOOL_MAX_BYTES, number(1 << 20, 1 << 40));
        let retention = parser.read(setting::RETENTION, or_off(time_to_keep));
        let compact_interval = parser.read(setting::COMPACT_INTERVAL, or_off(duration(SECOND, DAY)));
        let compacted_keep = parser.read(setting::COMPACTED_KEEP, or_off(time_to_keep));
        Some(Self {
            address: address?,
            interval: interval?,
            timeout: timeout?,
            create_bucket: create_bucket?,
            spool: spool?,
            spool_max_bytes: spool_max_bytes?,
            retention: retention?,
            compact_interval: compact_interval?,
            compacted_keep: compacted_keep?,
            aws: source.aws(),
        })
    }
}

fn or_off<T>(
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> impl FnOnce(&str) -> Result<Option<T>, String> {
    |text| if text == "off" { Ok(None) } else { parse(text).map(Some) }
}

fn address(text: &str) -> Result<StoreAddress, String> {
    if let Some(folder) = file_path(text) {
        return folder.map(StoreAddress::Folder);
    }
    let place = text.strip_prefix("s3://").ok_or_else(String::new)?;
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let prefix = prefix.trim_matches('/');
    // What a bucket and a prefix may be called is the store's to say.
    if bucket.is_empty() {
        return Err("no bucket after s3://".into());
    }
    Ok(StoreAddress::S3 { bucket: bucket.to_owned(), prefix: prefix.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_is_a_folder_or_a_bucket_with_a_prefix() {
        let s3 =
            |bucket: &str, prefix: &str| StoreAddress::S3 { bucket: bucket.into(), prefix: prefix.into() };
        assert_eq!(address("file:./data"), Ok(StoreAddress::Folder("./data".into())));
        assert_eq!(address("s3://hivebox"), Ok(s3("hivebox", "")));
        assert_eq!(address("s3://hivebox/a/b/"), Ok(s3("hivebox", "a/b")));
        assert_eq!(s3("hivebox", "a/b").to_string(), "s3://hivebox/a/b");
        for wrong in ["s3:hivebox", "s3://", "s3:///prefix", "ftp://hivebox"] {
            assert!(address(wrong).is_err(), "{wrong}");
        }
    }
}
