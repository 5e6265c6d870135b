//! Exports a snapshot as Parquet, JSON or CSV.

use arrow_array::types::{Float64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use bytes::Bytes;
use jiff::Timestamp;
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;
use serde::Serialize;

use super::opened::Snapshot;
use crate::error::ArchiveError;
use crate::name::SnapshotName;

/// How many rows a piece has: about half a megabyte of JSON.
const BATCH_ROWS: usize = 1024;

/// The format of an exported snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotFormat {
    /// The stored file itself.
    Parquet,
    /// A JSON array with one object a row.
    Json,
    /// CSV (RFC 4180) with a header.
    Csv,
}

impl SnapshotFormat {
    /// The media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Parquet => "application/vnd.apache.parquet",
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8",
        }
    }
}

/// One row; the fields are the columns of [`COLUMNS`](crate::schema::COLUMNS).
#[derive(Debug, Serialize)]
struct Row<'a> {
    snapshot_at: Timestamp,
    box_id: &'a str,
    box_name: &'a str,
    model: &'a str,
    exposure: &'a str,
    latitude: Option<f64>,
    longitude: Option<f64>,
    height: Option<f64>,
    sensor_id: &'a str,
    title: &'a str,
    unit: &'a str,
    sensor_type: &'a str,
    phenomenon: Option<&'a str>,
    raw_value: Option<f64>,
    value: Option<f64>,
    measured_at: Timestamp,
    verdict: &'a str,
}

impl Snapshot {
    /// Exports the snapshot in pieces of bounded size.
    ///
    /// # Errors
    /// The rows cannot be read, which is a bug in HiveBox because the checksum was right.
    pub fn export(
        &self,
        format: SnapshotFormat,
    ) -> Result<impl Iterator<Item = Result<Bytes, ArchiveError>> + Send + use<>, ArchiveError> {
        let mut pieces =
            Pieces { name: self.name(), format, batches: None, whole: None, begun: false, ended: false };
        if format == SnapshotFormat::Parquet {
            pieces.whole = Some(self.file().clone());
        } else {
            let reader = self.reader()?.with_batch_size(BATCH_ROWS).build();
            pieces.batches = Some(reader.map_err(|error| self.corrupt(error))?);
        }
        Ok(pieces)
    }
}

struct Pieces {
    name: SnapshotName,
    format: SnapshotFormat,
    whole: Option<Bytes>,
    batches: Option<ParquetRecordBatchReader>,
    begun: bool,
    ended: bool,
}

impl Iterator for Pieces {
    type Item = Result<Bytes, ArchiveError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.format == SnapshotFormat::Parquet {
            return self.whole.take().map(Ok);
        }
        let is_first = !std::mem::replace(&mut self.begun, true);
        match self.batches.as_mut()?.next() {
            Some(Ok(batch)) => Some(self.piece(&batch, is_first)),
            Some(Err(error)) => {
                self.batches = None;
                Some(Err(ArchiveError::Corrupt { name: self.name, reason: error.to_string() }))
            }
            None => {
                self.batches = None;
                self.ended = true;
                self.last_piece(is_first).map(Ok)
            }
        }
    }
}

impl Pieces {
    fn piece(&self, batch: &RecordBatch, is_first: bool) -> Result<Bytes, ArchiveError> {
        let corrupt = |reason: String| ArchiveError::Corrupt { name: self.name, reason };
        let rows = rows(batch).ok_or_else(|| corrupt("a row is incomplete".into()))?;
        match self.format {
            SnapshotFormat::Csv => csv_piece(&rows, is_first).map_err(|error| corrupt(error.to_string())),
            _ => json_piece(&rows, is_first).map_err(|error| corrupt(error.to_string())),
        }
    }

    /// The end of the text; for a snapshot without rows, also its beginning.
    fn last_piece(&self, is_first: bool) -> Option<Bytes> {
        match (self.format, is_first) {
            (SnapshotFormat::Json, true) => Some(Bytes::from_static(b"[]\n")),
            (SnapshotFormat::Json, false) => Some(Bytes::from_static(b"\n]\n")),
            (SnapshotFormat::Csv, true) => {
                let names: Vec<&str> = crate::schema::COLUMNS.iter().map(|column| column.name).collect();
                Some(Bytes::from(names.join(",") + "\n"))
            }
            _ => None,
        }
    }
}

fn json_piece(rows: &[Row<'_>], is_first: bool) -> Result<Bytes, serde_json::Error> {
    let mut piece = Vec::with_capacity(rows.len() * 512);
    for (index, row) in rows.iter().enumerate() {
        piece.extend_from_slice(if is_first && index == 0 { b"[\n" } else { b",\n" });
        serde_json::to_writer(&mut piece, row)?;
    }
    Ok(piece.into())
}

fn csv_piece(rows: &[Row<'_>], is_first: bool) -> Result<Bytes, csv::Error> {
    let mut writer =
        csv::WriterBuilder::new().has_headers(is_first).from_writer(Vec::with_capacity(rows.len() * 256));
    for row in rows {
        writer.serialize(row)?;
    }
    writer.flush()?;
    Ok(writer.into_inner().map_err(csv::IntoInnerError::into_error)?.into())
}

fn rows(batch: &RecordBatch) -> Option<Vec<Row<'_>>> {
    let text = |name: &str| batch.column_by_name(name).map(arrow_array::cast::AsArray::as_string::<i32>);
    let number =
        |name: &str| batch.column_by_name(name).map(arrow_array::cast::AsArray::as_primitive::<Float64Type>);
    let time = |name: &str| {
        batch.column_by_name(name).map(arrow_array::cast::AsArray::as_primitive::<TimestampMillisecondType>)
    };
    let snapshot_at = time("snapshot_at")?;
    let measured_at = time("measured_at")?;
    let [box_id, box_name, model, exposure] =
        [text("box_id")?, text("box_name")?, text("model")?, text("exposure")?];
    let [latitude, longitude, height] = [number("latitude")?, number("longitude")?, number("height")?];
    let [sensor_id, title, unit, sensor_type] =
        [text("sensor_id")?, text("title")?, text("unit")?, text("sensor_type")?];
    let [phenomenon, verdict] = [text("phenomenon")?, text("verdict")?];
    let [raw_value, value] = [number("raw_value")?, number("value")?];
    (0..batch.num_rows())
        .map(|row| {
            Some(Row {
                snapshot_at: Timestamp::from_millisecond(snapshot_at.value(row)).ok()?,
                box_id: box_id.value(row),
                box_name: box_name.value(row),
                model: model.value(row),
                exposure: exposure.value(row),
                latitude: latitude.is_valid(row).then(|| latitude.value(row)),
                longitude: longitude.is_valid(row).then(|| longitude.value(row)),
                height: height.is_valid(row).then(|| height.value(row)),
                sensor_id: sensor_id.value(row),
                title: title.value(row),
                unit: unit.value(row),
                sensor_type: sensor_type.value(row),
                phenomenon: phenomenon.is_valid(row).then(|| phenomenon.value(row)),
                raw_value: raw_value.is_valid(row).then(|| raw_value.value(row)),
                value: value.is_valid(row).then(|| value.value(row)),
                measured_at: Timestamp::from_millisecond(measured_at.value(row)).ok()?,
                verdict: verdict.value(row),
            })
        })
        .collect()
}
