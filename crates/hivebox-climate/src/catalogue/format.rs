//! The format of `catalogue.toml`, which explains the fields where they are used.

use std::ops::RangeInclusive;

use serde::Deserialize;

/// The whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CatalogueToml {
    pub(super) words: TitleWordsToml,
    #[serde(rename = "unit")]
    pub(super) units: Vec<UnitToml>,
    #[serde(rename = "phenomenon")]
    pub(super) phenomena: Vec<PhenomenonToml>,
}

/// Words allowed in any title.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TitleWordsToml {
    pub(super) fillers: Vec<String>,
    /// May also be attached to a word.
    pub(super) chips: Vec<String>,
}

/// A canonical unit. Its symbol counts as one of its spellings.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitToml {
    pub(super) symbol: String,
    #[serde(default)]
    pub(super) spellings: Vec<String>,
    #[serde(default)]
    pub(super) converted: Vec<ConvertedToml>,
}

/// Spellings of another unit: canonical = raw * scale + offset.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ConvertedToml {
    pub(super) scale: f64,
    #[serde(default)]
    pub(super) offset: f64,
    pub(super) spellings: Vec<String>,
}

/// A phenomenon and the words that name it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PhenomenonToml {
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) unit: String,
    pub(super) plausible: [f64; 2],
    #[serde(default)]
    pub(super) sentinels: Vec<SentinelToml>,
    #[serde(default)]
    pub(super) is_direction: bool,
    #[serde(default)]
    pub(super) is_skewed: bool,
    pub(super) sensor_error: Option<SensorErrorToml>,
    /// The unit that is often mistaken for the canonical one.
    pub(super) mistaken_unit: Option<String>,
    pub(super) in_units_of: Option<InUnitsOfToml>,
    pub(super) titles: Vec<String>,
    #[serde(default)]
    pub(super) beside: Vec<String>,
    #[serde(default)]
    pub(super) deny: Vec<String>,
}

/// Another phenomenon, which the same titles name if the unit is one of these.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct InUnitsOfToml {
    pub(super) slug: String,
    pub(super) units: Vec<String>,
}

/// The common error of all sensors.
#[derive(Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SensorErrorToml {
    pub(super) absolute: f64,
    #[serde(default)]
    pub(super) relative: f64,
}

/// A number, or a range given by its two ends.
#[derive(Clone, Copy, Deserialize)]
#[serde(untagged)]
pub(super) enum SentinelToml {
    Value(f64),
    Range([f64; 2]),
}

impl SentinelToml {
    pub(super) fn bounds(self) -> [f64; 2] {
        match self {
            Self::Value(value) => [value, value],
            Self::Range(bounds) => bounds,
        }
    }
}

/// The range between these bounds; `None` unless they are finite and in order.
pub(super) fn range([from, to]: [f64; 2]) -> Option<RangeInclusive<f64>> {
    (from.is_finite() && to.is_finite() && from <= to).then_some(from..=to)
}
