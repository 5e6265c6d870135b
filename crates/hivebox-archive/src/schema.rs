//! The columns of a snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use parquet::file::metadata::ParquetMetaData;

/// The version of the columns below. Each file has it as `hivebox.schema` in its metadata. Columns never change their
/// meaning: a new meaning is a new column and a new version.
pub const SCHEMA_VERSION: &str = "1";

/// The key of the version in the metadata of a file.
pub(crate) const SCHEMA_KEY: &str = "hivebox.schema";

/// A column of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// The description. Each file has it in the field's metadata.
    pub description: &'static str,
    /// The unit; empty for text.
    pub unit: &'static str,
    nullable: bool,
    kind: ColumnType,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ColumnType {
    Text,
    Number,
    Time,
}

const fn column(
    name: &'static str,
    kind: ColumnType,
    nullable: bool,
    unit: &'static str,
    description: &'static str,
) -> Column {
    Column { name, description, unit, nullable, kind }
}

/// All columns in the order of the file. A row is a reading.
pub const COLUMNS: [Column; 17] = [
    column(
        "snapshot_at",
        ColumnType::Time,
        false,
        "UTC, ms",
        "The moment as of which the reading was judged",
    ),
    column("box_id", ColumnType::Text, false, "", "The senseBox's id in openSenseMap"),
    column("box_name", ColumnType::Text, false, "", "The senseBox's name, as its owner wrote it"),
    column("model", ColumnType::Text, false, "", "The senseBox's model"),
    column("exposure", ColumnType::Text, false, "", "indoor, outdoor, mobile or unknown"),
    column("latitude", ColumnType::Number, true, "° north, WGS 84", "Where the senseBox stands"),
    column("longitude", ColumnType::Number, true, "° east, WGS 84", "Where the senseBox stands"),
    column(
        "height",
        ColumnType::Number,
        true,
        "m above sea level",
        "Where the senseBox stands, if its owner told",
    ),
    column("sensor_id", ColumnType::Text, false, "", "The sensor's id in openSenseMap"),
    column("title", ColumnType::Text, false, "", "What the sensor measures, in its owner's words"),
    column("unit", ColumnType::Text, false, "", "The unit of raw_value, in its owner's spelling"),
    column("sensor_type", ColumnType::Text, false, "", "The sensor's chip, in its owner's spelling"),
    column("phenomenon", ColumnType::Text, true, "", "What HiveBox takes the sensor to measure, if it knows"),
    column("raw_value", ColumnType::Number, true, "as in unit", "The value as the sensor sent it"),
    column(
        "value",
        ColumnType::Number,
        true,
        "the phenomenon's",
        "The value in the phenomenon's canonical unit",
    ),
    column("measured_at", ColumnType::Time, false, "UTC, ms", "When the sensor measured it"),
    column("verdict", ColumnType::Text, false, "", "ok, or why the reading does not count"),
];

/// The columns as an Arrow schema.
pub fn schema() -> SchemaRef {
    let fields: Vec<Field> = COLUMNS.iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

/// The schema that a Parquet file of HiveBox says it has; `None` if it says none.
pub(crate) fn schema_of(metadata: &ParquetMetaData) -> Option<u32> {
    let pairs = metadata.file_metadata().key_value_metadata()?;
    pairs.iter().find(|pair| pair.key == SCHEMA_KEY)?.value.as_ref()?.parse().ok()
}

fn field(column: &Column) -> Field {
    let data_type = match column.kind {
        ColumnType::Text => DataType::Utf8,
        ColumnType::Number => DataType::Float64,
        ColumnType::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    };
    described(Field::new(column.name, data_type, column.nullable), column.unit, column.description)
}

/// Adds the description and the unit, if there is one, to the metadata of a field.
pub(crate) fn described(field: Field, unit: &str, description: &str) -> Field {
    let mut metadata = HashMap::from([("description".to_owned(), description.to_owned())]);
    if !unit.is_empty() {
        metadata.insert("unit".into(), unit.into());
    }
    field.with_metadata(metadata)
}
