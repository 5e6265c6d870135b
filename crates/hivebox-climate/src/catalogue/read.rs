//! Reads a catalogue and rejects one that contradicts itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::error::CatalogueError;
use super::lexicon::{Lexicon, TitleRules};
use super::{Catalogue, CatalogueEntry, MeaningsByUnit, Spellings, format};
use crate::phenomenon::{Phenomenon, PhenomenonId, SensorError};
use crate::unit::{self, Conversion};

static BUILTIN: LazyLock<Catalogue> = LazyLock::new(|| {
    // The text is part of the program, and every test of the catalogue would fail if it did not
    // parse.
    Catalogue::parse(include_str!("../../catalogue.toml")).expect("the built-in catalogue is valid")
});

impl Catalogue {
    /// The built-in catalogue, read from `catalogue.toml` on first use.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Parses a catalogue in the format of the built-in `catalogue.toml`.
    ///
    /// # Errors
    /// [`CatalogueError`] if the text is not TOML in that format, or contradicts itself.
    pub fn parse(toml: &str) -> Result<Self, CatalogueError> {
        read_catalogue(toml)
    }
}

fn read_catalogue(toml: &str) -> Result<Catalogue, CatalogueError> {
    let file: format::CatalogueToml = toml::from_str(toml)?;
    if file.phenomena.len() > Catalogue::MAX_LEN {
        return Err(CatalogueError::TooMany(file.phenomena.len()));
    }
    let (unit_numbers, units) = read_units(&file.units)?;
    let mut entries: Vec<CatalogueEntry> = Vec::with_capacity(file.phenomena.len());
    for phenomenon in &file.phenomena {
        if entries.iter().any(|entry| entry.phenomenon.slug() == phenomenon.slug) {
            return Err(CatalogueError::SlugTwice(phenomenon.slug.clone()));
        }
        let unit = *unit_numbers.get(phenomenon.unit.as_str()).ok_or_else(|| {
            CatalogueError::UnitNotListed { slug: phenomenon.slug.clone(), unit: phenomenon.unit.clone() }
        })?;
        let spellings = &units[unit];
        entries.push(CatalogueEntry { phenomenon: read_phenomenon(phenomenon, spellings)?, unit });
    }
    let by_unit = read_by_unit(&file.phenomena, &entries, &units)?;
    let air_temperature = find_air_temperature(&entries)?;
    let lexicon = read_lexicon(&file)?;
    Ok(Catalogue { entries, units, lexicon, by_unit, air_temperature })
}

fn read_units(units: &[format::UnitToml]) -> Result<(HashMap<&str, usize>, Vec<Spellings>), CatalogueError> {
    let mut numbers = HashMap::with_capacity(units.len());
    let mut all = Vec::with_capacity(units.len());
    for unit in units {
        if numbers.insert(unit.symbol.as_str(), all.len()).is_some() {
            return Err(CatalogueError::UnitTwice(unit.symbol.clone()));
        }
        all.push(read_spellings(unit)?);
    }
    Ok((numbers, all))
}

fn read_spellings(unit: &format::UnitToml) -> Result<Spellings, CatalogueError> {
    let mut spellings = Spellings::default();
    let mut add = |spelling: &str, conversion| match spellings
        .insert(unit::normalise(spelling).into_boxed_str(), conversion)
    {
        None => Ok(()),
        Some(_) => {
            Err(CatalogueError::SpellingTwice { unit: unit.symbol.clone(), spelling: spelling.to_owned() })
        }
    };
    add(&unit.symbol, Conversion::IDENTITY)?;
    for spelling in &unit.spellings {
        add(spelling, Conversion::IDENTITY)?;
    }
    for &format::ConvertedToml { scale, offset, ref spellings } in &unit.converted {
        let conversion = Conversion::new(scale, offset).ok_or_else(|| CatalogueError::NoConversion {
            unit: unit.symbol.clone(),
            scale,
            offset,
        })?;
        for spelling in spellings {
            add(spelling, conversion)?;
        }
    }
    Ok(spellings)
}

