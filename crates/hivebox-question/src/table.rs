//! Rows of an answer, in any of the formats.

use hivebox_archive::{Cell, Table, TableColumn, TableError, TableFormat, TableWriter};
use jiff::Timestamp;
use serde::Serialize;

/// A row of an answer: as JSON by its fields, and as a table by its columns.
pub trait Row: Serialize {
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
pub enum Coordinates {
    /// Longitude and latitude in degrees.
    Flat([f64; 2]),
    /// Longitude and latitude in degrees, and the height in metres.
    High([f64; 3]),
}

/// What is said of a table as a whole.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The name of the rows, which is that of the array in JSON.
    pub name: &'static str,
    /// The moment that the rows are about.
    pub as_of: Timestamp,
}

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
    #[must_use]
    pub fn at(latitude: Option<f64>, longitude: Option<f64>, height: Option<f64>) -> Option<Self> {
        let (longitude, latitude) = (longitude?, latitude?);
        Some(match height {
            Some(height) => Self::High([longitude, latitude, height]),
            None => Self::Flat([longitude, latitude]),
        })
    }
}

/// A few rows as a table.
///
/// # Errors
/// A row does not have the cells that the columns name, or cannot be written.
pub fn table<R: Row>(
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

/// The rows as GeoJSON, made at once.
///
/// # Errors
/// A row cannot be written as JSON.
pub fn features<R: Row>(heading: Heading, rows: &[R]) -> Result<Vec<u8>, serde_json::Error> {
    let mut text = head(true, heading);
    for (index, row) in rows.iter().enumerate() {
        text.extend_from_slice(if index == 0 { b"" } else { b",\n" });
        write_row(&mut text, true, row)?;
    }
    text.extend_from_slice(TAIL);
    Ok(text)
}

/// How JSON or GeoJSON of many rows begins.
#[must_use]
pub fn head(as_features: bool, Heading { name, as_of }: Heading) -> Vec<u8> {
    let kind = if as_features { "\"type\":\"FeatureCollection\"," } else { "" };
    let array = if as_features { "features" } else { name };
    format!("{{{kind}\"as_of\":\"{as_of}\",\"{array}\":[\n").into_bytes()
}

/// How JSON or GeoJSON of many rows ends.
pub const TAIL: &[u8] = b"\n]}\n";

/// Writes a row as JSON, or as a feature of GeoJSON.
///
/// # Errors
/// The row cannot be written as JSON.
pub fn write_row<R: Row>(text: &mut Vec<u8>, as_feature: bool, row: &R) -> Result<(), serde_json::Error> {
    if as_feature {
        let geometry = row.coordinates().map(|coordinates| Geometry { r#type: "Point", coordinates });
        serde_json::to_writer(text, &Feature { r#type: "Feature", geometry, properties: row })
    } else {
        serde_json::to_writer(text, row)
    }
}

/// What a table says of itself, where its format has a place for it: the moment.
#[must_use]
pub fn metadata(heading: Heading) -> [(String, String); 1] {
    [("hivebox.as_of".to_owned(), heading.as_of.to_string())]
}
