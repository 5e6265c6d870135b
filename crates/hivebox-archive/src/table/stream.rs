//! Writes a table block by block.

use std::fmt;
use std::sync::Arc;

use arrow_ipc::writer::StreamWriter;
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use super::block::Table;
use super::column::{TableColumn, schema};
use super::csv;
use super::error::TableError;

/// The format of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// CSV (RFC 4180).
    Csv,
    /// A Parquet file, compressed by zstd.
    Parquet,
    /// A stream of Arrow record batches.
    Arrow,
}

/// Turns the rows of a table into bytes.
///
/// ```
/// use hivebox_archive::{Cell, CellKind, Table, TableColumn, TableFormat, TableWriter};
///
/// const COLUMNS: [TableColumn; 1] = [TableColumn::new("mean", CellKind::Number, true, "°C", "The mean")];
/// let mut table = Table::new(&COLUMNS);
/// table.push([Cell::from(16.07)])?;
/// let mut writer = TableWriter::new(TableFormat::Csv, &COLUMNS, &[])?;
/// let mut bytes = writer.write(&mut table)?.to_vec();
/// bytes.extend_from_slice(&writer.finish()?);
/// assert_eq!(bytes, b"mean\n16.07\n");
/// # Ok::<(), hivebox_archive::TableError>(())
/// ```
pub struct TableWriter {
    columns: Arc<[TableColumn]>,
    to: TableSink,
}

enum TableSink {
    Csv { begun: bool },
    Parquet(Box<ArrowWriter<Vec<u8>>>),
    Arrow(Box<StreamWriter<Vec<u8>>>),
}

impl fmt::Debug for TableWriter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("TableWriter").field("columns", &self.columns).finish_non_exhaustive()
    }
}

impl TableWriter {
    /// Begins a table. `metadata` describes the whole table, in formats that support it.
    ///
    /// # Errors
    /// The columns cannot be written.
    pub fn new(
        format: TableFormat,
        columns: &[TableColumn],
        metadata: &[(String, String)],
    ) -> Result<Self, TableError> {
        let to = match format {
            TableFormat::Csv => TableSink::Csv { begun: false },
            TableFormat::Parquet => {
                let properties = file_properties(metadata)?;
                let writer = ArrowWriter::try_new(Vec::new(), schema(columns, &[]), Some(properties))?;
                TableSink::Parquet(Box::new(writer))
            }
            TableFormat::Arrow => {
                let writer = StreamWriter::try_new(Vec::new(), &schema(columns, metadata))?;
                TableSink::Arrow(Box::new(writer))
            }
        };
        Ok(Self { columns: columns.into(), to })
    }

    /// Takes the rows out of `table`; returns the bytes that can be sent now, possibly none.
    ///
    /// # Errors
    /// The rows cannot be written.
    pub fn write(&mut self, table: &mut Table) -> Result<Bytes, TableError> {
        let batch = table.batch()?;
        match &mut self.to {
            TableSink::Csv { begun } => {
                let mut bytes =
                    if std::mem::replace(begun, true) { Vec::new() } else { csv::names(&self.columns)? };
                bytes.extend_from_slice(&csv::rows(&self.columns, &batch)?);
                Ok(bytes.into())
            }
            TableSink::Parquet(writer) => {
                // A block becomes a row group, so that only one block waits here.
                writer.write(&batch)?;
                writer.flush()?;
                Ok(std::mem::take(writer.inner_mut()).into())
            }
            TableSink::Arrow(writer) => {
                writer.write(&batch)?;
                Ok(std::mem::take(writer.get_mut()).into())
            }
        }
    }

    /// Ends the table; returns the remaining bytes.
    ///
    /// # Errors
    /// The end cannot be written.
    pub fn finish(self) -> Result<Bytes, TableError> {
        match self.to {
            TableSink::Csv { begun: true } => Ok(Bytes::new()),
            TableSink::Csv { begun: false } => Ok(csv::names(&self.columns)?.into()),
            TableSink::Parquet(writer) => Ok(writer.into_inner()?.into()),
            TableSink::Arrow(writer) => Ok(writer.into_inner()?.into()),
        }
    }
}

/// The properties of Parquet files for users, with some metadata.
///
/// # Errors
/// The level of compression is invalid, which is a bug in HiveBox.
pub fn file_properties(metadata: &[(String, String)]) -> Result<WriterProperties, ParquetError> {
    let pairs = metadata.iter().map(|(key, value)| KeyValue::new(key.clone(), value.clone()));
    Ok(WriterProperties::builder()
        .set_created_by(concat!("hivebox ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_key_value_metadata(Some(pairs.collect()))
        .build())
}