fn read_phenomenon(
    written: &format::PhenomenonToml,
    spellings: &Spellings,
) -> Result<Phenomenon, CatalogueError> {
    let in_slug = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    if written.slug.is_empty() || !written.slug.chars().all(in_slug) {
        return Err(CatalogueError::MalformedSlug(written.slug.clone()));
    }
    let range = |bounds: [f64; 2]| {
        format::range(bounds).ok_or_else(|| CatalogueError::NoRange {
            slug: written.slug.clone(),
            from: bounds[0],
            to: bounds[1],
        })
    };
    Ok(Phenomenon {
        slug: written.slug.as_str().into(),
        name: written.name.as_str().into(),
        unit: written.unit.as_str().into(),
        plausible: range(written.plausible)?,
        sentinels: written
            .sentinels
            .iter()
            .map(|sentinel| range(sentinel.bounds()))
            .collect::<Result<_, CatalogueError>>()?,
        is_direction: written.is_direction,
        is_skewed: written.is_skewed,
        sensor_error: written
            .sensor_error
            .map(|error| read_sensor_error(&written.slug, error))
            .transpose()?,
        mend: written
            .mistaken_unit
            .as_deref()
            .map(|unit| conversion(&written.slug, unit, spellings))
            .transpose()?,
    })
}

fn conversion(slug: &str, unit: &str, spellings: &Spellings) -> Result<Conversion, CatalogueError> {
    let found = spellings.get(unit::normalise(unit).as_str()).copied();
    found.ok_or_else(|| CatalogueError::UnitNotListed { slug: slug.to_owned(), unit: unit.to_owned() })
}

fn read_by_unit(
    phenomena: &[format::PhenomenonToml],
    entries: &[CatalogueEntry],
    units: &[Spellings],
) -> Result<MeaningsByUnit, CatalogueError> {
    let mut by_unit = MeaningsByUnit::default();
    for (index, phenomenon) in phenomena.iter().enumerate() {
        let Some(other) = &phenomenon.in_units_of else { continue };
        let meant = id_of(entries, &other.slug);
        let meant = meant.ok_or_else(|| CatalogueError::NoSuchPhenomenon(other.slug.clone()))?;
        for unit in &other.units {
            conversion(&other.slug, unit, &units[entries[meant.index()].unit])?;
            let key = (PhenomenonId(index as u8), unit::normalise(unit).into_boxed_str());
            by_unit.insert(key, meant);
        }
    }
    Ok(by_unit)
}

fn id_of(entries: &[CatalogueEntry], slug: &str) -> Option<PhenomenonId> {
    let index = entries.iter().position(|entry| entry.phenomenon.slug() == slug)?;
    Some(PhenomenonId(index as u8))
}

fn read_sensor_error(slug: &str, written: format::SensorErrorToml) -> Result<SensorError, CatalogueError> {
    let format::SensorErrorToml { absolute, relative } = written;
    let is_error = absolute.is_finite() && absolute > 0.0 && relative.is_finite() && relative >= 0.0;
    is_error.then_some(SensorError { absolute, relative }).ok_or_else(|| CatalogueError::NoSensorError {
        slug: slug.to_owned(),
        absolute,
        relative,
    })
}

fn find_air_temperature(entries: &[CatalogueEntry]) -> Result<PhenomenonId, CatalogueError> {
    let id = id_of(entries, "air_temperature").ok_or(CatalogueError::NoAirTemperature)?;
    match entries[id.index()].phenomenon.unit() {
        "°C" => Ok(id),
        unit => Err(CatalogueError::AirTemperatureNotCelsius(unit.to_owned())),
    }
}

fn read_lexicon(file: &format::CatalogueToml) -> Result<Lexicon, CatalogueError> {
    let rules: Vec<_> = file
        .phenomena
        .iter()
        .map(|phenomenon| TitleRules {
            slug: &phenomenon.slug,
            titles: &phenomenon.titles,
            beside: &phenomenon.beside,
            deny: &phenomenon.deny,
        })
        .collect();
    Lexicon::new(&file.words.fillers, &file.words.chips, &rules)
}
