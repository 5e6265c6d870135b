//! Answers of many rows, in any of the formats.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hivebox_archive::{Cell, Table, TableColumn, TableError, TableFormat, TableWriter};
use jiff::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::ApiError;
use super::describe::{Answer, headers};
use super::format::Format;
use super::pieces::{self, Gone, Sink};
use super::represent::entity_tag;

/// A row of an answer: as JSON by its fields, and as a table by its columns.
pub(crate) trait Row: Serialize {
    /// The columns.
    const COLUMNS: &'static [TableColumn];

    /// A cell for each column.
    fn cells(&self) -> Vec<Cell<'_>>;

    /// Where it is, for GeoJSON: longitude, latitude, and height if that is known.
    fn coordinates(&self) -> Option<Coordinates> {
        None
    }
}

/// A position, in the order of RFC 7946.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Coordinates {
    Flat([f64; 2]),
    High([f64; 3]),
}

/// What is said of a table as a whole.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Heading {
    /// The name of the rows, which is that of the array in JSON.
    pub(crate) name: &'static str,
    pub(crate) as_of: Timestamp,
}

/// Rows that go into one block of a table: enough for columns to be worth it.
const ROWS_A_BLOCK: usize = 16 << 10;

#[derive(Serialize)]
struct Feature<'a, R> {
    r#type: &'static str,
    geometry: Option<Geometry>,
    properties: &'a R,
}

#[derive(Serialize)]
struct Geometry {
    r#type: &'static str,
    coordinates: Coordinates,
}

impl Coordinates {
    /// Those of a place, as far as they are known.
    pub(super) fn at(latitude: Option<f64>, longitude: Option<f64>, height: Option<f64>) -> Option<Self> {
        let (longitude, latitude) = (longitude?, latitude?);
        Some(match height {
            Some(height) => Self::High([longitude, latitude, height]),
            None => Self::Flat([longitude, latitude]),
        })
    }
}

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
    let body = match (format, table_format(format)) {
        (_, Some(format)) => table(format, heading, columns, rows).map_err(ApiError::internal)?,
        (Format::GeoJson, None) => features(heading, rows)?,
        (_, None) => serde_json::to_vec(json).map_err(ApiError::internal)?,
    };
    Ok(respond(format, heading, body))
}

/// A few rows as a table.
pub(crate) fn table<R: Row>(
    format: TableFormat,
    heading: Heading,
    columns: &[TableColumn],
    rows: &[R],
) -> Result<Vec<u8>, TableError> {
    let mut table = Table::new(columns);
    let mut writer = TableWriter::new(format, columns, &metadata(heading))?;
    rows.iter().try_for_each(|row| table.push(row.cells()))?;
    let mut bytes = if table.is_empty() { Vec::new() } else { writer.write(&mut table)?.to_vec() };
    bytes.extend_from_slice(&writer.finish()?);
    Ok(bytes)
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

/// The format as that of a table; `None` for JSON and GeoJSON.
fn table_format(format: Format) -> Option<TableFormat> {
    match format {
        Format::Csv => Some(TableFormat::Csv),
        Format::Parquet => Some(TableFormat::Parquet),
        Format::Arrow => Some(TableFormat::Arrow),
        Format::Json | Format::GeoJson => None,
    }
}

/// The rows as GeoJSON, made at once.
fn features<R: Row>(heading: Heading, rows: &[R]) -> Result<Vec<u8>, ApiError> {
    let mut text = head(true, heading);
    for (index, row) in rows.iter().enumerate() {
        text.extend_from_slice(if index == 0 { b"" } else { b",\n" });
        write_row(&mut text, true, row).map_err(ApiError::internal)?;
    }
    text.extend_from_slice(TAIL);
    Ok(text)
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
        let to = if let Some(format) = table_format(format) {
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

fn head(as_features: bool, Heading { name, as_of }: Heading) -> Vec<u8> {
    let kind = if as_features { "\"type\":\"FeatureCollection\"," } else { "" };
    let array = if as_features { "features" } else { name };
    format!("{{{kind}\"as_of\":\"{as_of}\",\"{array}\":[\n").into_bytes()
}

const TAIL: &[u8] = b"\n]}\n";

fn write_row<R: Row>(text: &mut Vec<u8>, as_feature: bool, row: &R) -> Result<(), serde_json::Error> {
    if as_feature {
        let geometry = row.coordinates().map(|coordinates| Geometry { r#type: "Point", coordinates });
        serde_json::to_writer(text, &Feature { r#type: "Feature", geometry, properties: row })
    } else {
        serde_json::to_writer(text, row)
    }
}

/// Where the format has a place for it: the moment.
fn metadata(heading: Heading) -> [(String, String); 1] {
    [("hivebox.as_of".to_owned(), heading.as_of.to_string())]
}
