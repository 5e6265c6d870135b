//! Writes senseBoxes as rows of JSON, with the forms and quirks of the API.
//!
//! Rows are written directly into a buffer: the list of all boxes has about 20 MB, and building a
//! tree of values would be ten times slower.

use crate::json;
use crate::object_id::ObjectId;
use crate::query::style::{BoxForm, Style};
use crate::seed::Seed;
use crate::simulated_box::{Measurement, SensorAt, SimulatedBox};
use crate::stations::StationPlace;

pub(crate) mod archive;
pub(crate) mod data;

/// Boxes registered before 2016 keep the format of that time: another order of keys, and `null` for
/// what was never measured. In milliseconds since 1970.
const OLD_BEFORE: i64 = 1_451_606_400_000;

const DAY: i64 = 86_400_000;

/// Appends a box.
pub(crate) fn write(out: &mut Vec<u8>, item: &SimulatedBox<'_>, style: Style) {
    if style.geojson {
        json::raw(out, r#"{"type":"Feature","properties":"#);
        write_box(out, item, style);
        json::raw(out, r#","geometry":{"type":"Point","coordinates":"#);
        // A box without a place breaks the real API here; the simulator continues.
        match item.place() {
            Some(place) => coordinates(out, place),
            None => json::raw(out, "[]"),
        }
        json::raw(out, "}}");
    } else {
        write_box(out, item, style);
    }
}

fn write_box(out: &mut Vec<u8>, item: &SimulatedBox<'_>, style: Style) {
    let old = item.id().millis() < OLD_BEFORE;
    json::raw(out, r#"{"_id":"#);
    id(out, item.id());
    json::raw(out, r#","name":"#);
    out.extend_from_slice(&json::quoted(&item.name()));
    if !style.geojson {
        location(out, item);
    }
    if style.form != BoxForm::Name {
        json::raw(out, r#","exposure":""#);
        json::raw(out, item.exposure().as_str());
        json::raw(out, "\"");
        if let Some(last) = item.last_tick() {
            json::raw(out, r#","lastMeasurementAt":"#);
            json::time(out, last);
        }
    }
    if !matches!(style.form, BoxForm::Name | BoxForm::Minimal) {
        let created_at = item.station.created_at;
        json::raw(out, r#","createdAt":"#);
        json::time(out, created_at);
        json::raw(out, r#","updatedAt":"#);
        json::time(out, item.last_tick().unwrap_or(created_at).max(created_at));
        json::raw(out, r#","model":"#);
        out.extend_from_slice(&json::quoted(item.model()));
        grouptags(out, item, old);
        json::raw(out, r#","sensors":["#);
        sensors(out, item, style.form, old);
        json::raw(out, "]");
    }
    if let (BoxForm::Dated { .. } | BoxForm::Single, Some(place), false) =
        (style.form, item.place(), style.geojson)
    {
        json::raw(out, r#","loc":[{"geometry":"#);
        point(out, item, place);
        json::raw(out, r#","type":"Feature"}]"#);
    }
    if let Some(now) = style.classify_at {
        json::raw(out, r#","state":""#);
        json::raw(out, state(item.last_tick(), now));
        json::raw(out, "\"");
    }
    json::raw(out, "}");
}

fn grouptags(out: &mut Vec<u8>, item: &SimulatedBox<'_>, old: bool) {
    json::raw(out, r#","grouptag":["#);
    let tags = item.grouptags();
    let none: &[&str] = if old { &[""] } else { &[] };
    for (index, tag) in if tags.is_empty() { none } else { tags }.iter().enumerate() {
        json::raw(out, if index == 0 { "\"" } else { ",\"" });
        json::raw(out, tag);
        json::raw(out, "\"");
    }
    json::raw(out, "]");
}

fn sensors(out: &mut Vec<u8>, item: &SimulatedBox<'_>, form: BoxForm, old: bool) {
    let dated = match form {
        BoxForm::Dated { from, to } => item.first_within(from, to),
        _ => None,
    };
    for (index, sensor) in item.sensors().enumerate() {
        if index > 0 {
            json::raw(out, ",");
        }
        json::raw(out, "{");
        if old {
            json::raw(out, r#""_id":"#);
            id(out, sensor.id());
            json::raw(out, r#","__v":0,"boxes_id":"#);
            id(out, item.id());
            json::raw(out, ",");
            texts(out, &sensor);
        } else {
            texts(out, &sensor);
            if let Some(icon) = sensor.kind.measurand.icon() {
                json::raw(out, r#","icon":""#);
                json::raw(out, icon);
                json::raw(out, "\"");
            }
            json::raw(out, r#","_id":"#);
            id(out, sensor.id());
        }
        let then = dated.filter(|(id, _)| *id == sensor.id()).map(|(_, measurement)| measurement);
        match (then.or(sensor.last_measurement()), form) {
            (Some(measurement), BoxForm::Plain) => {
                json::raw(out, r#","lastMeasurement":"#);
                id(out, measurement_id(&measurement, sensor.id()));
            }
            (Some(measurement), _) => write_measurement(out, measurement, then.is_some()),
            (None, BoxForm::Plain) => {}
            (None, _) if old => json::raw(out, r#","lastMeasurement":null"#),
            (None, _) => {}
        }
        json::raw(out, "}");
    }
}

fn texts(out: &mut Vec<u8>, sensor: &SensorAt<'_>) {
    json::raw(out, r#""title":"#);
    out.extend_from_slice(&sensor.kind.title_json);
    json::raw(out, r#","unit":"#);
    out.extend_from_slice(if sensor.has_wrong_unit() { b"\"%\"" } else { &sensor.kind.unit_json });
    if let Some(sensor_type) = &sensor.kind.sensor_type_json {
        json::raw(out, r#","sensorType":"#);
        out.extend_from_slice(sensor_type);
    }
}

/// Measurements of a time window have their keys in reverse order.
fn write_measurement(out: &mut Vec<u8>, measurement: Measurement, dated: bool) {
    json::raw(out, r#","lastMeasurement":{"#);
    if dated {
        json::raw(out, r#""createdAt":"#);
        json::time(out, measurement.millis);
        json::raw(out, ",");
    }
    json::raw(out, r#""value":""#);
    measurement.value.write(out);
    json::raw(out, "\"");
    if !dated {
        json::raw(out, r#","createdAt":"#);
        json::time(out, measurement.millis);
    }
    json::raw(out, "}");
}

/// Measurements have ids, too, issued when they were stored.
fn measurement_id(measurement: &Measurement, sensor: ObjectId) -> ObjectId {
    let seed = Seed::new(sensor.millis() as u64).with_text("measurement").with(measurement.millis as u64);
    ObjectId::at(measurement.millis, seed.with(u64::from(sensor.hex()[23])))
}

fn location(out: &mut Vec<u8>, item: &SimulatedBox<'_>) {
    if let Some(place) = item.place() {
        json::raw(out, r#","currentLocation":"#);
        point(out, item, place);
    }
}

fn point(out: &mut Vec<u8>, item: &SimulatedBox<'_>, place: StationPlace) {
    json::raw(out, r#"{"type":"Point","coordinates":"#);
    coordinates(out, place);
    json::raw(out, r#","timestamp":"#);
    json::time(out, item.id().millis());
    json::raw(out, "}");
}

fn coordinates(out: &mut Vec<u8>, place: StationPlace) {
    json::raw(out, "[");
    json::number(out, place.longitude);
    json::raw(out, ",");
    json::number(out, place.latitude);
    if let Some(height) = place.height {
        json::raw(out, ",");
        json::number(out, height);
    }
    json::raw(out, "]");
}

fn id(out: &mut Vec<u8>, id: ObjectId) {
    json::raw(out, "\"");
    out.extend_from_slice(&id.hex());
    json::raw(out, "\"");
}

/// The value of `state` with `classify=true`.
fn state(last: Option<i64>, now: i64) -> &'static str {
    match last.map(|last| now - last) {
        Some(age) if age < 7 * DAY => "active",
        Some(age) if age < 30 * DAY => "inactive",
        _ => "old",
    }
}
