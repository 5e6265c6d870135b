//! Writes measurements as rows of CSV or JSON.

use crate::json;
use crate::query::data::{DataColumn, DataFormat, Extract};
use crate::simulated_box::{Measurement, SensorAt, SimulatedBox};

/// Writes the beginning of the answer.
pub(crate) fn begin(out: &mut Vec<u8>, extract: &Extract) {
    match extract.format {
        DataFormat::Json => json::raw(out, "["),
        DataFormat::Csv { delimiter } => {
            for (index, column) in extract.columns.iter().enumerate() {
                separate(out, index, delimiter);
                json::raw(out, column.name());
            }
            out.push(b'\n');
        }
    }
}

/// Writes the end of the answer.
pub(crate) fn end(out: &mut Vec<u8>, extract: &Extract) {
    if extract.format == DataFormat::Json {
        json::raw(out, "]");
    }
}

/// Appends a measurement.
pub(crate) fn write(
    out: &mut Vec<u8>,
    sense_box: &SimulatedBox<'_>,
    sensor: &SensorAt<'_>,
    measurement: Measurement,
    extract: &Extract,
) {
    let row = DataRow { sense_box, sensor, measurement };
    match extract.format {
        DataFormat::Json => row.write_json(out, &extract.columns),
        DataFormat::Csv { delimiter } => {
            for (index, column) in extract.columns.iter().enumerate() {
                separate(out, index, delimiter);
                row.write_field(out, *column, delimiter);
            }
            out.push(b'\n');
        }
    }
}

/// A measurement with everything that a column may show.
#[derive(Clone, Copy)]
struct DataRow<'a> {
    sense_box: &'a SimulatedBox<'a>,
    sensor: &'a SensorAt<'a>,
    measurement: Measurement,
}

impl DataRow<'_> {
    /// Missing values have no key.
    fn write_json(self, out: &mut Vec<u8>, columns: &[DataColumn]) {
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

    /// Appends a value as JSON; false if there is none.
    fn write_value(self, out: &mut Vec<u8>, column: DataColumn) -> bool {
        let place = self.sense_box.place();
        let number = match column {
            DataColumn::Latitude => place.map(|place| place.latitude),
            DataColumn::Longitude => place.map(|place| place.longitude),
            DataColumn::Height => place.and_then(|place| place.height),
            DataColumn::Location => {
                if let Some(place) = place {
                    super::coordinates(out, place);
                }
                return place.is_some();
            }
            DataColumn::SensorType if self.sensor.sensor_type().is_none() => return false,
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

    /// Appends a CSV field, in quotes if necessary; missing values are empty.
    fn write_field(self, out: &mut Vec<u8>, column: DataColumn, delimiter: u8) {
        match column {
            DataColumn::Latitude | DataColumn::Longitude | DataColumn::Height => {
                self.write_value(out, column);
            }
            _ => {
                let start = out.len();
                self.write_text(out, column);
                quote_if_needed(out, start, delimiter);
            }
        }
    }

    fn write_text(self, out: &mut Vec<u8>, column: DataColumn) {
        match column {
            DataColumn::CreatedAt => json::bare_time(out, self.measurement.millis),
            DataColumn::Value => self.measurement.value.write(out),
            DataColumn::Unit => json::raw(out, self.sensor.unit()),
            DataColumn::BoxId => out.extend_from_slice(&self.sense_box.id().hex()),
            DataColumn::SensorId => out.extend_from_slice(&self.sensor.id().hex()),
            DataColumn::Phenomenon => json::raw(out, self.sensor.title()),
            DataColumn::SensorType => json::raw(out, self.sensor.sensor_type().unwrap_or_default()),
            DataColumn::BoxName => json::raw(out, &self.sense_box.name()),
            DataColumn::BoxExposure => json::raw(out, self.sense_box.exposure().as_str()),
            DataColumn::Latitude | DataColumn::Longitude | DataColumn::Height | DataColumn::Location => {}
        }
    }
}

fn separate(out: &mut Vec<u8>, index: usize, delimiter: u8) {
    if index > 0 {
        out.push(delimiter);
    }
}

/// Quotes the field that begins at `start` if it contains a special character.
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
