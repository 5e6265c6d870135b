//! Writes readings as Parquet.

use std::sync::Arc;

use arrow_array::builder::{Float64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Reading, Readings};
use jiff::Timestamp;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;

use crate::schema::{SCHEMA_VERSION, schema};
use crate::seal;

/// Rows are turned into columns this many at a time, which bounds the memory that it takes.
const BATCH_ROWS: usize = 4096;

/// A snapshot as it will be stored.
#[derive(Debug, Clone)]
pub(crate) struct Encoded {
    pub(crate) file: Vec<u8>,
    pub(crate) rows: u64,
}

/// Writes the readings that are current, good and bad, as one Parquet file. The same readings give the
/// same bytes.
pub(crate) fn encode(readings: &Readings, catalogue: &Catalogue) -> Result<Encoded, ParquetError> {
    let mut writer = ArrowWriter::try_new(Vec::new(), schema(), Some(properties(readings.as_of())?))?;
    let mut current = readings.iter().filter(|reading| reading.verdict().is_current()).peekable();
    let mut rows = 0;
    while current.peek().is_some() {
        let mut batch = Batch::default();
        for reading in current.by_ref().take(BATCH_ROWS) {
            batch.push(&reading, readings.as_of(), catalogue);
            rows += 1;
        }
        writer.write(&batch.finish()?)?;
    }
    let mut file = writer.into_inner()?;
    if seal::seal(&mut file) {
        Ok(Encoded { file, rows })
    } else {
        Err(ParquetError::General("the footer has no place for the checksum".into()))
    }
}

fn properties(as_of: Timestamp) -> Result<WriterProperties, ParquetError> {
    let metadata = [
        ("hivebox.schema", SCHEMA_VERSION.to_owned()),
        ("hivebox.snapshot_at", as_of.to_string()),
        (seal::KEY, seal::PLACEHOLDER.to_owned()),
    ];
    Ok(WriterProperties::builder()
        .set_created_by(concat!("hivebox ", env!("CARGO_PKG_VERSION")).into())
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
        .set_key_value_metadata(Some(
            metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value)).into(),
        ))
        .build())
}

#[derive(Default)]
struct Batch {
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

impl Batch {
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
        // A reading that is current has a time: it is what makes it current.
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
