//! Why hourly sums fail.

use hivebox_climate::histogram::HistogramError;
use jiff::Timestamp;
use parquet::errors::ParquetError;

/// Why a file of hourly sums cannot be made or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HourlyError {
    /// A reading belongs to another day: a bug in the caller.
    #[error("a reading of {measured_at} is not from the day that begins at {day}")]
    OtherDay {
        /// When it was measured.
        measured_at: Timestamp,
        /// When the day begins.
        day: Timestamp,
    },
    /// The readings of a phenomenon are not adjacent: a bug in the caller.
    #[error("the readings of {phenomenon} are not adjacent: sort the readings by phenomenon")]
    Unsorted {
        /// The phenomenon's slug.
        phenomenon: Box<str>,
    },
    /// The file cannot be written or read as Parquet.
    #[error("the file of hourly sums cannot be written or read: {0}")]
    Parquet(#[from] ParquetError),
    /// A histogram cannot be written, read or merged.
    #[error("the histogram of an hour cannot be used: {0}")]
    Sketch(#[from] HistogramError),
    /// A day or an hour is out of range.
    #[error("an hour is out of range: {0}")]
    Time(#[from] jiff::Error),
    /// The file was not written by this version of HiveBox.
    #[error("this version of HiveBox did not write the file of hourly sums ({0}): compact the day again")]
    Contents(&'static str),
}

impl From<arrow_schema::ArrowError> for HourlyError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::Parquet(error.into())
    }
}
