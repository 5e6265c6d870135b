//! A row of the hourly sums.

use hivebox_climate::histogram::{Histogram, HistogramError, Resolution};
use hivebox_climate::place::{Exposure, GeohashCell};
use hivebox_climate::quantity::Canonical;
use jiff::Timestamp;

/// The boxes that a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HourlyArea {
    /// All boxes, including those without a position.
    Planet,
    /// The boxes without a position.
    Nowhere,
    /// The boxes in a cell.
    GeohashCell(GeohashCell),
}

impl HourlyArea {
    /// Its text in the column `cell`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Planet => None,
            Self::Nowhere => Some(""),
            Self::GeohashCell(cell) => Some(cell.as_str()),
        }
    }

    pub(super) fn from_text(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Planet),
            Some("") => Some(Self::Nowhere),
            Some(text) => GeohashCell::parse(text).map(Self::GeohashCell),
        }
    }
}

/// A row: the sums over the readings of an hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourlyRow {
    /// When the hour begins.
    pub hour: Timestamp,
    /// The phenomenon's slug.
    pub phenomenon: Box<str>,
    /// The exposure of the boxes.
    pub exposure: Exposure,
    /// Where the boxes are.
    pub area: HourlyArea,
    /// The sums over their readings.
    pub sums: HourlySums,
}

/// The sums over at least one reading. Values are in hundredths of the canonical unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourlySums {
    /// The sum.
    pub sum_hundredths: i64,
    /// The minimum.
    pub min_hundredths: i32,
    /// The maximum.
    pub max_hundredths: i32,
    /// Their number and distribution.
    pub values: Histogram,
}

impl HourlySums {
    pub(super) fn of(hundredths: i32, resolution: Resolution) -> Self {
        let mut values = Histogram::new(resolution);
        values.add(canonical(hundredths));
        Self {
            sum_hundredths: hundredths.into(),
            min_hundredths: hundredths,
            max_hundredths: hundredths,
            values,
        }
    }

    /// Adds a reading. 64 bits hold the sum of 2^32 32-bit numbers, and no day has so many readings.
    pub(super) fn add(&mut self, hundredths: i32) {
        self.sum_hundredths += i64::from(hundredths);
        self.min_hundredths = self.min_hundredths.min(hundredths);
        self.max_hundredths = self.max_hundredths.max(hundredths);
        self.values.add(canonical(hundredths));
    }

    pub(super) fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
        self.values.merge(&other.values)?;
        self.sum_hundredths += other.sum_hundredths;
        self.min_hundredths = self.min_hundredths.min(other.min_hundredths);
        self.max_hundredths = self.max_hundredths.max(other.max_hundredths);
        Ok(())
    }
}

fn canonical(hundredths: i32) -> Canonical {
    Canonical(f64::from(hundredths) / 100.0)
}
