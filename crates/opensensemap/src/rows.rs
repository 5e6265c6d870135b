//! Decodes measurements, which the API sends as CSV, while their bytes arrive.

use csv_core::{ReadRecordResult, Reader};
use jiff::Timestamp;

use crate::decode::message_in;
use crate::instant::InstantReader;
use crate::sense_box::Location;

/// Limits of one row; rows of the API have about 70 bytes.
const MAX_ROW_BYTES: usize = 4096;
const MAX_COLUMNS: usize = 32;

/// One measurement of an answer, borrowing the answer's text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasurementRow<'a> {
    /// The sensor id, 24 hex digits in all answers seen.
    pub sensor_id: &'a str,
    /// The box id, if the question asked for it.
    pub box_id: Option<&'a str>,
    /// The time of measurement (or of arrival), with milliseconds.
    pub created_at: Timestamp,
    /// The value as the sensor sent it: a text, which is not always a number.
    pub value: &'a str,
    /// The place of measurement, if the file has it: those of mobile boxes do.
    pub location: Option<Location>,
}

/// Why an answer is not a complete list of measurements.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RowsError {
    /// The first line lacks a requested column.
    #[error("the answer has no column {missing}")]
    Header {
        /// The missing column.
        missing: &'static str,
    },
    /// The answer ends within a row or in an error message. The API sends status 200 before it
    /// reads its database, so it reports errors this way.
    #[error("the answer was cut off after {rows} measurements{}", if *told { ", with an error message" } else { "" })]
    Truncated {
        /// The number of rows read before the cut. There are more.
        rows: usize,
        /// Whether it ends in an error message of the API.
        told: bool,
    },
    /// A row is not a measurement.
    #[error("row {row} of the answer should have {expected}")]
    BadRow {
        /// The number of the row, from 1, not counting the column names.
        row: usize,
        /// What the row should have.
        expected: &'static str,
    },
    /// A row exceeds the limits, which are far above what the API sends.
    #[error("row {row} of the answer has more than {MAX_ROW_BYTES} bytes or {MAX_COLUMNS} columns")]
    RowTooLarge {
        /// The number of the row, from 1.
        row: usize,
    },
}

/// Where a row has its sensor and box ids.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// In columns, as in `GET /boxes/data`.
    InColumns {
        /// Whether there is a column of box ids.
        box_ids: bool,
    },
    /// All rows belong to this sensor, as in a file of the archive.
    Of(String),
}

/// Decodes rows from an answer that arrives in pieces of any size, holding at most one row.
#[derive(Debug)]
pub(crate) struct RowDecoder {
    shape: Shape,
    reader: Reader,
    fields: Vec<u8>,
    ends: [usize; MAX_COLUMNS],
    /// How much of `fields` and `ends` the current row has filled.
    filled: (usize, usize),
    columns: Option<ColumnPositions>,
    rows: usize,
    instants: InstantReader,
}

/// The column positions.
#[derive(Debug, Clone, Copy)]
struct ColumnPositions {
    count: usize,
    created_at: usize,
    value: usize,
    sensor_id: Option<usize>,
    box_id: Option<usize>,
    /// Longitude and latitude.
    location: Option<(usize, usize)>,
}

