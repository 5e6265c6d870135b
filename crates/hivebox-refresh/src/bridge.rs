//! Converts boxes of the API into readings. No other module knows both.

use std::borrow::Cow;

use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
use opensensemap::{LastMeasurement, SenseBox, Sensor};

/// Adds a box and all its sensors to the readings.
pub fn add_box(readings: &mut ReadingsBuilder, sense_box: SenseBox<'_>) {
    let place = sense_box
        .location()
        .and_then(|at| Place::new(at.latitude_degrees, at.longitude_degrees, at.height_metres));
    readings.add_box(&BoxFacts {
        id: &sense_box.id(),
        name: &sense_box.name(),
        model: &sense_box.model(),
        exposure: Exposure::from_api(&sense_box.exposure()),
        place,
    });
    for tag in sense_box.grouptags() {
        readings.add_grouptag(&tag);
    }
    for sensor in sense_box.sensors() {
        add_sensor(readings, sensor);
    }
}

fn add_sensor(readings: &mut ReadingsBuilder, sensor: Sensor<'_>) {
    let value: Cow<'_, str>;
    let measured = match sensor.last_measurement() {
        LastMeasurement::Reading { value: Some(text), created_at: Some(at) } => {
            value = text;
            Some(Measured { value: &value, at })
        }
        // A value without a time may be old, so it does not count.
        LastMeasurement::Absent | LastMeasurement::Reference(_) | LastMeasurement::Reading { .. } => None,
    };
    readings.add_sensor(&SensorFacts {
        id: &sensor.id(),
        title: &sensor.title(),
        unit: &sensor.unit(),
        sensor_type: &sensor.sensor_type(),
        measured,
    });
}
