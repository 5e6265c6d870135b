//! Answers from the hourly sums.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use futures_util::{StreamExt, TryStreamExt, stream};
use hivebox_climate::histogram::Histogram;
use parquet::file::metadata::ParquetMetaData;

use super::columns::{self, integers, nulls};
use super::error::QueryError;
use super::files::DataFile;
use super::filter::ReadingFilter;
use super::reader::FileReader;
use super::rows::{RowScan, Scanned};
use super::scan::DictionaryColumn;
use super::tally::{NumberSums, Tally};

/// How many files to read at once.
const FILES_AT_ONCE: usize = 4;
/// The column with the histogram of the values.
const SKETCHES: &str = "sketch";

/// Adds the hours in `files` that begin in the time of the filter.
pub(super) async fn sum_hours(
    reader: &FileReader,
    files: &[DataFile],
    filter: &ReadingFilter,
    tally: &mut Tally,
) -> Result<Scanned, QueryError> {
    let files: Vec<DataFile> = files.iter().filter(|file| file.overlaps(filter.time())).cloned().collect();
    let read = stream::iter(files.into_iter().map(|file| read(reader, file, filter)));
    let mut read = read.buffered(FILES_AT_ONCE);
    let mut all = Scanned::default();
    while let Some((file, batches, scanned)) = read.try_next().await? {
        for batch in &batches {
            add(batch, filter, tally).map_err(|reason| QueryError::damaged(&file.path, &reason))?;
        }
        all.add(scanned);
    }
    Ok(all)
}

/// Reads the rows for the whole planet, which are few.
async fn read(
    reader: &FileReader,
    file: DataFile,
    filter: &ReadingFilter,
) -> Result<(DataFile, Vec<RecordBatch>, Scanned), QueryError> {
    let footer = reader.footer(&file, false).await?;
    let columns = places(&file, footer.metadata(), filter.percentiles)?;
    let (mut batches, mut all) = (Vec::new(), Scanned { files: 1, ..Scanned::default() });
    for (row_group, group) in footer.metadata().row_groups().iter().enumerate() {
        let (from, to) = filter.time();
        let is_out = integers(group, columns[HOUR]).is_some_and(|(first, last)| last < from || first >= to);
        if is_out || nulls(group, columns[CELL]) == Some(0) {
            continue;
        }
        let rows = RowScan { file: &file, footer: &footer, row_group, selected: None, columns: &columns };
        let scanned = rows.read(reader, |batch| {
            batches.push(batch.clone());
            Ok(())
        });
        all.add(scanned.await?);
    }
    Ok((file, batches, all))
}

const HOUR: usize = 0;
const CELL: usize = 3;

fn places(file: &DataFile, metadata: &ParquetMetaData, sketches: bool) -> Result<Vec<usize>, QueryError> {
    let names = ["hour", "phenomenon", "exposure", "cell", "count", "sum", "min", "max"];
    let names = names.into_iter().chain(sketches.then_some(SKETCHES));
    names.map(|name| columns::place(file, metadata, name)).collect()
}

/// Adds the selected rows for the whole planet. Fails with what is malformed.
fn add(rows: &RecordBatch, filter: &ReadingFilter, tally: &mut Tally) -> Result<(), String> {
    let column = |name| rows.column_by_name(name);
    let hours =
        column("hour").and_then(|it| it.as_primitive_opt::<TimestampMillisecondType>()).ok_or("hour")?;
    let counts = column("count").and_then(|it| it.as_primitive_opt::<Int64Type>()).ok_or("count")?;
    let sums = column("sum").and_then(|it| it.as_primitive_opt::<Decimal64Type>()).ok_or("sum")?;
    let [mins, maxs] =
        ["min", "max"].map(|name| column(name).and_then(|it| it.as_primitive_opt::<Decimal32Type>()));
    let (mins, maxs) = mins.zip(maxs).ok_or("min or max")?;
    let sketches = column(SKETCHES).and_then(|it| it.as_binary_opt::<i32>());
    let cells = column("cell").ok_or("cell")?;
    let phenomena = DictionaryColumn::of(rows, "phenomenon")?;
    let exposures = DictionaryColumn::of(rows, "exposure")?;
    let is_exposed =
        exposures.matches(|text| filter.exposures.is_empty() || filter.exposures.contains(&text));
    let (from, to) = filter.time();
    for (number, (_, name)) in filter.phenomena.iter().enumerate() {
        let is_it = phenomena.matches(|text| text == *name);
        for row in 0..rows.num_rows() {
            let hour = hours.value(row);
            let is_wanted = cells.is_null(row) && phenomena.is(row, &is_it) && exposures.is(row, &is_exposed);
            if is_wanted && (from..to).contains(&hour) {
                let numbers = NumberSums {
                    count: counts.value(row).unsigned_abs(),
                    sum: sums.value(row).into(),
                    min: mins.value(row),
                    max: maxs.value(row),
                };
                let sketch = sketches.map(|sketches| Histogram::from_bytes(sketches.value(row))).transpose();
                let sketch = sketch.map_err(|error| error.to_string())?;
                let added = tally.add_hour(number, hour, &numbers, sketch.as_ref());
                added.map_err(|error| error.to_string())?;
            }
        }
    }
    Ok(())
}
