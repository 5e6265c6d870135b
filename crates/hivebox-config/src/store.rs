//! Where and when snapshots are stored, and for how long they are kept.

use std::path::PathBuf;
use std::time::Duration;

use hivebox_kinds::{Choice, Formed, Integer, Or, SWITCH, TimeSpan};
use secrecy::SecretString;

use super::address::file_path;
use super::definition::Setting;
use super::durations::{DAY, HOUR, SECOND};
use super::reader::{FromSettings, SettingReader};

/// Where snapshots are kept.
pub const STORE: Setting<Formed<StoreAddress>> = Setting::address(
    "store",
    "file:./hivebox-data",
    Formed::by(
        address,
        "file:PATH of a folder, or s3://BUCKET[/PREFIX] with AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    "Where to keep snapshots of readings",
);
/// How long the store may take.
pub const STORE_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "store-timeout",
    "30s",
    TimeSpan::within(SECOND, HOUR),
    "Timeout of a request to S3, with all its retries",
);
/// Whether a bucket is made.
pub const STORE_CREATE_BUCKET: Setting<Choice<bool>> =
    Setting::new("store-create-bucket", "on", SWITCH, "Whether to create a missing bucket");
/// Where snapshots wait that could not be stored.
pub const SPOOL: Setting<Formed<PathBuf>> = Setting::new(
    "spool",
    "./hivebox-spool",
    Formed::by(|text| Ok(PathBuf::from(text)), "the path of a folder"),
    "Folder for snapshots that S3 did not accept yet",
);
/// How much may wait.
pub const SPOOL_MAX_BYTES: Setting<Integer> = Setting::new(
    "spool-max-bytes",
    "268435456",
    Integer { range: 1 << 20..=1 << 40, unit: "bytes" },
    "Size limit of the spool; the oldest snapshots make room for newer ones",
);
/// How long snapshots are kept.
pub const RETENTION: Setting<Or<TimeSpan>> = Setting::new(
    "retention",
    "off",
    Or { word: "off", kind: TIME_TO_KEEP },
    "How long to keep snapshots, whether the history contains them or not",
);
/// How often snapshots are taken into the history.
pub const COMPACT_INTERVAL: Setting<Or<TimeSpan>> = Setting::new(
    "compact-interval",
    "10m",
    Or { word: "off", kind: TimeSpan::within(SECOND, DAY) },
    "How often to merge new snapshots into the history",
);
/// How long a snapshot stays once the history has it.
pub const COMPACTED_KEEP: Setting<Or<TimeSpan>> = Setting::new(
    "compacted-keep",
    "7d",
    Or { word: "off", kind: TIME_TO_KEEP },
    "How long to keep a snapshot once the history has all of its readings; off: forever",
);
/// How often a snapshot is stored.
pub const STORE_INTERVAL: Setting<Or<TimeSpan>> = Setting::new(
    "store-interval",
    "5m",
    Or { word: "off", kind: TimeSpan::within(SECOND, DAY) },
    "How often to store a snapshot",
);

/// How long snapshots may be kept: at least an hour, since `5m` may have been meant as months, and at most a
/// hundred years.
pub const TIME_TO_KEEP: TimeSpan =
    TimeSpan { examples: "90d", ..TimeSpan::within(HOUR, DAY.saturating_mul(36_500)) };

/// How a store is reached.
#[derive(Debug, Clone)]
pub struct StoreAccess {
    /// `HIVEBOX_STORE`.
    pub address: StoreAddress,
    /// `HIVEBOX_STORE_TIMEOUT`.
    pub timeout: Duration,
    /// `HIVEBOX_STORE_CREATE_BUCKET`.
    pub create_bucket: bool,
    /// The variables that begin with `AWS_`: where S3 is, and how to log in there.
    pub aws: Vec<(String, SecretString)>,
}

/// Where and when snapshots are stored, and for how long they are kept.
#[derive(Debug, Clone)]
pub struct StoreConfig {
    /// Where they are stored.
    pub access: StoreAccess,
    /// `HIVEBOX_STORE_INTERVAL`; `None` means off.
    pub interval: Option<Duration>,
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

impl FromSettings for StoreAccess {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let address = reader.read(&STORE);
        let timeout = reader.read(&STORE_TIMEOUT);
        let create_bucket = reader.read(&STORE_CREATE_BUCKET);
        let aws = reader.source().aws();
        Some(Self { address: address?, timeout: timeout?, create_bucket: create_bucket?, aws })
    }
}

impl FromSettings for StoreConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let access = StoreAccess::from_settings(reader);
        let interval = reader.read(&STORE_INTERVAL);
        let spool = reader.read(&SPOOL);
        let spool_max_bytes = reader.read(&SPOOL_MAX_BYTES);
        let retention = reader.read(&RETENTION);
        let compact_interval = reader.read(&COMPACT_INTERVAL);
        let compacted_keep = reader.read(&COMPACTED_KEEP);
        Some(Self {
            access: access?,
            interval: interval?,
            spool: spool?,
            spool_max_bytes: spool_max_bytes?,
            retention: retention?,
            compact_interval: compact_interval?,
            compacted_keep: compacted_keep?,
        })
    }
}

fn address(text: &str) -> Result<StoreAddress, String> {
    if let Some(folder) = file_path(text) {
        return folder.map(StoreAddress::Folder);
    }
    let place = text.strip_prefix("s3://").ok_or("is malformed")?;
    // The error of the store would show them.
    if place.contains(['@', '?']) {
        return Err("has a login or a query, which belong into the AWS_ variables".into());
    }
    let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
    let prefix = prefix.trim_matches('/');
    // The store decides which names of buckets and prefixes it takes.
    if bucket.is_empty() {
        return Err("has no bucket".into());
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
