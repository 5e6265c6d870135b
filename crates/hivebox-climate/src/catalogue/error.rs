//! What can be wrong with a catalogue.

use super::Catalogue;

/// Why a text is not a catalogue.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The text is no TOML, lacks a field, or has one that is not known.
    #[error("the catalogue cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// There are more than [`Catalogue::MAX_LEN`] phenomena.
    #[error("there are {0} phenomena, and there can be {max}", max = Catalogue::MAX_LEN)]
    TooMany(usize),
    /// A slug is empty or has something else than lower case letters, digits and underscores.
    #[error("the slug {0:?} is not of lower case letters, digits and underscores")]
    MalformedSlug(String),
    /// Two phenomena have the same slug.
    #[error("two phenomena have the slug {0:?}")]
    SlugTwice(String),
    /// Two units have the same symbol.
    #[error("two units have the symbol {0:?}")]
    UnitTwice(String),
    /// Two conversions of a unit have the same spelling, once normalised.
    #[error("the unit {unit:?} lists the spelling {spelling:?} twice")]
    SpellingTwice {
        /// The unit's symbol.
        unit: String,
        /// The spelling that stands there for the second time.
        spelling: String,
    },
    /// A conversion is not finite, or makes all values one.
    #[error("the unit {unit:?} has a conversion by scale {scale} and offset {offset}, which is none")]
    NoConversion {
        /// The unit's symbol.
        unit: String,
        /// The factor.
        scale: f64,
        /// What is added.
        offset: f64,
    },
    /// A phenomenon's unit is none of the catalogue's units.
    #[error("{slug} has the unit {unit:?}, which is not listed")]
    UnitNotListed {
        /// The phenomenon.
        slug: String,
        /// The symbol.
        unit: String,
    },
    /// A range of values is upside down or not finite.
    #[error("{slug} has a range from {from} to {to}, which is none")]
    NoRange {
        /// The phenomenon.
        slug: String,
        /// The start of the range.
        from: f64,
        /// Its end.
        to: f64,
    },
    /// The error of sensors is not finite, not above zero, or its share of the value is below zero.
    #[error("{slug} has a sensor error of {absolute} and {relative} of the value, which is none")]
    NoSensorError {
        /// The phenomenon.
        slug: String,
        /// The error in the canonical unit.
        absolute: f64,
        /// The error as a share of the value.
        relative: f64,
    },
    /// A phenomenon has no title, so that no sensor could ever measure it.
    #[error("{0} has no title")]
    NoTitles(String),
    /// A title has no letter and no digit.
    #[error("{slug} has the title {title:?}, in which there is no word")]
    EmptyTitle {
        /// The phenomenon.
        slug: String,
        /// The title.
        title: String,
    },
    /// A title, once normalised, is listed for two phenomena, or twice for one.
    #[error("the title {title:?} is listed for {first} and again for {second}")]
    TitleTwice {
        /// The title.
        title: String,
        /// The phenomenon that lists it first.
        first: String,
        /// The phenomenon that lists it again.
        second: String,
    },
    /// A phenomenon denies a word of its own titles, or one that it allows beside them.
    #[error("{slug} denies {word:?}, and uses it itself")]
    DeniesItself {
        /// The phenomenon.
        slug: String,
        /// The word.
        word: String,
    },
    /// An entry in a list of words is not one word in lower case, and so could never be found.
    #[error("{0:?} is not one word of lower case letters or of digits")]
    NotAWord(String),
    /// There is no phenomenon with the slug `air_temperature`.
    #[error("the phenomenon air_temperature is missing")]
    NoAirTemperature,
    /// The canonical unit of air temperature is not °C.
    #[error("air_temperature is in {0:?}, and must be in °C")]
    AirTemperatureNotCelsius(String),
}
