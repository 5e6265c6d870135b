//! Reads the files of boxes and sensors.

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Float64Type};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use hivebox_climate::place::{Exposure, Place};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::rows::{BoxRow, DayRange, Extent, SensorRow};
use crate::error::ArchiveError;
use crate::history::layout::HistoryTable;
use crate::history::utc_day::of_epoch_day;

/// Reads a file of boxes that [`merge_inventory`](super::merge_inventory) made, and calls `each` for every row in order.
///
/// Verify the checksum of `file` first: the crates `parquet` and `arrow` may panic on damaged bytes.
///
/// # Errors
/// The file was not written by this version of HiveBox.
pub fn read_boxes(file: &Bytes, mut each: impl FnMut(BoxRow)) -> Result<(), ArchiveError> {
    batches(HistoryTable::Boxes, file, |batch| {
        (0..batch.num_rows()).try_for_each(|row| {
            let columns = Columns { batch, row };
            let place = || Place::new(columns.number(4)?, columns.number(5)?, columns.number(6));
            let extent = || {
                Some(Extent {
                    latitudes: [columns.number(9)?, columns.number(10)?],
                    longitudes: [columns.number(11)?, columns.number(12)?],
                })
            };
            each(BoxRow {
                box_id: columns.text(0)?.into(),
                name: columns.text(1)?.into(),
                model: columns.text(2)?.into(),
                exposure: Exposure::from_api(columns.text(3)?),
                place: place(),
                days: columns.days(7)?,
                extent: extent(),
            });
            Some(())
        })
    })
}

/// Reads a file of sensors in the same way.
///
/// # Errors
/// The file was not written by this version of HiveBox.
pub fn read_sensors(file: &Bytes, mut each: impl FnMut(SensorRow)) -> Result<(), ArchiveError> {
    batches(HistoryTable::Sensors, file, |batch| {
        (0..batch.num_rows()).try_for_each(|row| {
            let columns = Columns { batch, row };
            each(SensorRow {
                sensor_id: columns.text(0)?.into(),
                box_id: columns.text(1)?.into(),
                title: columns.text(2)?.into(),
                unit: columns.text(3)?.into(),
                sensor_type: columns.text(4)?.into(),
                phenomenon: columns.text(5).map(Box::from),
                days: columns.days(6)?,
            });
            Some(())
        })
    })
}

fn batches(
    table: HistoryTable,
    file: &Bytes,
    mut each: impl FnMut(&RecordBatch) -> Option<()>,
) -> Result<(), ArchiveError> {
    let unusable =
        |reason: String| ArchiveError::HistoryFile { file: format!("all {}", table.name()), reason };
    let builder = ParquetRecordBatchReaderBuilder::try_new(file.clone())
        .map_err(|error| unusable(error.to_string()))?;
    if builder.schema().fields() != table.schema().fields() {
        return Err(unusable("its columns differ from those of this version".into()));
    }
    for batch in builder.build().map_err(|error| unusable(error.to_string()))? {
        let batch = batch.map_err(|error| unusable(error.to_string()))?;
        each(&batch).ok_or_else(|| unusable("a row is incomplete".into()))?;
    }
    Ok(())
}

/// A row of a batch whose columns are those of the table.
struct Columns<'a> {
    batch: &'a RecordBatch,
    row: usize,
}

impl<'a> Columns<'a> {
    fn text(&self, column: usize) -> Option<&'a str> {
        let texts = self.batch.column(column).as_string::<i32>();
        texts.is_valid(self.row).then(|| texts.value(self.row))
    }

    fn number(&self, column: usize) -> Option<f64> {
        let numbers = self.batch.column(column).as_primitive::<Float64Type>();
        numbers.is_valid(self.row).then(|| numbers.value(self.row))
    }

    /// The days in a column and in the next one.
    fn days(&self, column: usize) -> Option<DayRange> {
        let day = |column: usize| {
            of_epoch_day(self.batch.column(column).as_primitive::<Date32Type>().value(self.row))
        };
        Some(DayRange { first: day(column)?, last: day(column + 1)? })
    }
}
