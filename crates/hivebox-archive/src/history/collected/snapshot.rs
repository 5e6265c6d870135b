//! Collects the readings of a snapshot.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;

use super::{CollectedReading, CollectedReadings, latest};
use crate::error::ArchiveError;
use crate::snapshot::Snapshot;

/// How many rows to decode at a time: some megabytes.
const BATCH_ROWS: usize = 8192;

/// The only column that says nothing about the reading itself.
const LEFT_OUT: &str = "snapshot_at";

impl CollectedReadings {
    /// Adds all readings of a snapshot, except those that claim to be from the future; returns how many it has.
    ///
    /// # Errors
    /// The rows cannot be read, which is a bug in HiveBox because the checksum was right. Some may have been added.
    pub fn add_snapshot(&mut self, snapshot: &Snapshot) -> Result<u64, ArchiveError> {
        let latest = latest(snapshot.name().moment());
        let builder = snapshot.reader()?;
        let columns = builder.parquet_schema().columns().iter().enumerate();
        let wanted = columns.filter(|(_, column)| column.name() != LEFT_OUT).map(|(place, _)| place);
        let wanted = ProjectionMask::leaves(builder.parquet_schema(), wanted);
        let reader = builder.with_projection(wanted).with_batch_size(BATCH_ROWS).build();
        for batch in reader.map_err(|error| snapshot.corrupt(error))? {
            let batch = batch.map_err(|error| snapshot.corrupt(error))?;
            self.add_batch(&batch, latest).ok_or_else(|| snapshot.corrupt("a row is incomplete"))?;
        }
        Ok(snapshot.rows())
    }

    fn add_batch(&mut self, batch: &RecordBatch, latest: Timestamp) -> Option<()> {
        let text = |name: &str| Some(batch.column_by_name(name)?.as_string::<i32>());
        let number = |name: &str| Some(batch.column_by_name(name)?.as_primitive::<Float64Type>());
        let [box_id, box_name, model, exposure] =
            [text("box_id")?, text("box_name")?, text("model")?, text("exposure")?];
        let [sensor_id, title, unit, sensor_type] =
            [text("sensor_id")?, text("title")?, text("unit")?, text("sensor_type")?];
        let [phenomenon, verdict] = [text("phenomenon")?, text("verdict")?];
        let [latitude, longitude, height] = [number("latitude")?, number("longitude")?, number("height")?];
        let [raw_value, value] = [number("raw_value")?, number("value")?];
        let measured_at = batch.column_by_name("measured_at")?.as_primitive::<TimestampMillisecondType>();
        for row in 0..batch.num_rows() {
            let at = Timestamp::from_millisecond(measured_at.value(row)).ok()?;
            if at > latest {
                self.from_future += 1;
                continue;
            }
            let position = latitude.is_valid(row) && longitude.is_valid(row);
            let height = height.is_valid(row).then(|| height.value(row));
            let place = position.then(|| Place::new(latitude.value(row), longitude.value(row), height));
            self.add(&CollectedReading {
                box_id: box_id.value(row),
                box_name: box_name.value(row),
                model: model.value(row),
                exposure: Exposure::from_api(exposure.value(row)),
                place: place.flatten(),
                sensor_id: sensor_id.value(row),
                title: title.value(row),
                unit: unit.value(row),
                sensor_type: sensor_type.value(row),
                phenomenon: phenomenon.is_valid(row).then(|| phenomenon.value(row)),
                raw_value: raw_value.is_valid(row).then(|| raw_value.value(row)),
                value: value.is_valid(row).then(|| Canonical(value.value(row))),
                measured_at: at,
                verdict: Verdict::ALL.into_iter().find(|known| known.slug() == verdict.value(row))?,
            });
        }
        Some(())
    }
}
