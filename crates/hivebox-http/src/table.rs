//! Responses that consist of rows, in any format.

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
use crate::error::ApiError;
use crate::pieces::{self, BodySender, Disconnected};
use crate::represent::entity_tag;

/// The rows per block of a table: enough for a columnar format to pay off.
const ROWS_PER_BLOCK: usize = 16 << 10;

/// A streamed response of many rows, which `write` produces one by one.
///
/// # Errors
/// Too many responses are being streamed.
pub(super) fn streamed(
    format: Format,
    heading: Heading,
    columns: &'static [TableColumn],
    write: impl FnOnce(&mut RowWriter<'_>) -> Result<(), WriteError> + Send + 'static,
) -> Result<Response, ApiError> {
    let body = pieces::body(move |sender| {
        let sent = RowWriter::begin(format, heading, columns, sender).and_then(|mut writer| {
            write(&mut writer)?;
            writer.end()
        });
        if let Err(WriteError::Row(error)) = sent {
            sender.fail(error);
        }
    })?;
    Ok(respond(format, heading, body))
}

/// A response of a few rows, built at once. `json` is the body in JSON.
///
/// # Errors
/// A row cannot be written.
pub(super) fn whole<R: Row>(
    format: Format,
    heading: Heading,
    rows: &[R],
    json: &impl Serialize,
) -> Result<Response, ApiError> {
    whole_in(format, heading, R::COLUMNS, rows, json)
}

/// The same for rows with other columns than [`Row::COLUMNS`].
///
/// # Errors
/// A row cannot be written.
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

/// A response with a body in `format`, and a file name for saving it.
fn respond(format: Format, heading: Heading, body: impl Into<Body>) -> Response {
    let disposition = format!("inline; filename=\"{}.{}\"", heading.name, format.name());
    let headers = [(CONTENT_TYPE, format.media_type().to_owned()), (CONTENT_DISPOSITION, disposition)];
    (headers, body.into()).into_response()
}

/// The entity tag of a streamed response: equal requests on equal presents get equal bytes.
pub(super) fn tag(format: Format, heading: Heading, query: Option<&str>) -> HeaderValue {
    tag_of(format, heading.name, query.unwrap_or_default(), &heading.as_of.to_string())
}

/// The entity tag of a response that two texts determine: the question, and the state of the data.
pub(super) fn tag_of(format: Format, name: &str, question: &str, state: &str) -> HeaderValue {
    let facts = [env!("CARGO_PKG_VERSION"), name, format.name(), question];
    let mut hasher = Sha256::new();
    for fact in facts {
        hasher.update(fact);
        hasher.update([0]);
    }
    hasher.update(state);
    let hash: [u8; 32] = hasher.finalize().into();
    entity_tag::of(&hash)
}

/// Adds the tabular formats to the description of a response.
pub(super) fn described<R: Row>(response: ResponseDoc, heading: Heading, rows: &[R]) -> ResponseDoc {
    described_in(response, heading, R::COLUMNS, rows)
}

/// The same for rows with other columns than [`Row::COLUMNS`].
pub(super) fn described_in<R: Row>(
    response: ResponseDoc,
    heading: Heading,
    columns: &[TableColumn],
    rows: &[R],
) -> ResponseDoc {
    let csv = table(TableFormat::Csv, heading, columns, rows).expect("examples have a cell for each column");
    response
        .text(Format::Csv.media_type(), std::str::from_utf8(&csv).expect("CSV is UTF-8"))
        .bytes(Format::Parquet.media_type())
        .bytes(Format::Arrow.media_type())
        .headers(&[headers::CONTENT_DISPOSITION])
}

/// The same for rows with coordinates, which GeoJSON can represent as well.
pub(super) fn described_with_places<R: Row>(
    response: ResponseDoc,
    heading: Heading,
    rows: &[R],
) -> ResponseDoc {
    let features = features(heading, rows).expect("examples consist of text and numbers");
    let example = serde_json::from_slice(&features).expect("GeoJSON is a JSON object");
    described(response.object(Format::GeoJson.media_type(), example), heading, rows)
}

/// Why a streamed response ends early.
#[derive(Debug)]
pub(super) enum WriteError {
    /// The client has disconnected.
    Disconnected,
    /// A row cannot be written.
    Row(RowError),
}

/// Why a row cannot be written. It is a bug.
#[derive(Debug, thiserror::Error)]
pub(super) enum RowError {
    /// The row does not match the table's columns.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The row cannot be represented in JSON.
    #[error("a row cannot be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
}

impl<E: Into<RowError>> From<E> for WriteError {
    fn from(error: E) -> Self {
        Self::Row(error.into())
    }
}

/// Writes the rows of a streamed response.
#[derive(Debug)]
pub(super) struct RowWriter<'a> {
    sender: &'a BodySender,
    output: Output,
}

/// The rows that have not been sent yet.
#[derive(Debug)]
enum Output {
    Table { table: Table, writer: TableWriter },
    Text { text: Vec<u8>, as_features: bool, is_begun: bool },
}

impl<'a> RowWriter<'a> {
    fn begin(
        format: Format,
        heading: Heading,
        columns: &'static [TableColumn],
        sender: &'a BodySender,
    ) -> Result<Self, WriteError> {
        let output = if let Some(format) = format.table() {
            let writer = TableWriter::new(format, columns, &metadata(heading))?;
            Output::Table { table: Table::new(columns), writer }
        } else {
            let as_features = format == Format::GeoJson;
            Output::Text { text: head(as_features, heading), as_features, is_begun: false }
        };
        Ok(Self { sender, output })
    }

    /// Writes a row, which must have the columns of the response.
    ///
    /// # Errors
    /// The row cannot be written, or the client has disconnected.
    pub(super) fn push<R: Row>(&mut self, row: &R) -> Result<(), WriteError> {
        let is_full = match &mut self.output {
            Output::Table { table, .. } => {
                table.push(row.cells())?;
                table.len() >= ROWS_PER_BLOCK
            }
            Output::Text { text, as_features, is_begun } => {
                let is_first = !std::mem::replace(is_begun, true);
                text.extend_from_slice(if is_first { b"" } else { b",\n" });
                write_row(text, *as_features, row)?;
                text.len() >= pieces::PIECE_BYTES
            }
        };
        if is_full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), WriteError> {
        let piece = match &mut self.output {
            Output::Table { table, .. } if table.is_empty() => return Ok(()),
            Output::Table { table, writer } => writer.write(table)?,
            Output::Text { text, .. } => std::mem::take(text).into(),
        };
        self.sender.send(piece).map_err(|Disconnected| WriteError::Disconnected)
    }

    fn end(mut self) -> Result<(), WriteError> {
        self.flush()?;
        let last = match self.output {
            Output::Table { writer, .. } => writer.finish()?,
            Output::Text { .. } => TAIL.into(),
        };
        self.sender.send(last).map_err(|Disconnected| WriteError::Disconnected)
    }
}
