//! Reads a file of hourly sums.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use hivebox_climate::histogram::Histogram;
use hivebox_climate::place::Exposure;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::columns::schema;
use super::error::HourlyError;
use super::row::{HourlyArea, HourlyRow, HourlySums};

/// How many rows to read at a time: about a megabyte.
const BATCH_ROWS: usize = 4096;

/// Reads a file that [`HourlyBuilder`](super::HourlyBuilder) made, and calls `each` for every row in order.
///
/// Verify the checksum of `file` first: the crates `parquet` and `arrow` may panic on damaged bytes.
///
/// # Errors
/// The file was not written by this version of HiveBox.
pub fn read(file: Bytes, mut each: impl FnMut(HourlyRow)) -> Result<(), HourlyError> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(file)?;
    if builder.schema().fields() != schema().fields() {
        return Err(HourlyError::Contents("its columns differ"));
    }
    for batch in builder.with_batch_size(BATCH_ROWS).build()? {
        rows(&batch?, &mut each)?;
    }
    Ok(())
}

/// Calls `each` for every row. The columns must be those of [`schema`], in that order.
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
        let area = HourlyArea::from_text(cell).ok_or(HourlyError::Contents("it has an unknown cell"))?;
        let values = Histogram::from_bytes(sketch.value(row))?;
        if i64::try_from(values.count()) != Ok(count.value(row)) {
            return Err(HourlyError::Contents("a histogram and its row have different numbers of readings"));
        }
        each(HourlyRow {
            hour,
            phenomenon: phenomenon.value(row).into(),
            exposure: Exposure::from_api(exposure.value(row)),
            area,
            sums: HourlySums {
                sum_hundredths: sum.value(row),
                min_hundredths: min.value(row),
                max_hundredths: max.value(row),
                values,
            },
        });
    }
    Ok(())
}
