//! Writes the hourly sums as Parquet: the planet's rows first, although they are known last.
//!
//! Both kinds of rows are encoded and compressed as they come, and put into the file one after the other at the end.

use std::sync::Arc;

use arrow_array::builder::{
    BinaryBuilder, Decimal32Builder, Decimal64Builder, Int64Builder, StringBuilder,
    TimestampMillisecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::columns::{HOURLY_VERSION, schema};
use super::error::HourlyError;
use super::row::HourlyRow;

/// This many rows become columns at a time.
const BATCH_ROWS: usize = 1024;
/// This many rows have their own statistics, by which a reader skips phenomena and cells.
const PAGE_ROWS: usize = 1024;
/// The most rows of a row group: some megabytes.
const GROUP_ROWS: usize = 128 * BATCH_ROWS;

/// A file of hourly sums, as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HourlyFile {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// The number of rows.
    pub rows: u64,
}

/// Writes the file.
#[derive(Debug)]
pub(super) struct HourlyWriter {
    writer: SerializedFileWriter<Vec<u8>>,
    pub(super) planet: Groups,
    pub(super) cells: Groups,
}

impl HourlyWriter {
    pub(super) fn new() -> Result<Self, HourlyError> {
        let writer =
            || ArrowWriter::try_new(Vec::new(), schema(), Some(properties()?))?.into_serialized_writer();
        let ((writer, planet), (_, cells)) = (writer()?, writer()?);
        Ok(Self { writer, planet: Groups::new(planet), cells: Groups::new(cells) })
    }

    pub(super) fn finish(self) -> Result<HourlyFile, HourlyError> {
        let Self { mut writer, planet, cells } = self;
        let mut rows = 0;
        for groups in [planet, cells] {
            rows += groups.rows;
            for chunks in groups.close()? {
                let mut group = writer.next_row_group()?;
                for chunk in chunks {
                    chunk.append_to_row_group(&mut group)?;
                }
                group.close()?;
            }
        }
        Ok(HourlyFile { bytes: writer.into_inner()?, rows })
    }
}

/// Row groups: the finished ones, and the one that is being written.
#[derive(Debug)]
pub(super) struct Groups {
    factory: ArrowRowGroupWriterFactory,
    closed: Vec<Vec<ArrowColumnChunk>>,
    columns: Vec<ArrowColumnWriter>,
    rows_in_group: usize,
    batch: HourlyBatch,
    rows: u64,
}

impl Groups {
    fn new(factory: ArrowRowGroupWriterFactory) -> Self {
        let batch = HourlyBatch::default();
        Self { factory, closed: Vec::new(), columns: Vec::new(), rows_in_group: 0, batch, rows: 0 }
    }

    pub(super) fn push(&mut self, row: &HourlyRow) -> Result<(), HourlyError> {
        self.batch.push(row)?;
        self.rows += 1;
        if self.batch.rows == BATCH_ROWS { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), HourlyError> {
        if self.columns.is_empty() {
            self.columns = self.factory.create_column_writers(self.closed.len())?;
        }
        self.rows_in_group += self.batch.rows;
        let batch = std::mem::take(&mut self.batch).finish()?;
        let schema = batch.schema();
        for ((column, field), writer) in batch.columns().iter().zip(schema.fields()).zip(&mut self.columns) {
            for leaf in compute_leaves(field, column)? {
                writer.write(&leaf)?;
            }
        }
        if self.rows_in_group >= GROUP_ROWS { self.close_group() } else { Ok(()) }
    }

    fn close_group(&mut self) -> Result<(), HourlyError> {
        let columns = std::mem::take(&mut self.columns).into_iter();
        self.closed.push(columns.map(ArrowColumnWriter::close).collect::<Result<_, _>>()?);
        self.rows_in_group = 0;
        Ok(())
    }

    fn close(mut self) -> Result<Vec<Vec<ArrowColumnChunk>>, HourlyError> {
        if self.batch.rows > 0 {
            self.write()?;
        }
        if self.rows_in_group > 0 {
            self.close_group()?;
        }
        Ok(self.closed)
    }
}

fn properties() -> Result<WriterProperties, ParquetError> {
    let numbers = ["hour", "count", "sum", "min", "max"].map(|name| (name, Encoding::DELTA_BINARY_PACKED));
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("hivebox ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(9)?))
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_write_batch_size(PAGE_ROWS)
        .set_key_value_metadata(Some(vec![KeyValue::new(
            "hivebox.hourly".into(),
            HOURLY_VERSION.to_owned(),
        )]));
    for (name, encoding) in numbers.into_iter().chain([("sketch", Encoding::DELTA_LENGTH_BYTE_ARRAY)]) {
        let column = ColumnPath::from(name);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, encoding);
    }
    Ok(properties.build())
}

#[derive(Debug, Default)]
struct HourlyBatch {
    hour: TimestampMillisecondBuilder,
    phenomenon: StringBuilder,
    exposure: StringBuilder,
    cell: StringBuilder,
    count: Int64Builder,
    sum: Decimal64Builder,
    min: Decimal32Builder,
    max: Decimal32Builder,
    sketch: BinaryBuilder,
    rows: usize,
}

impl HourlyBatch {
    fn push(&mut self, row: &HourlyRow) -> Result<(), HourlyError> {
        let sketch = row.sums.values.to_bytes()?;
        self.hour.append_value(row.hour.as_millisecond());
        self.phenomenon.append_value(&row.phenomenon);
        self.exposure.append_value(row.exposure.slug());
        self.cell.append_option(row.area.text());
        self.count.append_value(row.sums.values.count() as i64);
        self.sum.append_value(row.sums.sum_hundredths);
        self.min.append_value(row.sums.min_hundredths);
        self.max.append_value(row.sums.max_hundredths);
        self.sketch.append_value(sketch);
        self.rows += 1;
        Ok(())
    }

    /// The columns in the order of [`COLUMNS`](super::COLUMNS).
    fn finish(mut self) -> Result<RecordBatch, HourlyError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.hour.with_timezone("UTC").finish()),
            Arc::new(self.phenomenon.finish()),
            Arc::new(self.exposure.finish()),
            Arc::new(self.cell.finish()),
            Arc::new(self.count.finish()),
            Arc::new(self.sum.finish().with_precision_and_scale(18, 2)?),
            Arc::new(self.min.finish().with_precision_and_scale(9, 2)?),
            Arc::new(self.max.finish().with_precision_and_scale(9, 2)?),
            Arc::new(self.sketch.finish()),
        ];
        Ok(RecordBatch::try_new(schema(), columns)?)
    }
}
