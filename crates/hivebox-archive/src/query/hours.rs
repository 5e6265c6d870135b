//! Answers from the sums of hours.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Decimal64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use futures_util::{StreamExt, TryStreamExt, stream};
use hivebox_climate::histogram::Histogram;
use parquet::file::metadata::ParquetMetaData;

use super::columns::{self, integers, nulls};
use super::error::QueryError;
use super::files::DataFile;
use super::footers::damaged;
use super::read::{Rows, Scanned, Source};
use super::scan::Numbered;
use super::tally::{Numbers, Tally};
use super::wanted::Wanted;

/// How many files are read at once.
const FILES_AT_ONCE: usize = 4;
/// The column with how the values are distributed.
const SKETCHES: &str = "sketch";

/// Adds up the hours in `files` that begin in the time that is wanted.
pub(super) async fn add_up(
    source: &Source,
    files: &[DataFile],
    wanted: &Wanted,
    sketches: bool,
    tally: &mut Tally,
) -> Result<Scanned, QueryError> {
    let (from, to) = wanted.time();
    let is_wanted = |file: &&DataFile| file.first_millis < to && file.last_millis >= from;
    let files: Vec<DataFile> = files.iter().filter(is_wanted).cloned().collect();
    let read = stream::iter(files.into_iter().map(|file| read(source, file, wanted, sketches)));
    let mut read = read.buffered(FILES_AT_ONCE);
    let mut all = Scanned::default();
    while let Some((file, batches, scanned)) = read.try_next().await? {
        for batch in &batches {
            add(batch, wanted, tally).map_err(|reason| damaged(&file.path, &reason))?;
        }
        all.add(scanned);
    }
    Ok(all)
}

/// Reads the rows of the planet, which are few.
async fn read(
    source: &Source,
    file: DataFile,
    wanted: &Wanted,
    sketches: bool,
) -> Result<(DataFile, Vec<RecordBatch>, Scanned), QueryError> {
    let footer = source.footers.of(&source.store, &file, false).await?;
    let columns = places(&file, footer.metadata(), sketches)?;
    let (mut batches, mut all) = (Vec::new(), Scanned { files: 1, ..Scanned::default() });
    for (row_group, group) in footer.metadata().row_groups().iter().enumerate() {
        let (from, to) = wanted.time();
        let is_out = integers(group, columns[HOUR]).is_some_and(|(first, last)| last < from || first >= to);
        if is_out || nulls(group, columns[CELL]) == Some(0) {
            continue;
        }
        let rows = Rows { file: &file, footer: &footer, row_group, selected: None, columns: &columns };
        let scanned = rows.read(source, |batch| {
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

/// Adds up the rows of the planet that are wanted; fails with what is not as it should be.
fn add(rows: &RecordBatch, wanted: &Wanted, tally: &mut Tally) -> Result<(), String> {
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
    let phenomena = Numbered::of(rows, "phenomenon")?;
    let exposures = Numbered::of(rows, "exposure")?;
    let is_exposed =
        exposures.matches(|text| wanted.exposures.is_empty() || wanted.exposures.contains(&text));
    let (from, to) = wanted.time();
    for (number, (_, name)) in wanted.phenomena.iter().enumerate() {
        let is_it = phenomena.matches(|text| text == *name);
        for row in 0..rows.num_rows() {
            let hour = hours.value(row);
            let is_wanted = cells.is_null(row) && phenomena.is(row, &is_it) && exposures.is(row, &is_exposed);
            if is_wanted && (from..to).contains(&hour) {
                let numbers = Numbers {
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
