//! Reads the file of a day.

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal32Type, Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

use crate::error::ArchiveError;
use crate::history::collected::RowValue;
use crate::history::layout::{HISTORY_VERSION, HistoryTable};
use crate::schema::schema_of;

/// How many rows to read at a time: about a megabyte.
const BATCH_ROWS: usize = 8192;

/// A reading of the history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayRow<'a> {
    /// The slug of what was measured, if that is known.
    pub phenomenon: Option<&'a str>,
    /// The box's id.
    pub box_id: &'a str,
    /// The sensor's id.
    pub sensor_id: &'a str,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The value in hundredths of the canonical unit, if there is one that fits.
    pub hundredths: Option<i32>,
    /// The value as the sensor sent it.
    pub raw_value: Option<f64>,
    /// Whether it can be trusted.
    pub verdict: Verdict,
    /// Where the box's sensors were exposed.
    pub exposure: Exposure,
    /// The box's model.
    pub model: &'a str,
    /// Where the box stood, if that is known.
    pub place: Option<Place>,
}

/// Reads a file that [`merge_day`](super::merge_day) made, and calls `each` for every row in order.
///
/// Verify the checksum of `file` first: the crates `parquet` and `arrow` may panic on damaged bytes.
///
/// # Errors
/// The file was not written by this version of HiveBox.
pub fn read_day(file: &Bytes, mut each: impl FnMut(&DayRow<'_>)) -> Result<(), ArchiveError> {
    let existing = Existing::open(file)?;
    let groups = existing.groups.iter().flat_map(|(_, groups)| groups).copied().collect();
    existing.read(groups, &mut each)
}

/// Whether a file is of the current version, so that its rows are in the current order.
pub(in crate::history) fn is_current(file: &Bytes) -> Result<bool, ArchiveError> {
    let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::default()).map_err(unusable)?;
    Ok(schema_of(metadata.metadata()) == HISTORY_VERSION.parse().ok())
}

/// A day's file, and which row groups have which phenomenon.
#[derive(Debug)]
pub(super) struct Existing {
    file: Bytes,
    metadata: ArrowReaderMetadata,
    /// Each phenomenon with its row groups, in the order of the file.
    groups: Vec<(Option<Box<str>>, Vec<usize>)>,
}

impl Existing {
    pub(super) fn open(file: &Bytes) -> Result<Self, ArchiveError> {
        let metadata = ArrowReaderMetadata::load(file, ArrowReaderOptions::default()).map_err(unusable)?;
        if metadata.schema().fields() != HistoryTable::Readings.schema().fields() {
            return Err(unusable("its columns differ from those of this version"));
        }
        let mut existing = Self { file: file.clone(), metadata, groups: Vec::new() };
        for group in 0..existing.metadata.metadata().num_row_groups() {
            let phenomenon = existing.phenomenon_of(group).map_err(unusable)?;
            match existing.groups.last_mut().filter(|(last, _)| *last == phenomenon) {
                Some((_, groups)) => groups.push(group),
                None => existing.groups.push((phenomenon, vec![group])),
            }
        }
        Ok(existing)
    }

    /// The phenomenon of a row group: that of its first row, which all rows share.
    fn phenomenon_of(&self, group: usize) -> Result<Option<Box<str>>, ParquetError> {
        let builder = self.builder();
        let column = ProjectionMask::columns(builder.parquet_schema(), ["phenomenon"]);
        let reader = builder.with_row_groups(vec![group]).with_projection(column).with_limit(1).build()?;
        for batch in reader {
            let batch = batch?;
            let phenomenon = batch.column(0).as_string::<i32>();
            if !phenomenon.is_empty() && phenomenon.is_valid(0) {
                return Ok(Some(phenomenon.value(0).into()));
            }
        }
        Ok(None)
    }

    pub(super) fn phenomena(&self) -> impl Iterator<Item = Option<&str>> {
        self.groups.iter().map(|(phenomenon, _)| phenomenon.as_deref())
    }

    /// The number of rows of a phenomenon.
    pub(super) fn len(&self, phenomenon: Option<&str>) -> usize {
        let metadata = self.metadata.metadata();
        self.groups_of(phenomenon)
            .map(|group| metadata.row_group(group).num_rows().unsigned_abs() as usize)
            .sum()
    }

    /// Calls `each` for every row of a phenomenon.
    pub(super) fn read_phenomenon(
        &self,
        phenomenon: Option<&str>,
        each: &mut impl FnMut(&DayRow<'_>),
    ) -> Result<(), ArchiveError> {
        self.read(self.groups_of(phenomenon).collect(), each)
    }

    fn groups_of(&self, phenomenon: Option<&str>) -> impl Iterator<Item = usize> {
        let here = self.groups.iter().filter(move |(other, _)| other.as_deref() == phenomenon);
        here.flat_map(|(_, groups)| groups).copied()
    }

    fn read(&self, groups: Vec<usize>, each: &mut impl FnMut(&DayRow<'_>)) -> Result<(), ArchiveError> {
        if groups.is_empty() {
            return Ok(());
        }
        let reader = self.builder().with_row_groups(groups).with_batch_size(BATCH_ROWS).build();
        for batch in reader.map_err(unusable)? {
            let batch = batch.map_err(unusable)?;
            rows(&batch, each).ok_or_else(|| unusable("a row is incomplete"))?;
        }
        Ok(())
    }

    fn builder(&self) -> ParquetRecordBatchReaderBuilder<Bytes> {
        ParquetRecordBatchReaderBuilder::new_with_metadata(self.file.clone(), self.metadata.clone())
    }
}

fn unusable(reason: impl std::fmt::Display) -> ArchiveError {
    ArchiveError::HistoryFile { file: "a day's readings".into(), reason: reason.to_string() }
}

/// Calls `each` for every row; `None` if one is incomplete. The columns must be those of the table, in its order.
fn rows(batch: &RecordBatch, each: &mut impl FnMut(&DayRow<'_>)) -> Option<()> {
    let text = |column: usize| batch.column(column).as_string::<i32>();
    let number = |column: usize| batch.column(column).as_primitive::<Float64Type>();
    let [phenomenon, box_id, sensor_id] = [text(0), text(1), text(2)];
    let measured_at = batch.column(3).as_primitive::<TimestampMillisecondType>();
    let value = batch.column(4).as_primitive::<Decimal32Type>();
    let raw_value = number(5);
    let [verdict, exposure, model] = [text(6), text(7), text(8)];
    let [latitude, longitude, height] = [number(9), number(10), number(11)];
    for row in 0..batch.num_rows() {
        let hundredths = value.is_valid(row).then(|| value.value(row));
        let raw = raw_value.is_valid(row).then(|| raw_value.value(row));
        let height = height.is_valid(row).then(|| height.value(row));
        let position = latitude.is_valid(row) && longitude.is_valid(row);
        let place = position.then(|| Place::new(latitude.value(row), longitude.value(row), height));
        each(&DayRow {
            phenomenon: phenomenon.is_valid(row).then(|| phenomenon.value(row)),
            box_id: box_id.value(row),
            sensor_id: sensor_id.value(row),
            measured_at: Timestamp::from_millisecond(measured_at.value(row)).ok()?,
            hundredths,
            raw_value: RowValue::stored(raw, hundredths).raw(),
            verdict: Verdict::ALL.into_iter().find(|known| known.slug() == verdict.value(row))?,
            exposure: Exposure::from_api(exposure.value(row)),
            model: model.value(row),
            place: place.flatten(),
        });
    }
    Some(())
}
