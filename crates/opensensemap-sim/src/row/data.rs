//! Writes measurements as rows of CSV or JSON.

use super::json;
use crate::query::data::{Column, DataQuery, Format};
use crate::sense_box::{Measurement, SenseBox, SensorAt};

/// What stands before the rows.
pub(crate) fn begin(out: &mut Vec<u8>, query: &DataQuery) {
    match query.format {
        Format::Json => json::raw(out, "["),
        Format::Csv { delimiter } => {
            for (index, column) in query.columns.iter().enumerate() {
                separate(out, index, delimiter);
                json::raw(out, column.name());
            }
            out.push(b'\n');
        }
    }
}

/// What stands after the rows.
pub(crate) fn end(out: &mut Vec<u8>, query: &DataQuery) {
    if query.format == Format::Json {
        json::raw(out, "]");
    }
}

/// Appends a measurement.
pub(crate) fn write(
    out: &mut Vec<u8>,
    sense_box: &SenseBox<'_>,
    sensor: &SensorAt<'_>,
    measurement: Measurement,
    query: &DataQuery,
) {
    match query.format {
        Format::Json => {
            json::raw(out, "{");
            let mut first = true;
            for column in &query.columns {
                let Some(cell) = cell(*column, sense_box, sensor, measurement) else { continue };
                json::raw(out, if first { "\"" } else { ",\"" });
                first = false;
                json::raw(out, column.name());
                json::raw(out, "\":");
                match cell {
                    Cell::Text(text) => out.extend_from_slice(&json::quoted(&text)),
                    Cell::Number(number) => json::number(out, number),
                }
            }
            json::raw(out, "}");
        }
        Format::Csv { delimiter } => {
            for (index, column) in query.columns.iter().enumerate() {
                separate(out, index, delimiter);
                match cell(*column, sense_box, sensor, measurement) {
                    Some(Cell::Text(text)) => field(out, &text, delimiter),
                    Some(Cell::Number(number)) => json::number(out, number),
                    None => {}
                }
            }
            out.push(b'\n');
        }
    }
}

enum Cell {
    Text(String),
    Number(f64),
}

/// A time as the API prints it.
pub(crate) fn time(millis: i64) -> String {
    let mut quoted = Vec::new();
    json::time(&mut quoted, millis);
    String::from_utf8_lossy(&quoted).replace('"', "")
}

fn cell(
    column: Column,
    sense_box: &SenseBox<'_>,
    sensor: &SensorAt<'_>,
    measurement: Measurement,
) -> Option<Cell> {
    let place = sense_box.place();
    let number = |number: Option<f64>| number.map(Cell::Number);
    let text = |text: &str| Some(Cell::Text(text.to_owned()));
    match column {
        Column::CreatedAt => Some(Cell::Text(time(measurement.millis))),
        Column::Value => Some(Cell::Text(measurement.value.to_string())),
        Column::Latitude => number(place.map(|place| place.latitude)),
        Column::Longitude => number(place.map(|place| place.longitude)),
        Column::Height => number(place.and_then(|place| place.height)),
        Column::Unit => text(sensor.unit()),
        Column::BoxId => Some(Cell::Text(sense_box.id().to_string())),
        Column::SensorId => Some(Cell::Text(sensor.id().to_string())),
        Column::Phenomenon => text(sensor.title()),
        Column::SensorType => text(sensor.sensor_type()?),
        Column::BoxName => Some(Cell::Text(sense_box.name())),
        Column::Exposure => text(sense_box.exposure().as_str()),
    }
}

fn separate(out: &mut Vec<u8>, index: usize, delimiter: u8) {
    if index > 0 {
        out.push(delimiter);
    }
}

/// A field, in quotes if it needs them.
fn field(out: &mut Vec<u8>, text: &str, delimiter: u8) {
    if text.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        out.push(b'"');
        json::raw(out, &text.replace('"', "\"\""));
        out.push(b'"');
    } else {
        json::raw(out, text);
    }
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_quoted_only_if_it_must_be() {
        for (text, delimiter, written) in
            [("a;b", b',', "a;b"), ("a;b", b';', "\"a;b\""), ("say \"hi\"\n", b',', "\"say \"\"hi\"\"\n\"")]
        {
            let mut out = Vec::new();
            field(&mut out, text, delimiter);
            assert_eq!(String::from_utf8(out).unwrap(), written);
        }
    }
}
