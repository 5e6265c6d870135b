//! Boxes with one thermometer each, for tests.

use jiff::{SignedDuration, Timestamp};

use super::check::{Check, Outcome};
use super::rules::QualityRules;
use super::table::Quality;
use crate::catalogue::Catalogue;
use crate::place::{Exposure, Place};
use crate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};

#[derive(Debug, Clone, Copy)]
pub(super) struct TestBox {
    id: &'static str,
    exposure: Exposure,
    place: Option<(f64, f64)>,
    height: Option<f64>,
    value: &'static str,
    minutes_ago: i64,
}

impl TestBox {
    pub(super) fn nowhere() -> Self {
        Self { id: "", exposure: Exposure::Outdoor, place: None, height: None, value: "10", minutes_ago: 1 }
    }

    pub(super) fn at(latitude: f64, longitude: f64) -> Self {
        Self { place: Some((latitude, longitude)), ..Self::nowhere() }
    }

    pub(super) fn moved(self, north: f64, east: f64) -> Self {
        Self { place: self.place.map(|(latitude, longitude)| (latitude + north, longitude + east)), ..self }
    }

    pub(super) fn with_id(self, id: &'static str) -> Self {
        Self { id, ..self }
    }

    pub(super) fn exposed(self, exposure: Exposure) -> Self {
        Self { exposure, ..self }
    }

    pub(super) fn at_height(self, metres: f64) -> Self {
        Self { height: Some(metres), ..self }
    }

    pub(super) fn shows(self, value: &'static str) -> Self {
        Self { value, ..self }
    }

    pub(super) fn minutes_ago(self, minutes_ago: i64) -> Self {
        Self { minutes_ago, ..self }
    }
}

/// The outcome of a check for each box.
pub(super) fn outcomes(samples: &[TestBox], check: Check) -> Vec<Outcome> {
    let quality = judged(samples);
    (0..quality.len()).map(|row| quality.outcome(row, check)).collect()
}

/// The quality of the boxes' readings; each box has one row.
pub(super) fn judged(samples: &[TestBox]) -> Quality {
    let as_of: Timestamp = "2026-11-25T12:00:00Z".parse().unwrap();
    let mut builder =
        ReadingsBuilder::new(Catalogue::builtin(), crate::verdict::VerdictRules::default(), as_of);
    for sample in samples {
        let place =
            sample.place.and_then(|(latitude, longitude)| Place::new(latitude, longitude, sample.height));
        let facts = BoxFacts { id: sample.id, name: "", model: "", exposure: sample.exposure, place };
        builder.add_box(&facts);
        let at = as_of - SignedDuration::from_mins(sample.minutes_ago);
        let measured = Some(Measured { value: sample.value, at });
        let facts =
            SensorFacts { id: sample.id, title: "Temperatur", unit: "°C", sensor_type: "", measured };
        builder.add_sensor(&facts);
    }
    Quality::of(&builder.finish(), QualityRules::builtin(), || ())
}
