//! Phenomena, and the titles and units by which sensors name them.
//!
//! `catalogue.toml` holds all knowledge about languages, chips and thresholds; the code holds none.
//! [`Catalogue::classify`] explains how a title is read.

mod error;
mod format;
mod lexicon;
mod phenomenon_set;
mod read;

use std::collections::HashMap;

use foldhash::fast::RandomState;

pub use error::CatalogueError;

use crate::phenomenon::{Phenomenon, PhenomenonId};
use crate::unit::{self, Conversion};
use lexicon::Lexicon;
use phenomenon_set::PhenomenonSet;

/// What a sensor measures, according to its title and unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Meaning {
    /// A known phenomenon in a known unit.
    Measures {
        /// The phenomenon.
        phenomenon: PhenomenonId,
        /// Converts the sensor's values to the phenomenon's canonical unit.
        conversion: Conversion,
    },
    /// A known phenomenon in a unit that cannot be converted, such as air temperature in %.
    UnitUnknown {
        /// The phenomenon.
        phenomenon: PhenomenonId,
    },
    /// The catalogue has no such phenomenon.
    Unknown,
}

impl Meaning {
    /// The phenomenon that the title names, whatever the unit; `None` if it names none.
    #[must_use]
    pub fn phenomenon(self) -> Option<PhenomenonId> {
        match self {
            Self::Measures { phenomenon, .. } | Self::UnitUnknown { phenomenon } => Some(phenomenon),
            Self::Unknown => None,
        }
    }

    /// The phenomenon that is measured in a known unit; `None` if there is none.
    pub(crate) fn measured(self) -> Option<PhenomenonId> {
        match self {
            Self::Measures { phenomenon, .. } => Some(phenomenon),
            Self::UnitUnknown { .. } | Self::Unknown => None,
        }
    }
}

/// All phenomena, with the titles and units that name them.
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
    entries: Vec<CatalogueEntry>,
    units: Vec<Spellings>,
    lexicon: Lexicon,
    by_unit: MeaningsByUnit,
    air_temperature: PhenomenonId,
}

/// A phenomenon and the index of its canonical unit.
#[derive(Debug, Clone)]
struct CatalogueEntry {
    phenomenon: Phenomenon,
    unit: usize,
}

/// Maps each normalised spelling of a unit to its conversion into one canonical unit.
type Spellings = HashMap<Box<str>, Conversion, RandomState>;

/// What the titles of a phenomenon name beside a unit, normalised, if not that phenomenon.
type MeaningsByUnit = HashMap<(PhenomenonId, Box<str>), PhenomenonId, RandomState>;

impl Catalogue {
    /// Tells what a sensor with this title and unit measures.
    ///
    /// The title is split into words (see [`title::normalise`]), which are read from the left. At
    /// each position the longest matching title of the catalogue wins. Every other word must be one
    /// of those allowed anywhere: a number, a single letter, a filler such as "sensor", the name of
    /// a chip, or a word that the phenomenon allows beside its titles.
    ///
    /// The title names a phenomenon if all words are used up, all titles found belong to that
    /// phenomenon (as in "Temperatur / Temperatura"), and no word is on its deny list: "SCD30" may
    /// stand beside "CO2", but "Temperatur SCD30" is not air temperature. Nothing is guessed: a
    /// single unknown word makes the title unknown. Where one title names two phenomena, such as
    /// "UV", the unit decides.
    ///
    /// [`title::normalise`]: crate::title::normalise
    #[must_use]
    pub fn classify(&self, title: &str, unit: &str) -> Meaning {
        let Some(named) = self.lexicon.phenomenon(title) else {
            return Meaning::Unknown;
        };
        let key = (named, unit::normalise(unit).into_boxed_str());
        let phenomenon = self.by_unit.get(&key).copied().unwrap_or(named);
        let spellings = &self.units[self.entries[phenomenon.index()].unit];
        match spellings.get(&*key.1) {
            Some(&conversion) => Meaning::Measures { phenomenon, conversion },
            None => Meaning::UnitUnknown { phenomenon },
        }
    }

    /// The phenomenon with this id.
    ///
    /// # Panics
    /// If `id` comes from a larger catalogue.
    #[must_use]
    pub fn phenomenon(&self, id: PhenomenonId) -> &Phenomenon {
        &self.entries[id.index()].phenomenon
    }

    /// The id of the phenomenon with this slug; `None` if there is none.
    #[must_use]
    pub fn by_slug(&self, slug: &str) -> Option<PhenomenonId> {
        self.iter().find(|(_, phenomenon)| phenomenon.slug() == slug).map(|(id, _)| id)
    }

    /// All phenomena in the order of the file, which is the order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = (PhenomenonId, &Phenomenon)> {
        (0..).map(PhenomenonId).zip(self.entries.iter().map(|entry| &entry.phenomenon))
    }

    /// The number of phenomena, from 1 to [`Catalogue::MAX_LEN`].
    #[expect(clippy::len_without_is_empty, reason = "a catalogue always has air temperature")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// The largest number of phenomena in a catalogue: a set of them is the bits of one `u64`.
    pub const MAX_LEN: usize = PhenomenonSet::CAPACITY;

    /// Air temperature, always in °C: what `/temperature` reports.
    #[must_use]
    pub fn air_temperature(&self) -> PhenomenonId {
        self.air_temperature
    }
}
