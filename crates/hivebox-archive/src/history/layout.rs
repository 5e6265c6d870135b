//! The tables of the history: their columns and encodings.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;

use crate::schema::{SCHEMA_KEY, described};

/// The version of the columns below. Each file has it as `hivebox.schema` in its metadata, beside the table's name as
/// `hivebox.table`. Version 1 had the same columns, but took a sensor's id for the same sensor in every box.
pub const HISTORY_VERSION: &str = "2";

/// The most rows of a row group. A row group of readings has only one phenomenon.
pub const GROUP_ROWS: usize = 1 << 20;

/// This many rows have their own statistics, by which a reader skips places and boxes.
pub const PAGE_ROWS: usize = 8192;

/// How many rows to encode before checking whether the page is full.
const WRITE_ROWS: usize = 1024;

/// The share of boxes or sensors that a row group lacks, but that its bloom filter says it may have.
const FALSE_POSITIVES: f64 = 0.01;

/// The type of values: hundredths of the canonical unit, up to 9,999,999.99.
pub(crate) const VALUE: DataType = DataType::Decimal32(9, 2);

/// A table of the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum HistoryTable {
    /// Every reading, one file for each UTC day of `measured_at`.
    Readings,
    /// Every box with any reading, as it was last.
    Boxes,
    /// Every sensor with any reading, as it was last.
    Sensors,
}

struct TableField(&'static str, FieldType, &'static str, &'static str);

#[derive(Clone, Copy)]
enum FieldType {
    Text,
    MaybeText,
    MaybeNumber,
    MaybeValue,
    Time,
    Day,
}

use FieldType::{Day, MaybeNumber, MaybeText, MaybeValue, Text, Time};

const READINGS: [TableField; 12] = [
    TableField("phenomenon", MaybeText, "", "What HiveBox took the sensor to measure, if it knew"),
    TableField("box_id", Text, "", "The senseBox's id in openSenseMap"),
    TableField("sensor_id", Text, "", "The sensor's id in openSenseMap"),
    TableField("measured_at", Time, "UTC, ms", "When the sensor measured it"),
    TableField("value", MaybeValue, "the phenomenon's", "In the canonical unit, rounded to hundredths"),
    TableField(
        "raw_value",
        MaybeNumber,
        "as the sensor's",
        "As the sensor sent it, unless it is the same number as value",
    ),
    TableField("verdict", Text, "", "ok, or why the reading does not count"),
    TableField("exposure", Text, "", "indoor, outdoor, mobile or unknown"),
    TableField("model", Text, "", "The senseBox's model"),
    TableField("latitude", MaybeNumber, "° north, WGS 84", "Where the senseBox stood"),
    TableField("longitude", MaybeNumber, "° east, WGS 84", "Where the senseBox stood"),
    TableField("height", MaybeNumber, "m above sea level", "Where the senseBox stood, if its owner told"),
];

const BOXES: [TableField; 13] = [
    TableField("box_id", Text, "", "The senseBox's id in openSenseMap"),
    TableField("name", Text, "", "The senseBox's name, as its owner wrote it last"),
    TableField("model", Text, "", "The senseBox's model"),
    TableField("exposure", Text, "", "indoor, outdoor, mobile or unknown"),
    TableField("latitude", MaybeNumber, "° north, WGS 84", "Where the senseBox stood last"),
    TableField("longitude", MaybeNumber, "° east, WGS 84", "Where the senseBox stood last"),
    TableField(
        "height",
        MaybeNumber,
        "m above sea level",
        "Where the senseBox stood last, if its owner told",
    ),
    TableField("first_day", Day, "UTC", "The day of its first reading"),
    TableField("last_day", Day, "UTC", "The day of its last reading"),
    TableField("min_latitude", MaybeNumber, "° north, WGS 84", "The most southern place that it had"),
    TableField("max_latitude", MaybeNumber, "° north, WGS 84", "The most northern place that it had"),
    TableField("min_longitude", MaybeNumber, "° east, WGS 84", "The most western place that it had"),
    TableField("max_longitude", MaybeNumber, "° east, WGS 84", "The most eastern place that it had"),
];

const SENSORS: [TableField; 8] = [
    TableField("sensor_id", Text, "", "The sensor's id in openSenseMap"),
    TableField("box_id", Text, "", "The id of the senseBox that it belongs to"),
    TableField("title", Text, "", "What it measures, in its owner's words"),
    TableField("unit", Text, "", "The unit of raw_value, in its owner's spelling"),
    TableField("sensor_type", Text, "", "Its chip, in its owner's spelling"),
    TableField("phenomenon", MaybeText, "", "What HiveBox took it to measure last, if it knew"),
    TableField("first_day", Day, "UTC", "The day of its first reading"),
    TableField("last_day", Day, "UTC", "The day of its last reading"),
];

impl HistoryTable {
    /// The name, also of its folder.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Readings => "readings",
            Self::Boxes => "boxes",
            Self::Sensors => "sensors",
        }
    }

    /// The columns as an Arrow schema. Each has a `description` and perhaps a `unit` in its metadata.
    #[must_use]
    pub fn schema(self) -> SchemaRef {
        let columns: &[TableField] = match self {
            Self::Readings => &READINGS,
            Self::Boxes => &BOXES,
            Self::Sensors => &SENSORS,
        };
        Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
    }

    /// The properties for writing its files.
    pub(crate) fn properties(self) -> Result<WriterProperties, ParquetError> {
        let metadata = [(SCHEMA_KEY, HISTORY_VERSION), ("hivebox.table", self.name())];
        let pairs = metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value.to_owned()));
        let properties = WriterProperties::builder()
            .set_created_by(concat!("hivebox ", env!("CARGO_PKG_VERSION")).into())
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_data_page_row_count_limit(PAGE_ROWS)
            .set_write_batch_size(WRITE_ROWS)
            .set_key_value_metadata(Some(pairs.into()));
        Ok(match self {
            Self::Readings => of_readings(properties).build(),
            Self::Boxes | Self::Sensors => properties.build(),
        })
    }
}

