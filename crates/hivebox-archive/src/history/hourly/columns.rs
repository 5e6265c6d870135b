//! The columns of the hourly sums.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::schema::described;

/// The version of the columns below. Each file has it as `hivebox.hourly` in its metadata.
pub const HOURLY_VERSION: &str = "1";

/// All columns in the order of the file: name, unit and description. Each file has them in its metadata.
pub const COLUMNS: [(&str, &str, &str); 9] = [
    ("hour", "UTC, ms", "When the hour begins"),
    ("phenomenon", "", "What was measured"),
    ("exposure", "", "indoor, outdoor, mobile or unknown"),
    (
        "cell",
        "",
        "The first three characters of the geohash; empty text: boxes without a position; null: the planet, all boxes",
    ),
    ("count", "readings", "How many there are"),
    ("sum", "the phenomenon's", "Their sum; of directions it means nothing"),
    ("min", "the phenomenon's", "The lowest"),
    ("max", "the phenomenon's", "The highest"),
    ("sketch", "", "How often which value occurred, as hivebox-climate's Histogram writes it"),
];

/// The columns as an Arrow schema.
pub fn schema() -> SchemaRef {
    let value = DataType::Decimal32(9, 2);
    let types = [
        DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
        DataType::Utf8,
        DataType::Utf8,
        DataType::Utf8,
        DataType::Int64,
        DataType::Decimal64(18, 2),
        value.clone(),
        value,
        DataType::Binary,
    ];
    let field = |((name, unit, description), data_type): ((&str, &str, &str), DataType)| {
        described(Field::new(name, data_type, name == "cell"), unit, description)
    };
    Arc::new(Schema::new(COLUMNS.into_iter().zip(types).map(field).collect::<Vec<_>>()))
}
