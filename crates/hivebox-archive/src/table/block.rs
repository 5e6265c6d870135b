//! A block of rows of a table.

use std::sync::Arc;

use arrow_array::RecordBatch;

use super::column::{Builder, Cell, TableColumn, schema};
use super::error::TableError;

/// A block of rows.
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

    /// Adds a row.
    ///
    /// # Errors
    /// The row has more or fewer cells than there are columns, or a cell has another type than its column.
    pub fn push<'a>(&mut self, row: impl IntoIterator<Item = Cell<'a>>) -> Result<(), TableError> {
        let mut row = row.into_iter();
        for (column, builder) in self.columns.iter().zip(&mut self.builders) {
            let cell = row.next().ok_or(TableError::Row("a cell is missing"))?;
            if cell == Cell::None && !column.nullable {
                return Err(TableError::Row("a required cell is empty"));
            }
            builder.push(cell)?;
        }
        if row.next().is_some() {
            return Err(TableError::Row("there are too many cells"));
        }
        self.rows += 1;
        Ok(())
    }

    /// Takes the rows out as an Arrow batch.
    pub(super) fn batch(&mut self) -> Result<RecordBatch, TableError> {
        self.rows = 0;
        let columns = self.builders.iter_mut().map(Builder::finish).collect();
        Ok(RecordBatch::try_new(schema(&self.columns, &[]), columns)?)
    }
}
