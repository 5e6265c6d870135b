//! What the readings of each hour come to: for the planet and for each of its cells, in one file a day.
//!
//! A row is an hour of a phenomenon in an exposure. Only readings count whose verdict is `ok`. The planet's rows stand first, in row
//! groups of their own, so that who asks for all boxes reads nothing else. All that is in a row can be added up over hours,
//! exposures and cells: [`COLUMNS`] says how.

mod build;
mod groups;
mod read;

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use hivebox_climate::histogram::{Histogram, HistogramError, Resolution};
use hivebox_climate::place::{Exposure, GeohashCell};
use hivebox_climate::quantity::Canonical;
use jiff::Timestamp;
use parquet::errors::ParquetError;

use crate::schema::described;

pub use build::{HourlyBuilder, HourlyFile, HourlyReading};
pub use read::read;

/// The version of the columns below, which each file carries as `hivebox.hourly`.
pub const HOURLY_VERSION: &str = "1";

/// All columns in their order in the file: name, unit, and what is in it, which each file tells too.
pub const COLUMNS: [(&str, &str, &str); 9] = [
    ("hour", "UTC, ms", "When the hour begins"),
    ("phenomenon", "", "What was measured"),
    ("exposure", "", "indoor, outdoor, mobile or unknown"),
    (
        "cell",
        "",
        "The first three characters of the geohash; empty text: boxes without a position; null: the planet, all boxes",
    ),
    ("count", "readings", "How many there are"),
    ("sum", "the phenomenon's", "Their sum; of directions it means nothing"),
    ("min", "the phenomenon's", "The lowest"),
    ("max", "the phenomenon's", "The highest"),
    ("sketch", "", "How often which value occurred, as hivebox-climate's Histogram writes it"),
];

/// The columns as Arrow has them.
pub fn schema() -> SchemaRef {
    let value = DataType::Decimal32(9, 2);
    let types = [
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        DataType::Utf8,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Int64,
        DataType::Decimal64(18, 2),
        value.clone(),
        value,
        DataType::Binary,
    ];
    let field = |((name, unit, description), data_type): ((&str, &str, &str), DataType)| {
        described(Field::new(name, data_type, name == "cell"), unit, description)
    };
    Arc::new(Schema::new(COLUMNS.into_iter().zip(types).map(field).collect::<Vec<_>>()))
}

/// Which boxes a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Area {
    /// All boxes, also those without a position.
    Planet,
    /// Those without a position.
    Nowhere,
    /// Those in a cell.
    GeohashCell(GeohashCell),
}

impl Area {
    /// As it stands in the column `cell`.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Planet => None,
            Self::Nowhere => Some(""),
            Self::GeohashCell(cell) => Some(cell.as_str()),
        }
    }

    fn from_text(text: Option<&str>) -> Option<Self> {
        match text {
            None => Some(Self::Planet),
            Some("") => Some(Self::Nowhere),
            Some(text) => GeohashCell::parse(text).map(Self::GeohashCell),
        }
    }
}

/// A row: what the readings of an hour come to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourlyRow {
    /// When the hour begins.
    pub hour: Timestamp,
    /// The phenomenon's slug.
    pub phenomenon: Box<str>,
    /// How the boxes are exposed.
    pub exposure: Exposure,
    /// Where they stand.
    pub area: Area,
    /// What their readings come to.
    pub sums: Sums,
}

/// What some readings come to, of which there is at least one. Values are in hundredths of the canonical unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sums {
    /// The sum.
    pub sum_hundredths: i64,
    /// The lowest.
    pub min_hundredths: i32,
    /// The highest.
    pub max_hundredths: i32,
    /// How many there are, and how they are distributed.
    pub values: Histogram,
}

impl Sums {
    fn of(hundredths: i32, resolution: Resolution) -> Self {
        let mut values = Histogram::new(resolution);
        values.add(canonical(hundredths));
        Self {
            sum_hundredths: hundredths.into(),
            min_hundredths: hundredths,
            max_hundredths: hundredths,
            values,
        }
    }

    /// Adds a reading. A sum of 32-bit numbers stays within 64 bits for 2^32 of them, which no day has.
    fn add(&mut self, hundredths: i32) {
        self.sum_hundredths += i64::from(hundredths);
        self.min_hundredths = self.min_hundredths.min(hundredths);
        self.max_hundredths = self.max_hundredths.max(hundredths);
        self.values.add(canonical(hundredths));
    }

    fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
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

/// Why a file of hours cannot be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HourlyError {
    /// A reading is not of the day: a fault of who gives the readings.
    #[error("a reading of {measured_at} does not belong to the day that begins at {day}")]
    OtherDay {
        /// When it was measured.
        measured_at: Timestamp,
        /// When the day begins.
        day: Timestamp,
    },
    /// Readings of a phenomenon do not stand together: a fault of who gives the readings.
    #[error("readings of {phenomenon} came in two parts: sort the readings by phenomenon")]
    Unsorted {
        /// The phenomenon's slug.
        phenomenon: Box<str>,
    },
    /// The file cannot be written or read as Parquet.
    #[error("the file of hours cannot be written or read: {0}")]
    Parquet(#[from] ParquetError),
    /// A sketch cannot be written, read or merged.
    #[error("the sketch of an hour cannot be used: {0}")]
    Sketch(#[from] HistogramError),
    /// A day or an hour lies outside of all time.
    #[error("an hour lies outside of all time: {0}")]
    Time(#[from] jiff::Error),
    /// The file has other columns or contents than this version writes.
    #[error("the file of hours is not as this version writes it ({0}): compact the day anew")]
    Contents(&'static str),
}

impl From<arrow_schema::ArrowError> for HourlyError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::Parquet(error.into())
    }
}
