//! The columns of a file, and what its footer says about them.

use parquet::arrow::ProjectionMask;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::schema::types::SchemaDescriptor;

use super::error::QueryError;
use super::files::DataFile;

/// The index of a column.
///
/// # Errors
/// The file has no column of this name.
pub(super) fn place(file: &DataFile, metadata: &ParquetMetaData, name: &str) -> Result<usize, QueryError> {
    let columns = metadata.file_metadata().schema_descr();
    let found = (0..columns.num_columns()).find(|&place| columns.column(place).path().string() == name);
    found.ok_or_else(|| QueryError::damaged(&file.path, &format_args!("it has no column {name}")))
}

/// Selects the columns with these indices.
pub(super) fn only(schema: &SchemaDescriptor, places: &[usize]) -> ProjectionMask {
    ProjectionMask::leaves(schema, places.iter().copied())
}

/// A lower and an upper bound of a column's texts; `None` if the footer has none.
pub(super) fn texts(group: &RowGroupMetaData, column: usize) -> Option<(&str, &str)> {
    let statistics = text_statistics(group, column)?;
    let min = std::str::from_utf8(statistics.min_opt()?.data()).ok()?;
    let max = std::str::from_utf8(statistics.max_opt()?.data()).ok()?;
    Some((min, max))
}

/// The text that all rows share, if the footer says so.
pub(super) fn only_text(group: &RowGroupMetaData, column: usize) -> Option<&str> {
    let statistics = text_statistics(group, column)?;
    let exact =
        statistics.min_is_exact() && statistics.max_is_exact() && statistics.null_count_opt() == Some(0);
    let (min, max) = texts(group, column)?;
    (exact && min == max).then_some(min)
}

fn text_statistics(group: &RowGroupMetaData, column: usize) -> Option<&ValueStatistics<ByteArray>> {
    match group.column(column).statistics()? {
        Statistics::ByteArray(statistics) => Some(statistics),
        _ => None,
    }
}

/// The minimum and the maximum of a column; `None` if the footer has none.
pub(super) fn integers(group: &RowGroupMetaData, column: usize) -> Option<(i64, i64)> {
    match group.column(column).statistics()? {
        Statistics::Int64(statistics) => Some((*statistics.min_opt()?, *statistics.max_opt()?)),
        _ => None,
    }
}

/// How many rows are null in a column; `None` if the footer does not say.
pub(super) fn nulls(group: &RowGroupMetaData, column: usize) -> Option<u64> {
    group.column(column).statistics()?.null_count_opt()
}
