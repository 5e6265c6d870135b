//! Which phenomena there are, and which titles and units mean them.
//!
//! Everything that is known stands in `catalogue.toml`; nothing about a language, a chip or a threshold
//! stands in code. How a title is read is explained at [`Catalogue::classify`].

mod error;
mod format;
mod lexicon;
mod phenomenon_set;
mod read;

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

pub use error::CatalogueError;

use crate::phenomenon::{Phenomenon, PhenomenonId};
use crate::unit::{self, Conversion};
use lexicon::Lexicon;

/// What a sensor measures, by its title and unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A known phenomenon in a known unit.
    Measures {
        /// The phenomenon.
        phenomenon: PhenomenonId,
        /// How the sensor's values become ones in the phenomenon's canonical unit.
        conversion: Conversion,
    },
    /// A known phenomenon, in a unit that it cannot be converted from, such as air temperature in %.
    UnitUnknown {
        /// The phenomenon.
        phenomenon: PhenomenonId,
    },
    /// No phenomenon of the catalogue.
    Unknown,
}

impl Meaning {
    /// The phenomenon, if the title means one; whatever the unit.
    #[must_use]
    pub fn phenomenon(self) -> Option<PhenomenonId> {
        match self {
            Self::Measures { phenomenon, .. } | Self::UnitUnknown { phenomenon } => Some(phenomenon),
            Self::Unknown => None,
        }
    }
}

/// All phenomena, with the titles and units that mean them.
///
/// ```
/// use hivebox_climate::catalogue::{Catalogue, Meaning};
///
/// let catalogue = Catalogue::builtin();
/// let Meaning::Measures { phenomenon, conversion } = catalogue.classify("Luftdruck (BME280)", "Pa") else {
///     panic!("it is known");
/// };
/// assert_eq!(catalogue.phenomenon(phenomenon).slug(), "air_pressure");
/// assert_eq!(catalogue.phenomenon(phenomenon).unit(), "hPa");
/// assert_eq!(conversion.apply(101_325.0), 1013.25);
/// assert_eq!(catalogue.classify("Kalibrierungswert", "-"), Meaning::Unknown);
/// ```
#[derive(Debug, Clone)]
pub struct Catalogue {
    entries: Vec<Entry>,
    units: Vec<Spellings>,
    lexicon: Lexicon,
    air_temperature: PhenomenonId,
}

/// A phenomenon, and which of the catalogue's units is its canonical one.
#[derive(Debug, Clone)]
struct Entry {
    phenomenon: Phenomenon,
    unit: usize,
}

/// How values are converted from each spelling, normalised, to one canonical unit.
type Spellings = HashMap<Box<str>, Conversion, RandomState>;

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    // It is part of the program, and every test of the catalogue would fail if it did not parse.
    Catalogue::parse(include_str!("../catalogue.toml")).expect("the built-in catalogue is valid")
});

impl Catalogue {
    /// The catalogue that HiveBox comes with.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Reads a catalogue, which is TOML like the `catalogue.toml` that HiveBox comes with.
    ///
    /// # Errors
    /// The text is no such TOML, or contradicts itself; [`CatalogueError`] tells each way.
    pub fn parse(toml: &str) -> Result<Self, CatalogueError> {
        read::catalogue(toml)
    }

    /// What a sensor with this title and this unit measures.
    ///
    /// The title is taken apart into words (see [`title::normalise`]), and these are read from the left.
    /// Wherever the longest of the catalogue's titles fits, it is taken; any other word must be one that
    /// may be added: a number, a single letter, a filler such as "sensor", the name of a chip, or a word
    /// that the phenomenon allows beside its titles. The title means a phenomenon if that uses up all its words
    /// and all titles found are of that phenomenon, as in "Temperatur / Temperatura", and no word is one
    /// that the phenomenon denies: "SCD30" may stand beside "CO2", but makes "Temperatur" something else
    /// than air temperature. Nothing is guessed: one word that is not known, and the title is not.
    ///
    /// [`title::normalise`]: crate::title::normalise
    #[must_use]
    pub fn classify(&self, title: &str, unit: &str) -> Meaning {
        let Some(phenomenon) = self.lexicon.phenomenon(title) else {
            return Meaning::Unknown;
        };
        let spellings = &self.units[self.entries[phenomenon.index()].unit];
        match spellings.get(unit::normalise(unit).as_str()) {
            Some(&conversion) => Meaning::Measures { phenomenon, conversion },
            None => Meaning::UnitUnknown { phenomenon },
        }
    }

    /// One phenomenon.
    ///
    /// # Panics
    /// `id` is of another catalogue, which has more phenomena.
    #[must_use]
    pub fn phenomenon(&self, id: PhenomenonId) -> &Phenomenon {
        &self.entries[id.index()].phenomenon
    }

    /// The phenomenon with this slug.
    #[must_use]
    pub fn by_slug(&self, slug: &str) -> Option<PhenomenonId> {
        self.iter().find(|(_, phenomenon)| phenomenon.slug() == slug).map(|(id, _)| id)
    }

    /// All phenomena, in the order of the file, which is that of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (PhenomenonId, &Phenomenon)> {
        (0..).map(PhenomenonId).zip(self.entries.iter().map(|entry| &entry.phenomenon))
    }

    /// The number of phenomena, at least 1 and at most [`Catalogue::MAX_LEN`].
    #[expect(clippy::len_without_is_empty, reason = "a catalogue always has air temperature")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The most phenomena that a catalogue can have: sets of them are bits of one `u64`.
    pub const MAX_LEN: usize = 64;

    /// Air temperature, always in °C: what `/temperature` tells.
    #[must_use]
    pub fn air_temperature(&self) -> PhenomenonId {
        self.air_temperature
    }
}
