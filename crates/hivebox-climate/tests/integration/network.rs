//! Small networks of boxes for proptest.

use std::sync::Arc;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::places::coordinates;

pub(crate) const MODELS: [&str; 3] = ["custom", "homeV2Wifi", "homeV2Lora"];
pub(crate) const TAGS: [&str; 3] = ["bees", "moor", "school"];
pub(crate) const EXPOSURES: [Exposure; 4] =
    [Exposure::Indoor, Exposure::Outdoor, Exposure::Mobile, Exposure::Unknown];

/// A box: place and height, exposure, model, grouptags and sensors.
#[derive(Debug, Clone)]
pub(crate) struct DrawnBox {
    place: Option<((f64, f64), Option<f64>)>,
    exposure: Exposure,
    model: &'static str,
    tags: Vec<&'static str>,
    sensors: Vec<DrawnSensor>,
}

/// A sensor: its kind, and the value and age in seconds of its measurement.
#[derive(Debug, Clone)]
struct DrawnSensor {
    kind: (&'static str, &'static str),
    measured: Option<(String, i64)>,
}

pub(crate) fn as_of() -> Timestamp {
    "2026-11-25T12:00:00Z".parse().unwrap()
}

pub(crate) fn boxes(most: usize) -> impl Strategy<Value = Vec<DrawnBox>> {
    prop::collection::vec(drawn_box(), 0..most)
}

fn drawn_box() -> impl Strategy<Value = DrawnBox> {
    let place = prop::option::weighted(0.9, (coordinates(), prop::option::of(0.0..1500.0)));
    let tags = prop::sample::subsequence(TAGS.to_vec(), 0..=2);
    let exposure = prop_oneof![2 => Just(Exposure::Outdoor), 1 => prop::sample::select(&EXPOSURES)];
    let sensors = prop::collection::vec(drawn_sensor(), 0..4);
    (place, exposure, prop::sample::select(&MODELS), tags, sensors).prop_map(
        |(place, exposure, model, tags, sensors)| DrawnBox { place, exposure, model, tags, sensors },
    )
}

fn drawn_sensor() -> impl Strategy<Value = DrawnSensor> {
    const KINDS: [(&str, &str); 4] =
        [("Temperatur", "°C"), ("Temperatur", "%"), ("Windrichtung", "°"), ("Luftdruck", "hPa")];
    let value = prop_oneof![
        // Many equal ones, as sensors of low resolution give.
        (-3..=3_i32).prop_map(|value| value.to_string()),
        (-40.0..45.0_f64).prop_map(|value| value.to_string()),
        (0.0..360.0_f64).prop_map(|value| value.to_string()),
        Just("85".to_owned()),
        Just("nan".to_owned()),
    ];
    let measured = prop::option::weighted(0.9, (value, -400..4000_i64));
    (prop::sample::select(&KINDS), measured).prop_map(|(kind, measured)| DrawnSensor { kind, measured })
}

pub(crate) fn readings(boxes: &[DrawnBox]) -> Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of());
    for (index, drawn) in boxes.iter().enumerate() {
        let place = drawn.place.and_then(|((north, east), height)| Place::new(north, east, height));
        let (id, exposure) = (format!("{index}"), drawn.exposure);
        builder.add_box(&BoxFacts { id: &id, name: "", model: drawn.model, exposure, place });
        drawn.tags.iter().for_each(|tag| builder.add_grouptag(tag));
        for sensor in &drawn.sensors {
            let at = |age| as_of() - SignedDuration::from_secs(age);
            let measured = sensor.measured.as_ref().map(|(value, age)| Measured { value, at: at(*age) });
            let (title, unit) = sensor.kind;
            builder.add_sensor(&SensorFacts { id: "", title, unit, sensor_type: "", measured });
        }
    }
    builder.finish()
}
