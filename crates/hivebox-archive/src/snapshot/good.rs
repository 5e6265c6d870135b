//! Reads only the good values of some phenomena, and only the columns that this needs.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use hivebox_climate::place::Exposure;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use parquet::arrow::ProjectionMask;

use super::opened::Snapshot;
use crate::error::ArchiveError;

const COLUMNS: [&str; 6] = ["box_id", "exposure", "phenomenon", "value", "measured_at", "verdict"];

/// A reading with the verdict `ok`.
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
    /// Calls `each` for every reading with the verdict [`Verdict::Ok`] and one of `phenomena`, in the order of the file. Decodes
    /// no other columns.
    ///
    /// # Errors
    /// The rows cannot be read, which is a bug in HiveBox because the checksum was right.
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
            visit(&batch, phenomena, &mut each).ok_or_else(|| self.corrupt("a row is incomplete"))?;
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