impl RowDecoder {
    /// A decoder at the start of an answer.
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            shape,
            reader: Reader::new(),
            fields: vec![0; MAX_ROW_BYTES],
            ends: [0; MAX_COLUMNS],
            filled: (0, 0),
            columns: None,
            rows: 0,
            instants: InstantReader::default(),
        }
    }

    /// Takes the next piece of the answer and passes each row that it completes to `sink`.
    ///
    /// # Errors
    /// [`RowsError`] if the answer is not a list of measurements. Discard the decoder then.
    pub(crate) fn push(
        &mut self,
        mut piece: &[u8],
        sink: &mut impl FnMut(MeasurementRow<'_>),
    ) -> Result<(), RowsError> {
        // The reader takes empty input for the end.
        while !piece.is_empty() {
            let (result, read) = self.step(piece);
            piece = &piece[read..];
            match result {
                ReadRecordResult::Record => self.take_row(sink)?,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Err(self.too_large());
                }
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            }
        }
        Ok(())
    }

    /// Ends the answer and returns the number of rows.
    ///
    /// # Errors
    /// [`RowsError`] if the answer is incomplete: it has no header, or its last row has no end.
    pub(crate) fn finish(mut self) -> Result<usize, RowsError> {
        match self.step(&[]).0 {
            ReadRecordResult::End if self.columns.is_some() => Ok(self.rows),
            // A row without a line break may be the beginning of a longer one.
            _ => {
                let rest = &self.fields[..self.filled.0];
                Err(RowsError::Truncated { rows: self.rows, told: message_in(rest) })
            }
        }
    }

    fn step(&mut self, input: &[u8]) -> (ReadRecordResult, usize) {
        let (bytes, ends) = self.filled;
        let (result, read, more_bytes, more_ends) =
            self.reader.read_record(input, &mut self.fields[bytes..], &mut self.ends[ends..]);
        self.filled = (bytes + more_bytes, ends + more_ends);
        (result, read)
    }

    fn too_large(&self) -> RowsError {
        RowsError::RowTooLarge { row: self.rows + 1 }
    }

    /// Reads the row that has just ended.
    fn take_row(&mut self, sink: &mut impl FnMut(MeasurementRow<'_>)) -> Result<(), RowsError> {
        let (bytes, count) = std::mem::take(&mut self.filled);
        let bytes = &self.fields[..bytes];
        let Some(columns) = self.columns else {
            self.columns = Some(ColumnPositions::of(&self.shape, bytes, &self.ends[..count])?);
            return Ok(());
        };
        let bad = |expected| RowsError::BadRow { row: self.rows + 1, expected };
        let text = simdutf8::basic::from_utf8(bytes).map_err(|_| bad("UTF-8"))?;
        if message_in(bytes) {
            return Err(RowsError::Truncated { rows: self.rows, told: true });
        }
        if count != columns.count {
            return Err(bad("as many columns as the first line"));
        }
        let ends = &self.ends[..count];
        let field = |place: usize| {
            let start = place.checked_sub(1).map_or(0, |before| ends[before]);
            // The text is valid as a whole, but a character may still be split between two fields.
            text.get(start..ends[place]).ok_or_else(|| bad("UTF-8"))
        };
        let created_at = self.instants.read(field(columns.created_at)?.as_bytes());
        let sensor_id = match (&self.shape, columns.sensor_id) {
            (Shape::Of(id), _) => id,
            (Shape::InColumns { .. }, place) => field(place.expect("`of` has found the column"))?,
        };
        if sensor_id.is_empty() {
            return Err(bad("the id of a sensor"));
        }
        let row = MeasurementRow {
            sensor_id,
            box_id: columns.box_id.map(field).transpose()?,
            created_at: created_at.ok_or_else(|| bad("a time by RFC 3339 as createdAt"))?,
            value: field(columns.value)?,
            location: match columns.location {
                Some((longitude, latitude)) => location(field(longitude)?, field(latitude)?),
                None => None,
            },
        };
        self.rows += 1;
        sink(row);
        Ok(())
    }
}

impl ColumnPositions {
    /// Finds the columns by name.
    fn of(shape: &Shape, bytes: &[u8], ends: &[usize]) -> Result<Self, RowsError> {
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let names: Vec<&[u8]> = starts.zip(ends).map(|(start, &end)| &bytes[start..end]).collect();
        let find = |name: &str| {
            // The reader removes a byte order mark unless it arrived in pieces.
            let is = |found: &&[u8]| found.strip_prefix(b"\xef\xbb\xbf").unwrap_or(found) == name.as_bytes();
            names.iter().position(is)
        };
        let needed = |missing: &'static str| find(missing).ok_or(RowsError::Header { missing });
        let (sensor_id, box_id) = match shape {
            Shape::InColumns { box_ids } => {
                let box_id = if *box_ids { Some(needed("boxId")?) } else { None };
                (Some(needed("sensorId")?), box_id)
            }
            Shape::Of(_) => (None, None),
        };
        Ok(Self {
            count: names.len(),
            created_at: needed("createdAt")?,
            value: needed("value")?,
            sensor_id,
            box_id,
            location: find("longitude").zip(find("latitude")),
        })
    }
}

/// A place on Earth; `None` if the fields are empty or something else.
fn location(longitude: &str, latitude: &str) -> Option<Location> {
    let degrees = |text: &str| text.trim().parse().ok();
    Location::on_earth(degrees(longitude)?, degrees(latitude)?, None)
}

#[cfg(test)]
mod tests;
