//! Writes tables as CSV (RFC 4180).

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, ArrayRef, RecordBatch};
use jiff::Timestamp;

use super::column::{CellKind, TableColumn};
use super::error::TableError;

/// The header with the names of the columns.
pub(super) fn names(columns: &[TableColumn]) -> Result<Vec<u8>, TableError> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(columns.iter().map(|column| column.name.as_ref()))?;
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

/// The rows.
pub(super) fn rows(columns: &[TableColumn], batch: &RecordBatch) -> Result<Vec<u8>, TableError> {
    let buffer = Vec::with_capacity(batch.num_rows() * columns.len() * 12);
    let mut writer = csv::Writer::from_writer(buffer);
    let mut text = String::new();
    for row in 0..batch.num_rows() {
        for (column, values) in columns.iter().zip(batch.columns()) {
            text.clear();
            if values.is_valid(row) {
                write_cell(&mut text, column.kind, values, row)?;
            }
            writer.write_field(&text)?;
        }
        writer.write_record(None::<&[u8]>)?;
    }
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?)
}

fn write_cell(text: &mut String, kind: CellKind, values: &ArrayRef, row: usize) -> Result<(), TableError> {
    use std::fmt::Write as _;
    let written = match kind {
        CellKind::Text => {
            text.push_str(values.as_string::<i32>().value(row));
            Ok(())
        }
        CellKind::Number => write!(text, "{}", values.as_primitive::<Float64Type>().value(row)),
        CellKind::Integer => write!(text, "{}", values.as_primitive::<Int64Type>().value(row)),
        CellKind::Boolean => write!(text, "{}", values.as_boolean().value(row)),
        CellKind::Time => {
            let millis = values.as_primitive::<TimestampMillisecondType>().value(row);
            let moment =
                Timestamp::from_millisecond(millis).map_err(|_| TableError::Row("a time is out of range"))?;
            write!(text, "{moment}")
        }
    };
    written.map_err(|_| TableError::Row("a cell cannot be written"))
}