/// Sets the encodings of readings. Columns that stay the same for a sensor keep their dictionaries: a sensor's readings are
/// adjacent, so the indices compress to runs.
fn of_readings(mut properties: WriterPropertiesBuilder) -> WriterPropertiesBuilder {
    let plain = [
        ("measured_at", Encoding::DELTA_BINARY_PACKED),
        ("value", Encoding::DELTA_BINARY_PACKED),
        ("raw_value", Encoding::BYTE_STREAM_SPLIT),
    ];
    for (name, encoding) in plain {
        let column = ColumnPath::from(name);
        properties = properties
            .set_column_dictionary_enabled(column.clone(), false)
            .set_column_encoding(column, encoding);
    }
    for name in ["box_id", "sensor_id"] {
        let column = ColumnPath::from(name);
        properties = properties
            .set_column_bloom_filter_max_ndv(column.clone(), (GROUP_ROWS / 16) as u64)
            .set_column_bloom_filter_fpp(column, FALSE_POSITIVES);
    }
    // No question selects by these.
    for name in ["raw_value", "model", "height"] {
        properties = properties.set_column_statistics_enabled(name.into(), EnabledStatistics::Chunk);
    }
    properties
}

fn field(TableField(name, kind, unit, description): &TableField) -> Field {
    let (data_type, is_nullable) = match kind {
        Text => (DataType::Utf8, false),
        MaybeText => (DataType::Utf8, true),
        MaybeNumber => (DataType::Float64, true),
        MaybeValue => (VALUE, true),
        Time => (DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())), false),
        Day => (DataType::Date32, false),
    };
    described(Field::new(*name, data_type, is_nullable), unit, description)
}
