//! An event: a summary of the present, as the bytes that every stream sends.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::summary::PhenomenonSummary;
use hivebox_present::Present;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::conditions::AskConditions;
use crate::conditions::body::Conditions;
use crate::live::filter_cache::FilterCache;
use crate::temperature::body::AverageTemperature;

/// A present and its event.
#[derive(Debug)]
pub(super) struct Event {
    /// The present.
    pub(super) present: Arc<Present>,
    /// The time of the present.
    pub(super) as_of: Timestamp,
    /// The event as it is sent, rendered once.
    pub(super) bytes: Bytes,
    filtered: FilterCache<AskConditions>,
}

/// The `data:` of an event.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum LiveData<'a> {
    /// In a stream without a filter.
    All(LivePresent<'a>),
    /// In a stream with a filter.
    #[expect(dead_code, reason = "only its schema is used")]
    Filtered(Conditions),
}

/// A summary of the present over all boxes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LivePresent<'a> {
    /// The time of the present, which is also the id of the event.
    #[schema(format = DateTime)]
    as_of: &'a str,
    /// The average temperature; `null` while no reading counts.
    temperature: Option<AverageTemperature<'a>>,
    /// How many readings the average includes.
    count: u64,
    /// The number of boxes.
    boxes: usize,
    /// The phenomena with at least one reading that counts, by their slug.
    phenomena: BTreeMap<&'a str, LivePhenomenon<'a>>,
}

/// A summary of a phenomenon over the readings that count.
#[derive(Debug, Serialize, ToSchema)]
struct LivePhenomenon<'a> {
    /// The unit of `mean`, `min` and `max`.
    unit: &'a str,
    /// How many readings count.
    count: u64,
    /// Their mean.
    mean: Option<f64>,
    /// The lowest.
    min: Option<f64>,
    /// The highest.
    max: Option<f64>,
    /// When the newest reading was measured.
    freshest: Option<Timestamp>,
}

impl Event {
    /// The event of a present.
    pub(super) fn of(present: Arc<Present>) -> Self {
        let as_of = present.readings.as_of();
        let id = id(as_of);
        let data = LivePresent::of(&present, &id);
        let bytes = frame(&id, &data);
        Self { present, as_of, bytes, filtered: FilterCache::default() }
    }

    /// The event for a filter. Its data is what `/api/v1/conditions` answers.
    pub(super) fn of_filter(&self, conditions: &AskConditions) -> Bytes {
        let make = || frame(&id(self.as_of), &conditions.answer(&self.present));
        self.filtered.event(conditions, make)
    }

    /// Whether the event is too old to be sent as the present.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        !self.present.is_servable(now)
    }
}

fn frame(id: &str, data: &impl Serialize) -> Bytes {
    // Compact JSON has no line breaks, which would end the field.
    let data = serde_json::to_string(data)
        .expect("the data consists of text, numbers and maps keyed by text, which JSON can represent");
    format!("event: present\nid: {id}\ndata: {data}\n\n").into()
}

/// The id of an event. A fixed number of digits makes ids comparable as text; replicas agree to the millisecond.
fn id(as_of: Timestamp) -> String {
    format!("{as_of:.3}")
}

impl<'a> LivePresent<'a> {
    fn of(present: &'a Present, as_of: &'a str) -> Self {
        let phenomena = Catalogue::builtin().iter().filter_map(|(id, phenomenon)| {
            let summary = present.summary.phenomenon(id);
            (summary.count() > 0).then(|| (phenomenon.slug(), LivePhenomenon::of(summary, phenomenon.unit())))
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

impl<'a> LivePhenomenon<'a> {
    fn of(summary: &PhenomenonSummary, unit: &'a str) -> Self {
        let number = |value: Option<Canonical>| value.map(|value| value.0);
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

/// An id and data for the description.
pub(super) fn example() -> (&'static str, LivePresent<'static>) {
    let id = "2024-10-14T09:20:00.000Z";
    let air = LivePhenomenon {
        unit: "°C",
        count: 4213,
        mean: Some(11.52),
        min: Some(-3.1),
        max: Some(24.9),
        freshest: Some(Timestamp::constant(1_728_897_598, 0)),
    };
    let data = LivePresent {
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
    fn ids_sort_like_their_times() {
        let ids = [0, 1, 999, 1_000, 1_700_000_000_000, 1_700_000_000_120]
            .map(|millis| id(Timestamp::from_millisecond(millis).unwrap()));
        assert!(ids.is_sorted());
        assert_eq!(ids[5], "2023-11-14T22:13:20.120Z");
    }
}
