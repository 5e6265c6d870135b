//! Reads only the columns that identify readings.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;

use super::opened::Snapshot;
use crate::error::ArchiveError;

impl Snapshot {
    /// Calls `each` with the ids of the box and the sensor and with the time of every reading, in the order of the file. Decodes no other columns.
    ///
    /// # Errors
    /// The rows cannot be read, which is a bug in HiveBox because the checksum was right.
    pub fn keys(&self, mut each: impl FnMut(&str, &str, Timestamp)) -> Result<(), ArchiveError> {
        let builder = self.reader()?;
        let columns =
            ProjectionMask::columns(builder.parquet_schema(), ["box_id", "sensor_id", "measured_at"]);
        let reader = builder.with_projection(columns).build().map_err(|error| self.corrupt(error))?;
        for batch in reader {
            let batch = batch.map_err(|error| self.corrupt(error))?;
            // The projection above keeps the order of the file.
            let [box_id, sensor_id] = [0, 1].map(|column| batch.column(column).as_string::<i32>());
            let measured_at = batch.column(2).as_primitive::<TimestampMillisecondType>();
            for row in 0..batch.num_rows() {
                let at = Timestamp::from_millisecond(measured_at.value(row));
                each(box_id.value(row), sensor_id.value(row), at.map_err(|error| self.corrupt(error))?);
            }
        }
        Ok(())
    }
}
