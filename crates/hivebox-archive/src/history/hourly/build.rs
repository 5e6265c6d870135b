//! Sums up the readings of a day.

use std::collections::{BTreeMap, HashMap};

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::histogram::Resolution;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::place::{Exposure, GeohashCell, Position};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::error::HourlyError;
use super::row::{HourlyArea, HourlyRow, HourlySums};
use super::write::{HourlyFile, HourlyWriter};

const HOURS: usize = 24;
const HOUR_MILLIS: i64 = 3_600_000;

/// A reading that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HourlyReading {
    /// What was measured.
    pub phenomenon: PhenomenonId,
    /// The exposure of the box.
    pub exposure: Exposure,
    /// The position of the box, if it is known.
    pub position: Option<Position>,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The value in hundredths of the canonical unit.
    pub hundredths: i32,
}

/// Sums up the readings of a UTC day. They must come phenomenon by phenomenon, so that only the sums of one phenomenon are in
/// memory beside finished Parquet. It is fastest if the readings of a sensor are adjacent.
#[derive(Debug)]
pub struct HourlyBuilder<'a> {
    catalogue: &'a Catalogue,
    day: Timestamp,
    current: Option<PhenomenonDay>,
    /// Whether the readings of each phenomenon have been written, by its index in the catalogue.
    written: Vec<bool>,
    file: HourlyWriter,
}

/// The sums of each hour of the day.
type DaySums = [Option<HourlySums>; HOURS];

#[derive(Debug)]
struct PhenomenonDay {
    id: PhenomenonId,
    resolution: Resolution,
    days: Vec<DaySums>,
    places: HashMap<(HourlyArea, Exposure), usize>,
    /// The last lookup, because most readings need the same as the one before.
    last: Option<((HourlyArea, Exposure), usize)>,
}

impl<'a> HourlyBuilder<'a> {
    /// The sums of a UTC day, without any readings yet.
    ///
    /// # Errors
    /// The day is out of range, or Parquet cannot be written.
    pub fn new(catalogue: &'a Catalogue, day: Date) -> Result<Self, HourlyError> {
        let day = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0))?;
        let written = vec![false; catalogue.len()];
        Ok(Self { catalogue, day, current: None, written, file: HourlyWriter::new()? })
    }

    /// Adds a reading with the verdict `ok` that has not been added before.
    ///
    /// # Errors
    /// It belongs to another day, or readings of another phenomenon came since the last one of its phenomenon.
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
        self.current = Some(PhenomenonDay {
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
        let mut planet: BTreeMap<(&str, usize), (Exposure, HourlySums)> = BTreeMap::new();
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
            self.file.planet.push(&row(hour, exposure, HourlyArea::Planet, sums)?)?;
        }
        Ok(())
    }

    /// Finishes the file.
    ///
    /// # Errors
    /// Parquet cannot be written.
    pub fn finish(mut self) -> Result<HourlyFile, HourlyError> {
        self.flush()?;
        self.file.finish()
    }
}

impl PhenomenonDay {
    fn add(&mut self, hour: usize, reading: &HourlyReading) {
        let area = reading
            .position
            .map_or(HourlyArea::Nowhere, |position| HourlyArea::GeohashCell(GeohashCell::of(position)));
        let key = (area, reading.exposure);
        let place = self.last.filter(|(last, _)| *last == key).map(|(_, place)| place);
        let place = place.unwrap_or_else(|| self.look_up(key));
        match &mut self.days[place][hour] {
            Some(sums) => sums.add(reading.hundredths),
            none => *none = Some(HourlySums::of(reading.hundredths, self.resolution)),
        }
    }

    fn look_up(&mut self, key: (HourlyArea, Exposure)) -> usize {
        let place = *self.places.entry(key).or_insert_with(|| {
            self.days.push([const { None }; HOURS]);
            self.days.len() - 1
        });
        self.last = Some((key, place));
        place
    }

    /// The sums sorted by area and exposure, so that the file does not depend on the order of the boxes.
    fn sorted(mut self) -> impl Iterator<Item = (HourlyArea, Exposure, DaySums)> {
        let mut keys: Vec<_> = self.places.into_iter().collect();
        keys.sort_unstable_by_key(|((area, exposure), _)| (*area, exposure.slug()));
        keys.into_iter().map(move |((area, exposure), place)| {
            (area, exposure, std::mem::replace(&mut self.days[place], [const { None }; HOURS]))
        })
    }
}
