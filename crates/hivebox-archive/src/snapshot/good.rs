//! Reads only what counts of a few phenomena, and only the columns that this takes.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;

use super::Snapshot;
use crate::error::ArchiveError;

const COLUMNS: [&str; 6] = ["box_id", "exposure", "phenomenon", "value", "measured_at", "verdict"];

/// A reading that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GoodValue<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// Where the box's sensors are exposed.
    pub exposure: Exposure,
    /// The phenomenon's slug.
    pub phenomenon: &'a str,
    /// The value in the phenomenon's canonical unit.
    pub value: Canonical,
    /// When it was measured.
    pub measured_at: Timestamp,
}

impl Snapshot {
    /// Hands `each` the readings whose verdict is [`Verdict::Ok`] and whose phenomenon is one of `phenomena`, in the
    /// order of the file. The other columns are not decoded.
    ///
    /// # Errors
    /// The rows cannot be read. Since the checksum was right, that is a fault of HiveBox.
    pub fn good_values(
        &self,
        phenomena: &[&str],
        mut each: impl FnMut(GoodValue<'_>),
    ) -> Result<(), ArchiveError> {
        let builder = self.reader()?;
        let columns = ProjectionMask::columns(builder.parquet_schema(), COLUMNS);
        let reader = builder.with_projection(columns).build().map_err(|error| self.corrupt(error))?;
        for batch in reader {
            let batch = batch.map_err(|error| self.corrupt(error))?;
            visit(&batch, phenomena, &mut each).ok_or_else(|| self.corrupt("a row is not complete"))?;
        }
        Ok(())
    }
}

fn visit(batch: &RecordBatch, phenomena: &[&str], each: &mut impl FnMut(GoodValue<'_>)) -> Option<()> {
    let text = |name: &str| batch.column_by_name(name).map(AsArray::as_string::<i32>);
    let [box_id, exposure, phenomenon, verdict] =
        [text("box_id")?, text("exposure")?, text("phenomenon")?, text("verdict")?];
    let value = batch.column_by_name("value")?.as_primitive::<Float64Type>();
    let measured_at = batch.column_by_name("measured_at")?.as_primitive::<TimestampMillisecondType>();
    for row in 0..batch.num_rows() {
        let is_asked_for = phenomenon.is_valid(row) && phenomena.contains(&phenomenon.value(row));
        if is_asked_for && value.is_valid(row) && verdict.value(row) == Verdict::Ok.slug() {
            each(GoodValue {
                box_id: box_id.value(row),
                exposure: Exposure::from_api(exposure.value(row)),
                phenomenon: phenomenon.value(row),
                value: Canonical(value.value(row)),
                measured_at: Timestamp::from_millisecond(measured_at.value(row)).ok()?,
            });
        }
    }
    Some(())
}
