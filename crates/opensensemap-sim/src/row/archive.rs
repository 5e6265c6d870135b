//! Writes the files and listings of the daily archive.

use std::fmt::Write as _;

use serde_json::json;

use crate::fault::body::Spoil;
use crate::json;
use crate::simulated_box::{Measurement, SimulatedBox};

/// The file of a sensor, with the earliest measurement first; `measurements` has the latest first.
pub(crate) fn day_csv(measurements: impl Iterator<Item = Measurement>, spoil: Option<Spoil>) -> Vec<u8> {
    let mut measurements: Vec<_> = measurements.collect();
    measurements.reverse();
    let mut out = b"createdAt,value\n".to_vec();
    for (nth, measurement) in measurements.into_iter().enumerate() {
        let start = out.len();
        json::bare_time(&mut out, measurement.millis);
        out.push(b',');
        measurement.value.write(&mut out);
        out.push(b'\n');
        if let Some(spoil) = spoil.filter(|spoil| spoil.nth == nth) {
            spoil.apply_to_row(&mut out, start);
        }
    }
    out
}

/// The file of a box, with the keys that the archive's own program writes.
pub(crate) fn box_json(sense_box: &SimulatedBox<'_>) -> Vec<u8> {
    let sensors: Vec<_> = sense_box
        .plain_sensors()
        .map(|sensor| {
            json!({
                "title": sensor.title(),
                "unit": sensor.unit(),
                "sensorType": sensor.sensor_type(),
                "id": sensor.id().to_string(),
            })
        })
        .collect();
    let geometry = sense_box.place().map(|place| {
        let coordinates: Vec<f64> =
            [place.longitude, place.latitude].into_iter().chain(place.height).collect();
        json!({ "coordinates": coordinates, "type": "Point" })
    });
    let document = json!({
        "name": sense_box.name(),
        "id": sense_box.id().to_string(),
        "boxType": null,
        "exposure": sense_box.exposure().as_str(),
        "model": sense_box.model(),
        "loc": { "geometry": geometry },
        "sensors": sensors,
    });
    format!("{document}\n").into_bytes()
}

/// The page of a folder, with links to its contents.
pub(crate) fn listing(path: &str, names: impl Iterator<Item = String>) -> Vec<u8> {
    let title = format!("Index of archive.opensensemap.org/{path}");
    let mut out = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body><h1>{title}</h1>\n<table><tbody>\n<tr><td><a href=\"../\">../</a></td></tr>\n"
    );
    // All names are plain characters, so nothing needs escaping.
    for name in names {
        writeln!(out, "<tr><td><a href=\"./{name}\">{name}</a></td></tr>")
            .expect("writing to a text cannot fail");
    }
    out += "</tbody></table></body></html>\n";
    out.into_bytes()
}
