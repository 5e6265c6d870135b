//! An event: the present in a few numbers, as the bytes that all streams are sent.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::summary::PhenomenonSummary;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::filtered::Filtered;
use crate::conditions::{AskConditions, Conditions};
use crate::temperature::AverageTemperature;
use hivebox_present::Present;

/// A present and its event.
#[derive(Debug)]
pub(super) struct Event {
    pub(super) present: Arc<Present>,
    pub(super) as_of: Timestamp,
    /// As it is sent, made once.
    pub(super) bytes: Bytes,
    filtered: Filtered<AskConditions>,
}

/// What `data:` says: of all boxes, or of those of a filter.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum LiveData<'a> {
    /// A stream without a filter.
    All(Data<'a>),
    /// A stream with one.
    #[expect(dead_code, reason = "it is only described")]
    Filtered(Conditions),
}

/// What `data:` says of all boxes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LivePresent)]
pub(super) struct Data<'a> {
    /// The moment of the present, which is also the id of the event.
    #[schema(format = DateTime)]
    as_of: &'a str,
    /// `null` while there is no reading that counts.
    temperature: Option<AverageTemperature<'a>>,
    /// How many readings the temperature is the mean of.
    count: u64,
    /// How many boxes there are.
    boxes: usize,
    /// By slug; only those of which some reading counts.
    phenomena: BTreeMap<&'a str, Phenomenon<'a>>,
}

/// A phenomenon in a few numbers, over the readings that count.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LivePhenomenon)]
struct Phenomenon<'a> {
    /// Of the mean and the like.
    unit: &'a str,
    /// How many readings count.
    count: u64,
    mean: Option<f64>,
    min: Option<f64>,
    max: Option<f64>,
    /// When the newest reading was measured.
    freshest: Option<Timestamp>,
}

impl Event {
    /// The event of a present.
    pub(super) fn of(present: Arc<Present>) -> Self {
        let as_of = present.readings.as_of();
        let id = id(as_of);
        let data = Data::of(&present, &id);
        let bytes = frame(&id, &data);
        Self { present, as_of, bytes, filtered: Filtered::default() }
    }

    /// The event of a filter: what `/api/v1/conditions` answers to it.
    pub(super) fn of_filter(&self, conditions: &AskConditions) -> Bytes {
        let make = || frame(&id(self.as_of), &conditions.answer(&self.present));
        self.filtered.event(conditions, make)
    }

    /// Whether it is too old to be told as what is now.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        !self.present.is_servable(now)
    }
}

fn frame(id: &str, data: &impl Serialize) -> Bytes {
    // Text, numbers and maps by text can always be written as JSON, which has no line breaks of its own.
    let data = serde_json::to_string(data).unwrap_or_default();
    format!("event: present\nid: {id}\ndata: {data}\n\n").into()
}

/// As many digits for each, so that ids can be compared as text. Replicas agree to the millisecond.
fn id(as_of: Timestamp) -> String {
    format!("{as_of:.3}")
}

impl<'a> Data<'a> {
    fn of(present: &'a Present, as_of: &'a str) -> Self {
        let phenomena = Catalogue::builtin().iter().filter_map(|(id, phenomenon)| {
            let summary = present.summary.phenomenon(id);
            (summary.count() > 0).then(|| (phenomenon.slug(), Phenomenon::of(summary, phenomenon.unit())))
        });
        Self {
            as_of,
            temperature: present.answer.as_ref().map(AverageTemperature::from),
            count: present.summary.air_temperature().count(),
            boxes: present.readings.box_count(),
            phenomena: phenomena.collect(),
        }
    }
}

impl<'a> Phenomenon<'a> {
    fn of(summary: &PhenomenonSummary, unit: &'a str) -> Self {
        let number = |value: Option<hivebox_climate::quantity::Canonical>| value.map(|value| value.0);
        Self {
            unit,
            count: summary.count(),
            mean: number(summary.mean),
            min: number(summary.min),
            max: number(summary.max),
            freshest: summary.freshest,
        }
    }
}

/// An id and data, as descriptions show them.
pub(super) fn example() -> (&'static str, Data<'static>) {
    let id = "2024-10-14T09:20:00.000Z";
    let air = Phenomenon {
        unit: "°C",
        count: 4213,
        mean: Some(11.52),
        min: Some(-3.1),
        max: Some(24.9),
        freshest: Some(Timestamp::constant(1_728_897_598, 0)),
    };
    let data = Data {
        as_of: id,
        temperature: Some(AverageTemperature { mean: 11.52, status: "Good" }),
        count: 4213,
        boxes: 15_000,
        phenomena: BTreeMap::from([("air_temperature", air)]),
    };
    (id, data)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_as_their_moments_do() {
        let ids = [0, 1, 999, 1_000, 1_700_000_000_000, 1_700_000_000_120]
            .map(|millis| id(Timestamp::from_millisecond(millis).unwrap()));
        assert!(ids.is_sorted());
        assert_eq!(ids[5], "2023-11-14T22:13:20.120Z");
    }
}
