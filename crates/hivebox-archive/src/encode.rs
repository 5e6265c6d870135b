//! Writes readings as Parquet.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Reading, Readings};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::schema::types::ColumnPath;

use crate::schema::{SCHEMA_KEY, SCHEMA_VERSION, schema};
use crate::seal;

/// How many rows become columns at a time, which bounds the memory.
const BATCH_ROWS: usize = 4096;

/// Large enough that each column is one page, so that compression finds repetitions anywhere in it.
const PAGE_BYTES: usize = 16 << 20;

/// The columns without a dictionary, with their encoding and their level of compression. Values that all sensors of a box
/// share are plain, because zstd finds the repetition there, but not in a dictionary's bit-packed indices. The ids of a box's
/// sensors are consecutive, so only their ends differ. Higher levels take twice the time to save 2 % of the bytes.
const LAID_OUT: [(&str, Encoding, i32); 7] = [
    ("box_id", Encoding::PLAIN, 9),
    ("box_name", Encoding::PLAIN, 9),
    ("latitude", Encoding::PLAIN, 3),
    ("longitude", Encoding::PLAIN, 3),
    ("height", Encoding::PLAIN, 9),
    ("sensor_id", Encoding::DELTA_BYTE_ARRAY, 9),
    ("measured_at", Encoding::PLAIN, 9),
];

/// A snapshot in its stored form.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) file: Vec<u8>,
    pub(crate) rows: u64,
}

/// Writes all current readings, whatever their verdict, as one Parquet file. The same readings give the same bytes, in
/// whatever order they come.
pub(crate) fn encode(readings: &Readings, catalogue: &Catalogue) -> Result<Encoded, ParquetError> {
    let mut current: Vec<_> = readings.iter().filter(|reading| reading.verdict().is_current()).collect();
    // Ids begin with the time of their creation, so neighbours share most of their digits.
    current.sort_by_key(|reading| (reading.box_id(), reading.sensor_id()));
    let mut writer = ArrowWriter::try_new(Vec::new(), schema(), Some(properties(readings.as_of())?))?;
    for rows in current.chunks(BATCH_ROWS) {
        let mut batch = SnapshotBatch::default();
        for reading in rows {
            batch.push(reading, readings.as_of(), catalogue);
        }
        writer.write(&batch.finish()?)?;
    }
    let mut file = writer.into_inner()?;
    if seal::seal(&mut file) {
        Ok(Encoded { file, rows: current.len() as u64 })
    } else {
        Err(ParquetError::General("the footer has no room for the checksum".into()))
    }
}

fn properties(as_of: Timestamp) -> Result<WriterProperties, ParquetError> {
    let metadata = [
        (SCHEMA_KEY, SCHEMA_VERSION.to_owned()),
        ("hivebox.snapshot_at", as_of.to_string()),
        (seal::KEY, seal::PLACEHOLDER.to_owned()),
    ];
    let mut properties = WriterProperties::builder()
        .set_created_by(concat!("hivebox ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(zstd(3)?)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_data_page_row_count_limit(usize::MAX)
        .set_dictionary_page_size_limit(PAGE_BYTES)
        .set_key_value_metadata(Some(
            metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value)).into(),
        ));
    for (name, encoding, level) in LAID_OUT {
        let column = ColumnPath::from(name);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column.clone(), encoding)
            .set_column_compression(column, zstd(level)?);
    }
    Ok(properties.build())
}

fn zstd(level: i32) -> Result<Compression, ParquetError> {
    Ok(Compression::ZSTD(ZstdLevel::try_new(level)?))
}

#[derive(Default)]
struct SnapshotBatch {
    snapshot_at: TimestampMillisecondBuilder,
    box_id: StringBuilder,
    box_name: StringBuilder,
    model: StringBuilder,
    exposure: StringBuilder,
    latitude: Float64Builder,
    longitude: Float64Builder,
    height: Float64Builder,
    sensor_id: StringBuilder,
    title: StringBuilder,
    unit: StringBuilder,
    sensor_type: StringBuilder,
    phenomenon: StringBuilder,
    raw_value: Float64Builder,
    value: Float64Builder,
    measured_at: TimestampMillisecondBuilder,
    verdict: StringBuilder,
}

impl SnapshotBatch {
    fn push(&mut self, reading: &Reading<'_>, as_of: Timestamp, catalogue: &Catalogue) {
        let (kind, place) = (reading.kind(), reading.place());
        self.snapshot_at.append_value(as_of.as_millisecond());
        self.box_id.append_value(reading.box_id());
        self.box_name.append_value(reading.box_name());
        self.model.append_value(reading.model());
        self.exposure.append_value(reading.exposure().slug());
        self.latitude.append_option(place.map(|place| place.latitude_degrees()));
        self.longitude.append_option(place.map(|place| place.longitude_degrees()));
        self.height.append_option(place.and_then(|place| place.height_metres()));
        self.sensor_id.append_value(reading.sensor_id());
        self.title.append_value(&kind.title);
        self.unit.append_value(&kind.unit);
        self.sensor_type.append_value(&kind.sensor_type);
        self.phenomenon.append_option(reading.phenomenon().map(|id| catalogue.phenomenon(id).slug()));
        self.raw_value.append_option(reading.raw_value());
        self.value.append_option(reading.value().map(|value| value.0));
        // Every current reading has a time, because its time makes it current.
        self.measured_at.append_option(reading.measured_at().map(Timestamp::as_millisecond));
        self.verdict.append_value(reading.verdict().slug());
    }

    /// The columns in the order of [`COLUMNS`](crate::schema::COLUMNS).
    fn finish(self) -> Result<RecordBatch, ParquetError> {
        fn times(builder: TimestampMillisecondBuilder) -> ArrayRef {
            let mut builder = builder.with_timezone("UTC");
            Arc::new(builder.finish())
        }
        fn texts(mut builder: StringBuilder) -> ArrayRef {
            Arc::new(builder.finish())
        }
        fn numbers(mut builder: Float64Builder) -> ArrayRef {
            Arc::new(builder.finish())
        }
        let columns = vec![
            times(self.snapshot_at),
            texts(self.box_id),
            texts(self.box_name),
            texts(self.model),
            texts(self.exposure),
            numbers(self.latitude),
            numbers(self.longitude),
            numbers(self.height),
            texts(self.sensor_id),
            texts(self.title),
            texts(self.unit),
            texts(self.sensor_type),
            texts(self.phenomenon),
            numbers(self.raw_value),
            numbers(self.value),
            times(self.measured_at),
            texts(self.verdict),
        ];
        Ok(RecordBatch::try_new(schema(), columns)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::COLUMNS;

    #[test]
    fn only_columns_that_exist_are_laid_out() {
        for (name, ..) in LAID_OUT {
            assert!(COLUMNS.iter().any(|column| column.name == name), "{name}");
        }
    }
}
