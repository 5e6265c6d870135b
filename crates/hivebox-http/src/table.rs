//! Answers of many rows, in any of the formats.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hivebox_archive::{Table, TableColumn, TableError, TableFormat, TableWriter};
use hivebox_question::format::Format;
use hivebox_question::table::{Heading, Row, TAIL, features, head, metadata, table, write_row};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::describe::{ResponseDoc, headers};
use crate::pieces::{self, Gone, Sink};
use crate::represent::entity_tag;
use crate::error::ApiError;

/// Rows that go into one block of a table: enough for columns to be worth it.
const ROWS_A_BLOCK: usize = 16 << 10;

/// An answer of many rows, which `write` gives one after the other, made while it is sent.
pub(super) fn answer(
    format: Format,
    heading: Heading,
    columns: &'static [TableColumn],
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), Stop> + Send + 'static,
) -> Result<Response, ApiError> {
    let body = pieces::body(move |sink| {
        let sent = Writer::begin(format, heading, columns, sink).and_then(|mut writer| {
            write(&mut writer)?;
            writer.end()
        });
        if let Err(Stop::Fault(fault)) = sent {
            sink.fail(fault);
        }
    })?;
    Ok(respond(format, heading, body))
}

/// An answer of a few rows, made at once: `json` is what JSON has.
pub(super) fn whole<R: Row>(
    format: Format,
    heading: Heading,
    rows: &[R],
    json: &impl Serialize,
) -> Result<Response, ApiError> {
    whole_in(format, heading, R::COLUMNS, rows, json)
}

/// The same where rows have more columns than all such rows have.
pub(super) fn whole_in<R: Row>(
    format: Format,
    heading: Heading,
    columns: &[TableColumn],
    rows: &[R],
    json: &impl Serialize,
) -> Result<Response, ApiError> {
    let body = match (format, format.table()) {
        (_, Some(format)) => table(format, heading, columns, rows).map_err(ApiError::internal)?,
        (Format::GeoJson, None) => features(heading, rows).map_err(ApiError::internal)?,
        (_, None) => serde_json::to_vec(json).map_err(ApiError::internal)?,
    };
    Ok(respond(format, heading, body))
}

/// A body in a format, which a browser may save under the name of the rows.
fn respond(format: Format, heading: Heading, body: impl Into<Body>) -> Response {
    let disposition = format!("inline; filename=\"{}.{}\"", heading.name, format.name());
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)];
    (headers, body.into()).into_response()
}

/// The tag of an answer that is made while it is sent: equal presents give equal bytes to equal requests.
pub(super) fn tag(format: Format, heading: Heading, query: Option<&str>) -> HeaderValue {
    tag_of(format, heading.name, query.unwrap_or_default(), &heading.as_of.to_string())
}

/// The tag of an answer that two texts decide: what is asked, and what it is asked of.
pub(super) fn tag_of(format: Format, name: &str, asked: &str, of: &str) -> HeaderValue {
    let facts = [env!("CARGO_PKG_VERSION"), name, format.name(), asked];
    let mut hasher = Sha256::new();
    for fact in facts {
        hasher.update(fact);
        hasher.update([0]);
    }
    hasher.update(of);
    let hash: [u8; 32] = hasher.finalize().into();
    entity_tag::of(&hash)
}

/// Says of an answer what it is as a table.
pub(super) fn described<R: Row>(answer: Answer, heading: Heading, rows: &[R]) -> Answer {
    described_in(answer, heading, R::COLUMNS, rows)
}

/// The same where rows have more columns than all such rows have.
pub(super) fn described_in<R: Row>(
    answer: Answer,
    heading: Heading,
    columns: &[TableColumn],
    rows: &[R],
) -> Answer {
    let csv = table(TableFormat::Csv, heading, columns, rows).unwrap_or_default();
    answer
        .text(Format::Csv.media_type(), &String::from_utf8_lossy(&csv))
        .bytes(Format::Parquet.media_type())
        .bytes(Format::Arrow.media_type())
        .headers(&[headers::CONTENT_DISPOSITION])
}

/// The same of rows that have a place.
pub(super) fn described_with_places<R: Row>(answer: Answer, heading: Heading, rows: &[R]) -> Answer {
    let features = features(heading, rows).unwrap_or_default();
    let example = serde_json::from_slice(&features).unwrap_or_default();
    described(answer.object(Format::GeoJson.media_type(), example), heading, rows)
}

/// Why an answer ends before its time.
#[derive(Debug)]
pub(super) enum Stop {
    /// The client has gone.
    Gone,
    /// A row cannot be written.
    Fault(Fault),
}

/// Why a row cannot be written: a fault of HiveBox.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error(transparent)]
    Table(#[from] TableError),
    #[error("an answer cannot be written: {0}")]
    Json(#[from] serde_json::Error),
}

impl<E: Into<Fault>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Fault(error.into())
    }
}

/// Takes the rows of an answer that is being sent.
#[derive(Debug)]
pub(super) struct Writer<'a> {
    sink: &'a Sink,
    to: To,
}

#[derive(Debug)]
enum To {
    Table { table: Table, writer: TableWriter },
    Text { text: Vec<u8>, as_features: bool, is_begun: bool },
}

impl<'a> Writer<'a> {
    fn begin(
        format: Format,
        heading: Heading,
        columns: &'static [TableColumn],
        sink: &'a Sink,
    ) -> Result<Self, Stop> {
        let to = if let Some(format) = format.table() {
            let writer = TableWriter::new(format, columns, &metadata(heading))?;
            To::Table { table: Table::new(columns), writer }
        } else {
            let as_features = format == Format::GeoJson;
            To::Text { text: head(as_features, heading), as_features, is_begun: false }
        };
        Ok(Self { sink, to })
    }

    /// Takes a row, whose columns are those of the answer.
    pub(super) fn push<R: Row>(&mut self, row: &R) -> Result<(), Stop> {
        let is_full = match &mut self.to {
            To::Table { table, .. } => {
                table.push(row.cells())?;
                table.len() >= ROWS_A_BLOCK
            }
            To::Text { text, as_features, is_begun } => {
                let is_first = !std::mem::replace(is_begun, true);
                text.extend_from_slice(if is_first { b"" } else { b",\n" });
                write_row(text, *as_features, row)?;
                text.len() >= pieces::PIECE_BYTES
            }
        };
        if is_full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), Stop> {
        let piece = match &mut self.to {
            To::Table { table, .. } if table.is_empty() => return Ok(()),
            To::Table { table, writer } => writer.write(table)?,
            To::Text { text, .. } => std::mem::take(text).into(),
        };
        self.sink.send(piece).map_err(|Gone| Stop::Gone)
    }

    fn end(mut self) -> Result<(), Stop> {
        self.flush()?;
        let last = match self.to {
            To::Table { writer, .. } => writer.finish()?,
            To::Text { .. } => TAIL.into(),
        };
        self.sink.send(last).map_err(|Gone| Stop::Gone)
    }
}
