//! The columns of a file, and what is known of them without reading them.

use parquet::arrow::ProjectionMask;
use parquet::data_type::ByteArray;
use parquet::file::metadata::{ParquetMetaData, RowGroupMetaData};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::schema::types::SchemaDescriptor;

use super::error::QueryError;
use super::files::DataFile;
use super::footers::damaged;

/// The place of a column.
///
/// # Errors
/// The file has none of this name.
pub(super) fn place(file: &DataFile, metadata: &ParquetMetaData, name: &str) -> Result<usize, QueryError> {
    let columns = metadata.file_metadata().schema_descr();
    let found = (0..columns.num_columns()).find(|&place| columns.column(place).path().string() == name);
    found.ok_or_else(|| damaged(&file.path, &format_args!("it has no column {name}")))
}

/// Only these columns.
pub(super) fn only(schema: &SchemaDescriptor, places: &[usize]) -> ProjectionMask {
    ProjectionMask::leaves(schema, places.iter().copied())
}

/// The least and the greatest text of a column, which are not always texts that it has; `None` if nothing is known.
pub(super) fn texts(group: &RowGroupMetaData, column: usize) -> Option<(&str, &str)> {
    let statistics = text_statistics(group, column)?;
    let min = std::str::from_utf8(statistics.min_opt()?.data()).ok()?;
    let max = std::str::from_utf8(statistics.max_opt()?.data()).ok()?;
    Some((min, max))
}

/// The text that all rows have, if that is known.
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

/// The least and the greatest number of a column.
pub(super) fn integers(group: &RowGroupMetaData, column: usize) -> Option<(i64, i64)> {
    match group.column(column).statistics()? {
        Statistics::Int64(statistics) => Some((*statistics.min_opt()?, *statistics.max_opt()?)),
        _ => None,
    }
}

/// How many rows have nothing in a column.
pub(super) fn nulls(group: &RowGroupMetaData, column: usize) -> Option<u64> {
    group.column(column).statistics()?.null_count_opt()
}
