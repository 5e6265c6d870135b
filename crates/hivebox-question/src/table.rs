//! Writes the rows of an answer in each format.

use hivebox_archive::{Cell, Table, TableColumn, TableError, TableFormat, TableWriter};
use jiff::Timestamp;
use serde::Serialize;

/// A row of an answer. JSON has its fields, a table has its columns.
pub trait Row: Serialize {
    /// The columns.
    const COLUMNS: &'static [TableColumn];

    /// A cell for each column.
    fn cells(&self) -> Vec<Cell<'_>>;

    /// Its position for GeoJSON; `None` if it is unknown.
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

/// The metadata of a table.
#[derive(Debug, Clone, Copy)]
pub struct Heading {
    /// The name of the rows, and of their array in JSON.
    pub name: &'static str,
    /// The moment of the rows.
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
    /// The coordinates of a place, in degrees and metres; `None` without latitude or longitude.
    #[must_use]
    pub fn at(latitude: Option<f64>, longitude: Option<f64>, height: Option<f64>) -> Option<Self> {
        let (longitude, latitude) = (longitude?, latitude?);
        Some(match height {
            Some(height) => Self::High([longitude, latitude, height]),
            None => Self::Flat([longitude, latitude]),
        })
    }
}

/// Writes all rows as one table.
///
/// # Errors
/// The cells of a row do not fit the columns, or a row cannot be written.
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

/// Writes all rows as one GeoJSON document.
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

/// The beginning of a JSON or GeoJSON document, before its rows.
#[must_use]
pub fn head(as_features: bool, Heading { name, as_of }: Heading) -> Vec<u8> {
    let kind = if as_features { "\"type\":\"FeatureCollection\"," } else { "" };
    let array = if as_features { "features" } else { name };
    format!("{{{kind}\"as_of\":\"{as_of}\",\"{array}\":[\n").into_bytes()
}

/// The end of a JSON or GeoJSON document, after its rows.
pub const TAIL: &[u8] = b"\n]}\n";

/// Writes a row as JSON or as a GeoJSON feature.
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

/// A value as bodies and tables show it, with two decimals.
#[must_use]
pub fn hundredths(value: f64) -> f64 {
    // Adding zero turns a -0.0 from rounding into 0.0.
    (value * 100.0).round() / 100.0 + 0.0
}

/// The same for a value of any unit: below 0.1, such as radiation in µSv/h, with three significant digits.
#[must_use]
pub fn shown(value: f64) -> f64 {
    let size = value.abs();
    if size == 0.0 || size >= 0.1 || !size.is_finite() {
        return hundredths(value);
    }
    // Text rounds as people do; powers of ten would leave 0.08340000000000001.
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// The metadata for formats with a place for it: the moment of the rows.
#[must_use]
pub fn metadata(heading: Heading) -> [(String, String); 1] {
    [("hivebox.as_of".to_owned(), heading.as_of.to_string())]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_two_decimals_and_small_ones_three_digits() {
        for (value, expected) in [
            (12.345_678, 12.35),
            (-0.001_234_5, -0.001_23),
            (0.083_44, 0.083_4),
            (0.099_99, 0.1),
            (0.126, 0.13),
            (101_325.678_9, 101_325.68),
            (0.0, 0.0),
        ] {
            assert!((shown(value) - expected).abs() < 1e-12, "{value}: {}", shown(value));
        }
        assert_eq!(shown(0.083_44).to_string(), "0.0834");
        assert!(shown(-0.0).is_sign_positive() && hundredths(-0.001).is_sign_positive());
    }
}
