//! The catalogue as it is written down. `catalogue.toml` explains the fields where they are used.

use std::ops::RangeInclusive;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct File {
    pub(super) words: Words,
    #[serde(rename = "unit")]
    pub(super) units: Vec<Unit>,
    #[serde(rename = "phenomenon")]
    pub(super) phenomena: Vec<Phenomenon>,
}

/// Words that may be added to any title.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) fillers: Vec<String>,
    /// May also be written together with a word.
    pub(super) chips: Vec<String>,
}

/// A canonical unit; its symbol is one of its spellings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Unit {
    pub(super) symbol: String,
    #[serde(default)]
    pub(super) spellings: Vec<String>,
    #[serde(default)]
    pub(super) converted: Vec<Converted>,
}

/// Spellings of another unit: canonical = raw * scale + offset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Converted {
    pub(super) scale: f64,
    #[serde(default)]
    pub(super) offset: f64,
    pub(super) spellings: Vec<String>,
}

/// A phenomenon, and the words that mean it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Phenomenon {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) plausible: [f64; 2],
    #[serde(default)]
    pub(super) sentinels: Vec<Sentinel>,
    #[serde(default)]
    pub(super) is_direction: bool,
    pub(super) sensor_error: Option<SensorError>,
    pub(super) titles: Vec<String>,
    #[serde(default)]
    pub(super) beside: Vec<String>,
    #[serde(default)]
    pub(super) deny: Vec<String>,
}

/// By how much all sensors may be wrong together.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SensorError {
    pub(super) absolute: f64,
    #[serde(default)]
    pub(super) relative: f64,
}

/// A number, or a range of numbers from and to.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum Sentinel {
    Value(f64),
    Range([f64; 2]),
}

impl Sentinel {
    pub(super) fn bounds(self) -> [f64; 2] {
        match self {
            Self::Value(value) => [value, value],
            Self::Range(bounds) => bounds,
        }
    }
}

/// The range with these bounds, if they are finite and in order.
pub(super) fn range([from, to]: [f64; 2]) -> Option<RangeInclusive<f64>> {
    (from.is_finite() && to.is_finite() && from <= to).then_some(from..=to)
}
