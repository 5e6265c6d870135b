//! Answers as tables: named and typed columns, given out as CSV, Parquet or Arrow.
//!
//! Rows are pushed in blocks of a bounded size, so that a table of any length can be sent while it is made.

#[cfg(feature = "query")]
mod batches;
mod column;
mod csv;
mod stream;

use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::RecordBatch;
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef, TimeUnit};

use crate::schema::described;
#[cfg(feature = "query")]
pub use batches::{BatchFormat, BatchWriter, texts};
use column::Builder;
pub use column::Cell;
pub use stream::{TableFormat, TableWriter};

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableColumn {
    /// The name.
    pub name: Cow<'static, str>,
    /// What its values are.
    pub kind: CellKind,
    /// Whether it may be empty.
    pub nullable: bool,
    /// The unit; empty if there is none.
    pub unit: &'static str,
    /// What is in it.
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

/// What the values of a column are.
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
    /// Moments in UTC, to the millisecond.
    Time,
}

/// Why a table cannot be given out: a fault of HiveBox, since its columns are not its rows'.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// A row does not fit to the columns.
    #[error("a table's row does not fit to its columns: {0}")]
    Row(&'static str),
    /// CSV has no place for a column.
    #[error(
        "the column {0} holds lists or parts, for which CSV has no place: ask for JSON, Parquet or Arrow"
    )]
    Nested(String),
    /// Arrow cannot write it.
    #[error("a table cannot be written: {0}")]
    Arrow(#[from] ArrowError),
    /// Parquet cannot be written.
    #[error("a table cannot be written: {0}")]
    Parquet(#[from] parquet::errors::ParquetError),
    /// CSV cannot be written.
    #[error("a table cannot be written: {0}")]
    Csv(#[from] ::csv::Error),
    /// Memory cannot be written to.
    #[error("a table cannot be written: {0}")]
    Io(#[from] std::io::Error),
}

/// Rows of a table, as many as are given out at once.
#[derive(Debug)]
pub struct Table {
    columns: Arc<[TableColumn]>,
    builders: Vec<Builder>,
    rows: usize,
}

impl Table {
    /// A table without rows.
    #[must_use]
    pub fn new(columns: &[TableColumn]) -> Self {
        let builders = columns.iter().map(|column| Builder::new(column.kind)).collect();
        Self { columns: columns.into(), builders, rows: 0 }
    }

    /// The number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row, with a cell for each column.
    ///
    /// # Errors
    /// There are more or fewer cells than columns, or one is of another kind than its column.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Cell<'a>>) -> Result<(), TableError> {
        let mut row = row.into_iter();
        for (column, builder) in self.columns.iter().zip(&mut self.builders) {
            let cell = row.next().ok_or(TableError::Row("a cell is missing"))?;
            if cell == Cell::None && !column.nullable {
                return Err(TableError::Row("a cell that may not be empty is"));
            }
            builder.push(cell)?;
        }
        if row.next().is_some() {
            return Err(TableError::Row("there is a cell too many"));
        }
        self.rows += 1;
        Ok(())
    }

    fn batch(&mut self) -> Result<RecordBatch, TableError> {
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        Ok(RecordBatch::try_new(schema(&self.columns, &[]), columns)?)
    }
}

/// The columns as Arrow has them, with what is said of the table as a whole.
fn schema(columns: &[TableColumn], metadata: &[(String, String)]) -> SchemaRef {
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
