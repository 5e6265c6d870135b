//! The columns of a snapshot.

use std::collections::HashMap;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// The version of the columns below, which each file carries as `hivebox.schema`. A column is never given
/// another meaning: a new meaning is a new column and a new version.
pub const SCHEMA_VERSION: &str = "1";

/// A column of a snapshot: its name, what is in it, its unit if it has one, and whether it may be empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// The name.
    pub name: &'static str,
    /// What is in it. Each file carries this too, as the field's metadata.
    pub description: &'static str,
    /// The unit; empty for text.
    pub unit: &'static str,
    nullable: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Time,
}

const fn column(
    name: &'static str,
    kind: Kind,
    nullable: bool,
    unit: &'static str,
    description: &'static str,
) -> Column {
    Column { name, description, unit, nullable, kind }
}

/// All columns, in their order in the file. One row is one reading.
pub const COLUMNS: [Column; 17] = [
    column("snapshot_at", Kind::Time, false, "UTC, ms", "The moment as of which the reading was judged"),
    column("box_id", Kind::Text, false, "", "The senseBox's id in openSenseMap"),
    column("box_name", Kind::Text, false, "", "The senseBox's name, as its owner wrote it"),
    column("model", Kind::Text, false, "", "The senseBox's model"),
    column("exposure", Kind::Text, false, "", "indoor, outdoor, mobile or unknown"),
    column("latitude", Kind::Number, true, "° north, WGS 84", "Where the senseBox stands"),
    column("longitude", Kind::Number, true, "° east, WGS 84", "Where the senseBox stands"),
    column("height", Kind::Number, true, "m above sea level", "Where the senseBox stands, if its owner told"),
    column("sensor_id", Kind::Text, false, "", "The sensor's id in openSenseMap"),
    column("title", Kind::Text, false, "", "What the sensor measures, in its owner's words"),
    column("unit", Kind::Text, false, "", "The unit of raw_value, in its owner's spelling"),
    column("sensor_type", Kind::Text, false, "", "The sensor's chip, in its owner's spelling"),
    column("phenomenon", Kind::Text, true, "", "What HiveBox takes the sensor to measure, if it knows"),
    column("raw_value", Kind::Number, true, "as in unit", "The value as the sensor sent it"),
    column("value", Kind::Number, true, "the phenomenon's", "The value in the phenomenon's canonical unit"),
    column("measured_at", Kind::Time, false, "UTC, ms", "When the sensor measured it"),
    column("verdict", Kind::Text, false, "", "ok, or why the reading does not count"),
];

/// The columns as Arrow has them.
pub fn schema() -> SchemaRef {
    let fields: Vec<Field> = COLUMNS.iter().map(field).collect();
    Arc::new(Schema::new(fields))
}

fn field(column: &Column) -> Field {
    let data_type = match column.kind {
        Kind::Text => DataType::Utf8,
        Kind::Number => DataType::Float64,
        Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    };
    described(Field::new(column.name, data_type, column.nullable), column.unit, column.description)
}

/// A column that tells what is in it, and its unit if it has one.
pub(crate) fn described(field: Field, unit: &str, description: &str) -> Field {
    let mut metadata = HashMap::from([("description".to_owned(), description.to_owned())]);
    if !unit.is_empty() {
        metadata.insert("unit".into(), unit.into());
    }
    field.with_metadata(metadata)
}
