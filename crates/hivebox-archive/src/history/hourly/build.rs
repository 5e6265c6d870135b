//! Sums up the readings of a day.

use std::collections::{BTreeMap, HashMap};

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::histogram::Resolution;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, GeohashCell, Position};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::groups::File;
use super::{Area, HourlyError, HourlyRow, Sums};

const HOURS: usize = 24;
const HOUR_MILLIS: i64 = 3_600_000;

/// A reading that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourlyReading {
    /// What was measured.
    pub phenomenon: PhenomenonId,
    /// How the box is exposed.
    pub exposure: Exposure,
    /// Where the box stood, if that is known.
    pub position: Option<Position>,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The value in hundredths of the canonical unit.
    pub hundredths: i32,
}

/// A file of hours, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourlyFile {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// The number of rows.
    pub rows: u64,
}

/// Sums up the readings of a UTC day, which must come phenomenon by phenomenon: so no more than the sums of one phenomenon
/// are in memory, beside what is already Parquet. It is fastest if the readings of a sensor come one after the other.
#[derive(Debug)]
pub struct HourlyBuilder<'a> {
    catalogue: &'a Catalogue,
    day: Timestamp,
    current: Option<OfPhenomenon>,
    /// Whose readings have been written, by their places in the catalogue.
    written: Vec<bool>,
    file: File,
}

/// What a part of the boxes of a phenomenon measured, hour by hour.
type Day = [Option<Sums>; HOURS];

#[derive(Debug)]
struct OfPhenomenon {
    id: PhenomenonId,
    resolution: Resolution,
    days: Vec<Day>,
    places: HashMap<(Area, Exposure), usize>,
    /// The last place that was looked up: mostly it is the next one, too.
    last: Option<((Area, Exposure), usize)>,
}

impl<'a> HourlyBuilder<'a> {
    /// Nothing yet, of a UTC day.
    ///
    /// # Errors
    /// The day is outside of all time, or Parquet cannot be written.
    pub fn new(catalogue: &'a Catalogue, day: Date) -> Result<Self, HourlyError> {
        let day = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
        let written = vec![false; catalogue.len()];
        Ok(Self { catalogue, day, current: None, written, file: File::new()? })
    }

    /// Adds a reading that counts: its verdict is `ok`, and it has not been added before.
    ///
    /// # Errors
    /// It is of another day, or its phenomenon was here before and is not the last one.
    pub fn add(&mut self, reading: &HourlyReading) -> Result<(), HourlyError> {
        if self.current.as_ref().is_none_or(|current| current.id != reading.phenomenon) {
            self.begin(reading.phenomenon)?;
        }
        let since = reading.measured_at.as_millisecond() - self.day.as_millisecond();
        let hour = usize::try_from(since.div_euclid(HOUR_MILLIS)).ok().filter(|hour| *hour < HOURS);
        let (Some(hour), Some(current)) = (hour, &mut self.current) else {
            return Err(HourlyError::OtherDay { measured_at: reading.measured_at, day: self.day });
        };
        current.add(hour, reading);
        Ok(())
    }

    fn begin(&mut self, phenomenon: PhenomenonId) -> Result<(), HourlyError> {
        self.flush()?;
        let known = self.catalogue.phenomenon(phenomenon);
        if std::mem::replace(&mut self.written[phenomenon.index()], true) {
            return Err(HourlyError::Unsorted { phenomenon: known.slug().into() });
        }
        self.current = Some(OfPhenomenon {
            id: phenomenon,
            resolution: known.sketch_resolution(),
            days: Vec::new(),
            places: HashMap::new(),
            last: None,
        });
        Ok(())
    }

    fn flush(&mut self) -> Result<(), HourlyError> {
        let Some(current) = self.current.take() else { return Ok(()) };
        let slug = self.catalogue.phenomenon(current.id).slug();
        let day = self.day.as_millisecond();
        let row = |hour: usize, exposure, area, sums| {
            let hour = Timestamp::from_millisecond(day + hour as i64 * HOUR_MILLIS)?;
            Ok::<_, HourlyError>(HourlyRow { hour, phenomenon: slug.into(), exposure, area, sums })
        };
        let mut planet: BTreeMap<(&str, usize), (Exposure, Sums)> = BTreeMap::new();
        for (area, exposure, sums) in current.sorted() {
            for (hour, sums) in sums.into_iter().enumerate().filter_map(|(hour, sums)| Some((hour, sums?))) {
                match planet.get_mut(&(exposure.slug(), hour)) {
                    Some((_, all)) => all.merge(&sums)?,
                    None => drop(planet.insert((exposure.slug(), hour), (exposure, sums.clone()))),
                }
                self.file.cells.push(&row(hour, exposure, area, sums)?)?;
            }
        }
        for ((_, hour), (exposure, sums)) in planet {
            self.file.planet.push(&row(hour, exposure, Area::Planet, sums)?)?;
        }
        Ok(())
    }

    /// The file.
    ///
    /// # Errors
    /// Parquet cannot be written.
    pub fn finish(mut self) -> Result<HourlyFile, HourlyError> {
        self.flush()?;
        self.file.finish()
    }
}

impl OfPhenomenon {
    fn add(&mut self, hour: usize, reading: &HourlyReading) {
        let area =
            reading.position.map_or(Area::Nowhere, |position| Area::GeohashCell(GeohashCell::of(position)));
        let key = (area, reading.exposure);
        let place = self.last.filter(|(last, _)| *last == key).map(|(_, place)| place);
        let place = place.unwrap_or_else(|| self.look_up(key));
        match &mut self.days[place][hour] {
            Some(sums) => sums.add(reading.hundredths),
            none => *none = Some(Sums::of(reading.hundredths, self.resolution)),
        }
    }

    fn look_up(&mut self, key: (Area, Exposure)) -> usize {
        let place = *self.places.entry(key).or_insert_with(|| {
            self.days.push([const { None }; HOURS]);
            self.days.len() - 1
        });
        self.last = Some((key, place));
        place
    }

    /// By area and exposure, so that the file is the same whatever order the boxes came in.
    fn sorted(mut self) -> impl Iterator<Item = (Area, Exposure, Day)> {
        let mut keys: Vec<_> = self.places.into_iter().collect();
        keys.sort_unstable_by_key(|((area, exposure), _)| (*area, exposure.slug()));
        keys.into_iter().map(move |((area, exposure), place)| {
            (area, exposure, std::mem::replace(&mut self.days[place], [const { None }; HOURS]))
        })
    }
}
