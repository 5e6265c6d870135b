//! Why a table cannot be written.

use arrow_schema::ArrowError;

/// Why a table cannot be written, which is a bug in HiveBox.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A row does not match the columns.
    #[error("a row does not match the columns of its table: {0}")]
    Row(&'static str),
    /// Arrow fails.
    #[error("a table cannot be written: {0}")]
    Arrow(#[from] ArrowError),
    /// Parquet fails.
    #[error("a table cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// CSV fails.
    #[error("a table cannot be written: {0}")]
    Csv(#[from] csv::Error),
    /// Writing to memory fails.
    #[error("a table cannot be written: {0}")]
    Io(#[from] std::io::Error),
}
