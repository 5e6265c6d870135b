//! Errors in a catalogue.

use super::phenomenon_set::PhenomenonSet;

/// Why a text is not a catalogue.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// The text is not TOML, lacks a field, or has an unknown field.
    #[error("the catalogue cannot be read: {0}")]
    Syntax(#[from] toml::de::Error),
    /// There are more than [`Catalogue::MAX_LEN`](super::Catalogue::MAX_LEN) phenomena.
    #[error("the catalogue has {0} phenomena, and can have at most {max}", max = PhenomenonSet::CAPACITY)]
    TooMany(usize),
    /// A slug is empty or contains something other than lower-case letters, digits and underscores.
    #[error("the slug {0:?} may contain only lower-case letters, digits and underscores, at least one")]
    MalformedSlug(String),
    /// Two phenomena have the same slug.
    #[error("two phenomena have the slug {0:?}")]
    SlugTwice(String),
    /// Two units have the same symbol.
    #[error("two units have the symbol {0:?}")]
    UnitTwice(String),
    /// Two spellings of a unit are the same once normalised.
    #[error("the unit {unit:?} lists the spelling {spelling:?} more than once")]
    SpellingTwice {
        /// The unit's symbol.
        unit: String,
        /// The repeated spelling.
        spelling: String,
    },
    /// A conversion is not finite, or its scale is zero.
    #[error("the unit {unit:?} has scale {scale} and offset {offset}: both must be finite, and scale not 0")]
    NoConversion {
        /// The unit's symbol.
        unit: String,
        /// The factor.
        scale: f64,
        /// The summand.
        offset: f64,
    },
    /// A phenomenon's unit is not one of the catalogue's units.
    #[error("{slug} has the unit {unit:?}, which the catalogue does not list")]
    UnitNotListed {
        /// The phenomenon.
        slug: String,
        /// The symbol.
        unit: String,
    },
    /// A phenomenon refers to another one that the catalogue does not have.
    #[error("the catalogue has no phenomenon {0:?}, to which another refers")]
    NoSuchPhenomenon(String),
    /// A range is not finite or its ends are in the wrong order.
    #[error("{slug} has a range from {from} to {to}: both must be finite and in ascending order")]
    NoRange {
        /// The phenomenon.
        slug: String,
        /// The start of the range.
        from: f64,
        /// Its end.
        to: f64,
    },
    /// A sensor error is not finite, not positive, or has a negative relative part.
    #[error(
        "{slug} has a sensor error of {absolute} and {relative} of the value: the first must be above 0, the second not below 0, and both finite"
    )]
    NoSensorError {
        /// The phenomenon.
        slug: String,
        /// The error in the canonical unit.
        absolute: f64,
        /// The error as a share of the value.
        relative: f64,
    },
    /// A phenomenon without titles, which no sensor could ever measure.
    #[error("{0} has no title")]
    NoTitles(String),
    /// A title without a letter or digit.
    #[error("{slug} has the title {title:?}, which contains no word")]
    EmptyTitle {
        /// The phenomenon.
        slug: String,
        /// The title.
        title: String,
    },
    /// A title, once normalised, is listed twice.
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
    #[error("{slug} denies {word:?}, but uses it in its own titles or beside them")]
    DeniesItself {
        /// The phenomenon.
        slug: String,
        /// The word.
        word: String,
    },
    /// An entry in a list of words that is not one normalised word, and so could never match.
    #[error("{0:?} is not a single word of lower-case letters or of digits")]
    NotAWord(String),
    /// There is no phenomenon with the slug `air_temperature`.
    #[error("the phenomenon air_temperature is missing")]
    NoAirTemperature,
    /// The canonical unit of air temperature is not °C.
    #[error("air_temperature is in {0:?}, but must be in °C")]
    AirTemperatureNotCelsius(String),
}
