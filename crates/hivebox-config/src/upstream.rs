//! Where senseBoxes come from.

use std::path::PathBuf;
use std::time::Duration;

use hivebox_kinds::{Formed, Integer, Kind, List, Or, TimeSpan};
use opensensemap::BoxId;

use super::address::{file_path, is_http};
use super::definition::Setting;
use super::durations::SECOND;
use super::reader::{FromSettings, SettingReader};

/// Where senseBoxes come from.
pub const UPSTREAM: Setting<Formed<UpstreamAddress>> = Setting::address(
    "upstream",
    "https://api.opensensemap.org",
    Formed::by(
        address,
        "the http(s) address of an openSenseMap API, or file:PATH of a recorded answer (also .gz)",
    ),
    "Source of senseBoxes",
);
/// Which boxes are asked.
pub const BOXES: Setting<Or<BoxIds>> =
    Setting::new("boxes", "all", Or { word: "all", kind: BoxIds }, "senseBoxes behind all answers");
/// The time for one upstream attempt.
pub const UPSTREAM_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "upstream-timeout",
    "60s",
    TimeSpan::within(SECOND, Duration::from_mins(10)),
    "Timeout of one upstream attempt; after a quiet period, the first response can take 11 s",
);
/// The time without a byte from upstream.
pub const UPSTREAM_IDLE_TIMEOUT: Setting<TimeSpan> = Setting::new(
    "upstream-idle-timeout",
    "20s",
    TimeSpan::within(Duration::from_millis(100), Duration::from_mins(10)),
    "Longest time without a byte from upstream",
);
/// The size of an upstream answer.
pub const UPSTREAM_MAX_BYTES: Setting<Integer> = Setting::new(
    "upstream-max-bytes",
    "268435456",
    Integer { range: 1024..=1 << 32, unit: "bytes" },
    "Largest upstream response, after decompression",
);
/// How often upstream is asked again.
pub const UPSTREAM_RETRIES: Setting<Integer> = Setting::new(
    "upstream-retries",
    "2",
    Integer { range: 0..=10, unit: "" },
    "Immediate retries of a failed upstream attempt, with jittered pauses",
);

/// The id of a box.
pub const BOX_ID_KIND: Formed<BoxId> = Formed::new("an id of 24 hex digits", "^[0-9A-Fa-f]{24}$");

/// Where senseBoxes come from.
#[derive(Debug, Clone)]
pub struct UpstreamConfig {
    /// `HIVEBOX_UPSTREAM`.
    pub address: UpstreamAddress,
    /// `HIVEBOX_BOXES`; `None` means all.
    pub boxes: Option<Vec<BoxId>>,
    /// `HIVEBOX_UPSTREAM_TIMEOUT`.
    pub timeout: Duration,
    /// `HIVEBOX_UPSTREAM_IDLE_TIMEOUT`.
    pub idle_timeout: Duration,
    /// `HIVEBOX_UPSTREAM_MAX_BYTES`.
    pub max_bytes: u64,
    /// `HIVEBOX_UPSTREAM_RETRIES`.
    pub retries: usize,
}

/// `HIVEBOX_UPSTREAM`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UpstreamAddress {
    /// The base address of an openSenseMap API.
    Api(String),
    /// A recorded answer.
    File(PathBuf),
}

/// Ids of boxes: sorted, each once. Unlike in a query, spaces may follow the commas.
#[derive(Debug, Clone, Copy)]
pub struct BoxIds;

impl BoxIds {
    const LIST: List<Formed<BoxId>> = List { of: BOX_ID_KIND, max: 500 };
}

impl Kind for BoxIds {
    type Value = Vec<BoxId>;

    const IS_LIST: bool = true;

    fn read(&self, text: &str) -> Result<Vec<BoxId>, String> {
        let without_spaces: Vec<&str> = text.split(',').map(str::trim).collect();
        let mut ids = Self::LIST.read(&without_spaces.join(","))?;
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    fn allowed(&self) -> String {
        Self::LIST.allowed()
    }
}

impl FromSettings for UpstreamConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let address = reader.read(&UPSTREAM);
        let boxes = reader.read(&BOXES);
        let timeout = reader.read(&UPSTREAM_TIMEOUT);
        let idle_timeout = reader.read(&UPSTREAM_IDLE_TIMEOUT);
        let max_bytes = reader.read(&UPSTREAM_MAX_BYTES);
        let retries = reader.read(&UPSTREAM_RETRIES);
        Some(Self {
            address: address?,
            boxes: boxes?,
            timeout: timeout?,
            idle_timeout: idle_timeout?,
            max_bytes: max_bytes?,
            retries: retries? as usize,
        })
    }
}

fn address(text: &str) -> Result<UpstreamAddress, String> {
    if let Some(path) = file_path(text) {
        return path.map(UpstreamAddress::File);
    }
    if is_http(text) { Ok(UpstreamAddress::Api(text.to_owned())) } else { Err("is malformed".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_relative_and_absolute_paths() {
        for (text, path) in
            [("file:a/b.json", "a/b.json"), ("file:///a/b.json", "/a/b.json"), ("file:/a", "/a")]
        {
            assert_eq!(address(text), Ok(UpstreamAddress::File(path.into())));
        }
    }

    #[test]
    fn ids_of_boxes_are_sorted_and_each_is_there_once() {
        let (one, two) = ("5386026e5f08822009b8b60d", "5386026E5F08822009B8B60E");
        let ids: Vec<BoxId> = [one, two].iter().map(|id| id.parse().unwrap()).collect();
        assert_eq!(BoxIds.read(&format!("{two}, {one} ,{two}")), Ok(ids));
        assert_eq!(BoxIds.read(&[one; 501].join(",")), Err("is a list of 501".to_owned()));
        assert_eq!(BoxIds.read("1234"), Err("is malformed".to_owned()));
    }
}
