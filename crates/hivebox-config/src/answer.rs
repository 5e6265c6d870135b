//! What the answers are made of.

use std::time::Duration;

use hivebox_climate::status::{Bands, BandsError};
use hivebox_climate::verdict::VerdictRules;
use hivebox_kinds::{Formed, TimeSpan};
use jiff::SignedDuration;

use super::definition::Setting;
use super::durations::{DAY, HOUR, MINUTE, SECOND};
use super::reader::{FromSettings, SettingReader};

/// How long an answer is fresh.
pub const CACHE_TTL: Setting<TimeSpan> = Setting::new(
    "cache-ttl",
    "5m",
    TimeSpan::within(SECOND, HOUR),
    "How long an answer is fresh; HiveBox renews it earlier",
);
/// How old a reading may be.
pub const MAX_READING_AGE: Setting<TimeSpan> = Setting {
    besides: "and no shorter than cache-ttl",
    ..Setting::new(
        "max-reading-age",
        "1h",
        TimeSpan::within(MINUTE, DAY.saturating_mul(7)),
        "Maximum age of a reading, and so the longest outage that HiveBox bridges",
    )
};
/// The words for temperatures.
pub const STATUS: Setting<Formed<Bands>> = Setting::new(
    "status",
    "hive",
    Formed::by(bands, "hive, roadmap, or bands such as 10:Cold,32:Good,:Hot"),
    "Words for temperatures",
);

/// What the answers are made of.
#[derive(Debug, Clone)]
pub struct AnswerConfig {
    /// `HIVEBOX_CACHE_TTL`.
    pub ttl: Duration,
    /// `HIVEBOX_MAX_READING_AGE`, and how far clocks may be wrong.
    pub rules: VerdictRules,
    /// `HIVEBOX_STATUS`.
    pub bands: Bands,
}

impl AnswerConfig {
    /// The longest time for which an answer may be served.
    pub(super) fn longest_use(&self) -> Duration {
        // Never negative, since it was read as a `Duration`.
        Duration::try_from(self.rules.max_age).unwrap_or_default().max(self.ttl)
    }

    /// Like `from_settings`, for commands that print no status: it does not read the status setting.
    pub fn without_status(reader: &mut SettingReader<'_>) -> Option<Self> {
        let ttl = reader.read(&CACHE_TTL);
        let max_age = reader.read(&MAX_READING_AGE);
        let (ttl, max_age) = (ttl?, max_age?);
        if max_age < ttl {
            reader.reject(&MAX_READING_AGE, "is shorter than cache-ttl");
        }
        // The longest allowed duration is seven days, so this does not overflow.
        let max_age = SignedDuration::try_from(max_age).unwrap_or(SignedDuration::MAX);
        Some(Self { ttl, rules: VerdictRules { max_age, ..VerdictRules::default() }, bands: Bands::hive() })
    }
}

impl FromSettings for AnswerConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let answer = Self::without_status(reader);
        let bands = reader.read(&STATUS);
        Some(Self { bands: bands?, ..answer? })
    }
}

fn bands(text: &str) -> Result<Bands, String> {
    match text {
        "hive" => Ok(Bands::hive()),
        "roadmap" => Ok(Bands::roadmap()),
        bands => bands.parse().map_err(|error: BandsError| format!("is malformed ({error})")),
    }
}
