//! Columns and their cells.

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_array::builder::{
    BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMillisecondBuilder,
};
use arrow_schema::{DataType, Field, Schema, SchemaRef, TimeUnit};
use jiff::Timestamp;

use super::error::TableError;
use crate::schema::described;

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// The name.
    pub name: Cow<'static, str>,
    /// The type of its values.
    pub kind: CellKind,
    /// Whether cells may be empty.
    pub nullable: bool,
    /// The unit; empty if there is none.
    pub unit: &'static str,
    /// What its values mean.
    pub description: &'static str,
}

impl TableColumn {
    /// A column.
    #[must_use]
    pub const fn new(
        name: &'static str,
        kind: CellKind,
        nullable: bool,
        unit: &'static str,
        description: &'static str,
    ) -> Self {
        Self { name: Cow::Borrowed(name), kind, nullable, unit, description }
    }
}

/// The type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellKind {
    /// Text.
    Text,
    /// Numbers of 64 bits.
    Number,
    /// Whole numbers of 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Times in UTC, to the millisecond.
    Time,
}

/// The columns as an Arrow schema, with the metadata of the table.
pub(super) fn schema(columns: &[TableColumn], metadata: &[(String, String)]) -> SchemaRef {
    let fields: Vec<Field> = columns.iter().map(field).collect();
    Arc::new(Schema::new_with_metadata(fields, metadata.iter().cloned().collect()))
}

fn field(column: &TableColumn) -> Field {
    let data_type = match column.kind {
        CellKind::Text => DataType::Utf8,
        CellKind::Number => DataType::Float64,
        CellKind::Integer => DataType::Int64,
        CellKind::Boolean => DataType::Boolean,
        CellKind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
    };
    described(Field::new(column.name.as_ref(), data_type, column.nullable), column.unit, column.description)
}

/// A value of a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// An empty cell.
    None,
    /// A text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// True or false.
    Boolean(bool),
    /// A time. Fractions of a millisecond are dropped.
    Time(Timestamp),
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl From<f64> for Cell<'_> {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Cell<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<bool> for Cell<'_> {
    fn from(truth: bool) -> Self {
        Self::Boolean(truth)
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(moment: Timestamp) -> Self {
        Self::Time(moment)
    }
}

impl<T> From<Option<T>> for Cell<'_>
where
    Self: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::None, Self::from)
    }
}

#[derive(Debug)]
pub(super) enum Builder {
    Text(StringBuilder),
    Number(Float64Builder),
    Integer(Int64Builder),
    Boolean(BooleanBuilder),
    Time(TimestampMillisecondBuilder),
}

impl Builder {
    pub(super) fn new(kind: CellKind) -> Self {
        match kind {
            CellKind::Text => Self::Text(StringBuilder::new()),
            CellKind::Number => Self::Number(Float64Builder::new()),
            CellKind::Integer => Self::Integer(Int64Builder::new()),
            CellKind::Boolean => Self::Boolean(BooleanBuilder::new()),
            CellKind::Time => Self::Time(TimestampMillisecondBuilder::new().with_timezone("UTC")),
        }
    }

    pub(super) fn push(&mut self, cell: Cell<'_>) -> Result<(), TableError> {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Text(builder), Cell::None) => builder.append_null(),
            (Self::Number(builder), Cell::Number(number)) => builder.append_value(number),
            (Self::Number(builder), Cell::None) => builder.append_null(),
            (Self::Integer(builder), Cell::Integer(number)) => builder.append_value(number),
            (Self::Integer(builder), Cell::None) => builder.append_null(),
            (Self::Boolean(builder), Cell::Boolean(truth)) => builder.append_value(truth),
            (Self::Boolean(builder), Cell::None) => builder.append_null(),
            (Self::Time(builder), Cell::Time(moment)) => builder.append_value(moment.as_millisecond()),
            (Self::Time(builder), Cell::None) => builder.append_null(),
            _ => return Err(TableError::Row("a cell has another type than its column")),
        }
        Ok(())
    }

    pub(super) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => Arc::new(builder.finish()),
            Self::Number(builder) => Arc::new(builder.finish()),
            Self::Integer(builder) => Arc::new(builder.finish()),
            Self::Boolean(builder) => Arc::new(builder.finish()),
            Self::Time(builder) => Arc::new(builder.finish()),
        }
    }
}
