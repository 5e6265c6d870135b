//! Writes measurements as rows of CSV or JSON.

use super::json;
use crate::query::data::{Column, Extract, Format};
use crate::sense_box::{Measurement, SenseBox, SensorAt};

/// What stands before the rows.
pub(crate) fn begin(out: &mut Vec<u8>, extract: &Extract) {
    match extract.format {
        Format::Json => json::raw(out, "["),
        Format::Csv { delimiter } => {
            for (index, column) in extract.columns.iter().enumerate() {
                separate(out, index, delimiter);
                json::raw(out, column.name());
            }
            out.push(b'\n');
        }
    }
}

/// What stands after the rows.
pub(crate) fn end(out: &mut Vec<u8>, extract: &Extract) {
    if extract.format == Format::Json {
        json::raw(out, "]");
    }
}

/// Appends a measurement.
pub(crate) fn write(
    out: &mut Vec<u8>,
    sense_box: &SenseBox<'_>,
    sensor: &SensorAt<'_>,
    measurement: Measurement,
    extract: &Extract,
) {
    let row = Row { sense_box, sensor, measurement };
    match extract.format {
        Format::Json => row.write_json(out, &extract.columns),
        Format::Csv { delimiter } => {
            for (index, column) in extract.columns.iter().enumerate() {
                separate(out, index, delimiter);
                row.write_field(out, *column, delimiter);
            }
            out.push(b'\n');
        }
    }
}

/// A measurement with all that can be told of it.
#[derive(Clone, Copy)]
struct Row<'a> {
    sense_box: &'a SenseBox<'a>,
    sensor: &'a SensorAt<'a>,
    measurement: Measurement,
}

impl Row<'_> {
    /// What is not there leaves its key out.
    fn write_json(self, out: &mut Vec<u8>, columns: &[Column]) {
        json::raw(out, "{");
        let mut first = true;
        for &column in columns {
            let start = out.len();
            json::raw(out, if first { "\"" } else { ",\"" });
            json::raw(out, column.name());
            json::raw(out, "\":");
            if self.write_value(out, column) {
                first = false;
            } else {
                out.truncate(start);
            }
        }
        json::raw(out, "}");
    }

    /// Appends a value as JSON, if there is one.
    fn write_value(self, out: &mut Vec<u8>, column: Column) -> bool {
        let place = self.sense_box.place();
        let number = match column {
            Column::Latitude => place.map(|place| place.latitude),
            Column::Longitude => place.map(|place| place.longitude),
            Column::Height => place.and_then(|place| place.height),
            Column::Location => {
                if let Some(place) = place {
                    super::coordinates(out, place);
                }
                return place.is_some();
            }
            Column::SensorType if self.sensor.sensor_type().is_none() => return false,
            _ => {
                let mut text = Vec::new();
                self.write_text(&mut text, column);
                out.extend_from_slice(&json::quoted(&String::from_utf8_lossy(&text)));
                return true;
            }
        };
        if let Some(number) = number {
            json::number(out, number);
        }
        number.is_some()
    }

    /// Appends a field of CSV, in quotes if it needs them; what is not there is empty.
    fn write_field(self, out: &mut Vec<u8>, column: Column, delimiter: u8) {
        match column {
            Column::Latitude | Column::Longitude | Column::Height => {
                self.write_value(out, column);
            }
            _ => {
                let start = out.len();
                self.write_text(out, column);
                quote_if_needed(out, start, delimiter);
            }
        }
    }

    fn write_text(self, out: &mut Vec<u8>, column: Column) {
        match column {
            Column::CreatedAt => json::bare_time(out, self.measurement.millis),
            Column::Value => self.measurement.value.write(out),
            Column::Unit => json::raw(out, self.sensor.unit()),
            Column::BoxId => out.extend_from_slice(&self.sense_box.id().hex()),
            Column::SensorId => out.extend_from_slice(&self.sensor.id().hex()),
            Column::Phenomenon => json::raw(out, self.sensor.title()),
            Column::SensorType => json::raw(out, self.sensor.sensor_type().unwrap_or_default()),
            Column::BoxName => json::raw(out, &self.sense_box.name()),
            Column::Exposure => json::raw(out, self.sense_box.exposure().as_str()),
            Column::Latitude | Column::Longitude | Column::Height | Column::Location => {}
        }
    }
}

fn separate(out: &mut Vec<u8>, index: usize, delimiter: u8) {
    if index > 0 {
        out.push(delimiter);
    }
}

/// Puts the field that begins at `start` into quotes, if it holds what would end it.
fn quote_if_needed(out: &mut Vec<u8>, start: usize, delimiter: u8) {
    if out[start..].iter().any(|byte| *byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        let field = out.split_off(start);
        out.push(b'"');
        for byte in field {
            if byte == b'"' {
                out.push(b'"');
            }
            out.push(byte);
        }
        out.push(b'"');
    }
}

#[cfg(test)]
mod tests {
    use super::quote_if_needed;

    #[test]
    fn a_field_is_quoted_only_if_it_must_be() {
        for (text, delimiter, written) in
            [("a;b", b',', "a;b"), ("a;b", b';', "\"a;b\""), ("say \"hi\"\n", b',', "\"say \"\"hi\"\"\n\"")]
        {
            let mut out = format!("x,{text}").into_bytes();
            quote_if_needed(&mut out, 2, delimiter);
            assert_eq!(String::from_utf8(out).unwrap(), format!("x,{written}"));
        }
    }
}
