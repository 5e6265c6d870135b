//! Writes the sorted readings of a day.

use std::sync::Arc;

use arrow_array::builder::{Decimal32Builder, Float64Builder, StringBuilder, TimestampMillisecondBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use bytes::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use jiff::civil::Date;
use parquet::arrow::ArrowWriter;
use parquet::errors::ParquetError;

use crate::error::ArchiveError;
use crate::history::collected::{CollectedRow, Entries};
use crate::history::hourly::{HourlyBuilder, HourlyError, HourlyReading};
use crate::history::layout::{HistoryTable, PAGE_ROWS, VALUE};

/// This many rows become columns at a time.
const BATCH_ROWS: usize = PAGE_ROWS;

/// The files of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayFiles {
    /// The readings, with the columns of [`HistoryTable::Readings`].
    pub readings: Bytes,
    /// The number of readings, at least one.
    pub rows: u64,
    /// When the first reading was measured.
    pub first_at: Timestamp,
    /// When the last reading was measured.
    pub last_at: Timestamp,
    /// Their hourly sums, with the columns of [`hourly`](crate::history::hourly).
    pub hourly: Bytes,
    /// The number of rows of the hourly sums.
    pub hourly_rows: u64,
}

pub(super) struct DayWriter<'a> {
    catalogue: &'a Catalogue,
    begins_millis: i64,
    phenomenon: Option<Box<str>>,
    /// The same, if the catalogue knows it.
    known: Option<PhenomenonId>,
    batch: DayBatch,
    readings: ArrowWriter<Vec<u8>>,
    hourly: HourlyBuilder<'a>,
    rows: u64,
    /// The times of day of the first and the last reading, in milliseconds.
    span: Option<(u32, u32)>,
}

impl<'a> DayWriter<'a> {
    pub(super) fn new(date: Date, catalogue: &'a Catalogue) -> Result<Self, ArchiveError> {
        let begins = jiff::tz::TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).map_err(HourlyError::from)?;
        let table = HistoryTable::Readings;
        Ok(Self {
            catalogue,
            begins_millis: begins.as_millisecond(),
            phenomenon: None,
            known: None,
            batch: DayBatch::default(),
            readings: ArrowWriter::try_new(Vec::new(), table.schema(), Some(table.properties()?))?,
            hourly: HourlyBuilder::new(catalogue, date)?,
            rows: 0,
            span: None,
        })
    }

    /// Starts the readings of another phenomenon, in a new row group.
    pub(super) fn begin(&mut self, phenomenon: Option<&str>) -> Result<(), ArchiveError> {
        self.write()?;
        self.readings.flush()?;
        self.phenomenon = phenomenon.map(Box::from);
        self.known = phenomenon.and_then(|slug| self.catalogue.by_slug(slug));
        Ok(())
    }

    pub(super) fn push(&mut self, row: &CollectedRow, entries: &Entries) -> Result<(), ArchiveError> {
        let (entry, value) = (entries.get(row.entry), row.value());
        let millis = self.begins_millis + i64::from(row.millis_of_day);
        let place = entry.place();
        if let (Verdict::Ok, Some(phenomenon), Some(hundredths)) =
            (row.verdict, self.known, value.hundredths())
        {
            self.hourly.add(&HourlyReading {
                phenomenon,
                exposure: entry.exposure,
                position: place.map(|place| place.position()),
                measured_at: moment(millis)?,
                hundredths,
            })?;
        }
        let batch = &mut self.batch;
        batch.phenomenon.append_option(self.phenomenon.as_deref());
        batch.box_id.append_value(entries.text(entry.box_id));
        batch.sensor_id.append_value(entries.text(entry.sensor_id));
        batch.measured_at.append_value(millis);
        batch.value.append_option(value.hundredths());
        batch.raw_value.append_option(value.raw_to_store());
        batch.verdict.append_value(row.verdict.slug());
        batch.exposure.append_value(entry.exposure.slug());
        batch.model.append_value(entries.text(entry.model));
        batch.latitude.append_option(place.map(|place| place.latitude_degrees()));
        batch.longitude.append_option(place.map(|place| place.longitude_degrees()));
        batch.height.append_option(place.and_then(|place| place.height_metres()));
        batch.rows += 1;
        self.rows += 1;
        let (first, last) = self.span.unwrap_or((row.millis_of_day, row.millis_of_day));
        self.span = Some((first.min(row.millis_of_day), last.max(row.millis_of_day)));
        if self.batch.rows == BATCH_ROWS { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<(), ArchiveError> {
        if self.batch.rows > 0 {
            self.readings.write(&std::mem::take(&mut self.batch).finish()?)?;
        }
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<Option<DayFiles>, ArchiveError> {
        self.write()?;
        let Some((first, last)) = self.span else { return Ok(None) };
        let hourly = self.hourly.finish()?;
        Ok(Some(DayFiles {
            readings: self.readings.into_inner()?.into(),
            rows: self.rows,
            first_at: moment(self.begins_millis + i64::from(first))?,
            last_at: moment(self.begins_millis + i64::from(last))?,
            hourly: hourly.bytes.into(),
            hourly_rows: hourly.rows,
        }))
    }
}

fn moment(millis: i64) -> Result<Timestamp, ArchiveError> {
    Ok(Timestamp::from_millisecond(millis).map_err(HourlyError::from)?)
}

#[derive(Debug, Default)]
struct DayBatch {
    phenomenon: StringBuilder,
    box_id: StringBuilder,
    sensor_id: StringBuilder,
    measured_at: TimestampMillisecondBuilder,
    value: Decimal32Builder,
    raw_value: Float64Builder,
    verdict: StringBuilder,
    exposure: StringBuilder,
    model: StringBuilder,
    latitude: Float64Builder,
    longitude: Float64Builder,
    height: Float64Builder,
    rows: usize,
}

impl DayBatch {
    /// The columns in the order of the table.
    fn finish(mut self) -> Result<RecordBatch, ParquetError> {
        let columns: Vec<ArrayRef> = vec![
            Arc::new(self.phenomenon.finish()),
            Arc::new(self.box_id.finish()),
            Arc::new(self.sensor_id.finish()),
            Arc::new(self.measured_at.with_timezone("UTC").finish()),
            Arc::new(self.value.finish().with_data_type(VALUE)),
            Arc::new(self.raw_value.finish()),
            Arc::new(self.verdict.finish()),
            Arc::new(self.exposure.finish()),
            Arc::new(self.model.finish()),
            Arc::new(self.latitude.finish()),
            Arc::new(self.longitude.finish()),
            Arc::new(self.height.finish()),
        ];
        Ok(RecordBatch::try_new(HistoryTable::Readings.schema(), columns)?)
    }
}
