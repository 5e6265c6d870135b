//! Readings for tests.

use std::sync::Arc;

use hivebox_archive::{Sealed, SnapshotName};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::readings::{BoxFacts, Measured, Readings, ReadingsBuilder, SensorFacts};
use hivebox_climate::verdict::VerdictRules;
use jiff::{SignedDuration, Timestamp};

/// The time of the tests.
pub(crate) fn noon() -> Timestamp {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

/// `boxes` senseBoxes with four sensors each: a good one, one that sends nonsense, one with an unknown title, and one without a measurement.
pub(crate) fn readings(boxes: usize) -> Arc<Readings> {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), noon());
    for number in 0..boxes {
        builder.add_box(&BoxFacts {
            id: &format!("{number:024x}"),
            name: "Bienen, \"Süd\"",
            model: "homeV2Wifi",
            exposure: Exposure::Outdoor,
            place: (number % 2 == 0).then(|| Place::new(51.96, 7.6, Some(60.5)).unwrap()),
        });
        let minutes_ago = |minutes| noon() - SignedDuration::from_mins(minutes);
        let mut add = |slot: u64, title: &str, unit: &str, measured| {
            let id = format!("{:024x}", (number as u64) << 8 | slot);
            builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type: "BME280", measured });
        };
        add(0, "Temperatur", "°F", Some(Measured { value: "50.0", at: minutes_ago(3) }));
        add(1, "rel. Luftfeuchte", "%", Some(Measured { value: "nan", at: minutes_ago(2) }));
        add(2, "Zauberkraft", "mana", Some(Measured { value: "7", at: minutes_ago(1) }));
        add(3, "Luftdruck", "hPa", None);
    }
    builder.finish()
}

/// The readings of `boxes` senseBoxes, sealed under the name of a moment.
pub(crate) fn sealed(moment: Timestamp, boxes: usize) -> Sealed {
    Sealed::of(SnapshotName::at(moment), &readings(boxes), Catalogue::builtin()).unwrap()
}

/// Readings whose file has about 760 bytes for each box, because their names are random and do not compress.
pub(crate) fn sealed_noise(moment: Timestamp, boxes: u64) -> Sealed {
    let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), moment);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for number in 0..boxes {
        let mut name = String::new();
        for _ in 0..100 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            // Ten characters of six bits each.
            name.extend((0..10).map(|digit| char::from(b'0' + ((state >> (6 * digit)) & 63) as u8)));
        }
        builder.add_box(&BoxFacts {
            id: &format!("{number:024x}"),
            name: &name,
            model: "custom",
            exposure: Exposure::Outdoor,
            place: None,
        });
        builder.add_sensor(&SensorFacts {
            id: &format!("{number:024x}"),
            title: "Temperatur",
            unit: "°C",
            sensor_type: "HDC1080",
            measured: Some(Measured { value: "16.07", at: moment }),
        });
    }
    Sealed::of(SnapshotName::at(moment), &builder.finish(), Catalogue::builtin()).unwrap()
}
