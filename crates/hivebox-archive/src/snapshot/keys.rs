//! Reads only what tells one reading from all others.

use arrow_array::cast::AsArray;
use arrow_array::types::TimestampMillisecondType;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;

use super::Snapshot;
use crate::error::ArchiveError;

impl Snapshot {
    /// Hands `each` the sensor's id and the time of each reading, in the order of the file. The other columns are not decoded.
    ///
    /// # Errors
    /// The rows cannot be read. Since the checksum was right, that is a fault of HiveBox.
    pub fn keys(&self, mut each: impl FnMut(&str, Timestamp)) -> Result<(), ArchiveError> {
        let builder = self.reader()?;
        let columns = ProjectionMask::columns(builder.parquet_schema(), ["sensor_id", "measured_at"]);
        let reader = builder.with_projection(columns).build().map_err(|error| self.corrupt(error))?;
        for batch in reader {
            let batch = batch.map_err(|error| self.corrupt(error))?;
            // The columns were chosen above; they stand in the order of the file.
            let (sensor_id, measured_at) = (batch.column(0).as_string::<i32>(), batch.column(1));
            let measured_at = measured_at.as_primitive::<TimestampMillisecondType>();
            for row in 0..batch.num_rows() {
                let at = Timestamp::from_millisecond(measured_at.value(row));
                each(sensor_id.value(row), at.map_err(|error| self.corrupt(error))?);
            }
        }
        Ok(())
    }
}
