//! Reads a file of hours back.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use hivebox_climate::histogram::Histogram;
use hivebox_climate::place::Exposure;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Area, HourlyError, HourlyRow, Sums, schema};

/// Rows are read this many at a time, which are about a megabyte.
const BATCH_ROWS: usize = 4096;

/// Reads a file that [`HourlyBuilder`](super::HourlyBuilder) made, and hands `each` its rows in their order. Its checksum must have been
/// found to be right: of damaged bytes the crates `parquet` and `arrow` may panic.
///
/// # Errors
/// The file is not as this version of HiveBox writes it.
pub fn read(file: Bytes, mut each: impl FnMut(HourlyRow)) -> Result<(), HourlyError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    if builder.schema().fields() != schema().fields() {
        return Err(HourlyError::Contents("its columns are others"));
    }
    for batch in builder.with_batch_size(BATCH_ROWS).build()? {
        rows(&batch?, &mut each)?;
    }
    Ok(())
}

/// The columns are those of [`schema`], in that order.
fn rows(batch: &RecordBatch, each: &mut impl FnMut(HourlyRow)) -> Result<(), HourlyError> {
    let text = |column: usize| batch.column(column).as_string::<i32>();
    let [phenomenon, exposure, cell] = [text(1), text(2), text(3)];
    let hour = batch.column(0).as_primitive::<TimestampMillisecondType>();
    let count = batch.column(4).as_primitive::<Int64Type>();
    let sum = batch.column(5).as_primitive::<Decimal64Type>();
    let [min, max] = [6, 7].map(|column| batch.column(column).as_primitive::<Decimal32Type>());
    let sketch = batch.column(8).as_binary::<i32>();
    for row in 0..batch.num_rows() {
        let hour = Timestamp::from_millisecond(hour.value(row))?;
        let cell = cell.is_valid(row).then(|| cell.value(row));
        let area = Area::from_text(cell).ok_or(HourlyError::Contents("there is no such cell"))?;
        let values = Histogram::from_bytes(sketch.value(row))?;
        if i64::try_from(values.count()) != Ok(count.value(row)) {
            return Err(HourlyError::Contents("a sketch has not as many readings as its row"));
        }
        each(HourlyRow {
            hour,
            phenomenon: phenomenon.value(row).into(),
            exposure: Exposure::from_api(exposure.value(row)),
            area,
            sums: Sums {
                sum_hundredths: sum.value(row),
                min_hundredths: min.value(row),
                max_hundredths: max.value(row),
                values,
            },
        });
    }
    Ok(())
}
