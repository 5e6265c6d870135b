//! The columns of readings.

use std::ops::Range;

use jiff::Timestamp;

use super::run::Run;
use crate::catalogue::Meaning;
use crate::phenomenon::PhenomenonId;
use crate::place::{Exposure, Place};
use crate::text::TextColumn;
use crate::verdict::{MAX_SENSORS_OF_A_BOX, Verdict};

/// All boxes, their sensors and the last measurement of each sensor, judged as of one moment.
///
/// There is one array for each field, with one row for each sensor; facts about a box or a kind of
/// sensor are stored once. 75,000 sensors take about 9 MB. Built by [`ReadingsBuilder`](super::ReadingsBuilder), then
/// immutable.
#[derive(Debug, Clone)]
pub struct Readings {
    pub(super) as_of: Timestamp,
    pub(super) boxes: Boxes,
    pub(super) kinds: Vec<SensorKind>,
    pub(super) box_index: Vec<u32>,
    pub(super) sensor_id: TextColumn,
    pub(super) kind: Vec<u32>,
    pub(super) raw: Vec<f64>,
    pub(super) value: Vec<f64>,
    pub(super) measured_at_millis: Vec<i64>,
    pub(super) verdict: Vec<Verdict>,
    pub(super) run: Vec<Run>,
}

/// The columns of the boxes, one array for each field.
#[derive(Debug, Clone, Default)]
pub(super) struct Boxes {
    pub(super) id: TextColumn,
    pub(super) name: TextColumn,
    pub(super) model: Vec<u32>,
    pub(super) models: Vec<Box<str>>,
    pub(super) exposure: Vec<Exposure>,
    pub(super) place: Vec<Option<Place>>,
    /// The distinct grouptags.
    pub(super) grouptags: Vec<Box<str>>,
    /// The grouptags of all boxes, box by box, as indices into `grouptags`.
    pub(super) tagged: Vec<u32>,
    /// The end of each box's grouptags in `tagged`.
    pub(super) tagged_end: Vec<u32>,
    /// The row of each box's first sensor, or of the next box's if it has none.
    pub(super) first_row: Vec<u32>,
    /// All boxes, ordered by id.
    pub(super) by_id: Vec<u32>,
}

/// What equal sensors share: the words that describe them, and the meaning of those words.
#[derive(Debug, Clone, PartialEq)]
pub struct SensorKind {
    /// What it measures, in the owner's words.
    pub title: Box<str>,
    /// The unit, in the owner's spelling.
    pub unit: Box<str>,
    /// The chip, in the owner's spelling.
    pub sensor_type: Box<str>,
    /// The catalogue's reading of title and unit.
    pub meaning: Meaning,
}

impl Readings {
    /// The moment of judgement.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The number of rows, one for each sensor.
    #[must_use]
    pub fn len(&self) -> usize {
        self.verdict.len()
    }

    /// Whether there are no sensors.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.verdict.is_empty()
    }

    /// The number of boxes, including those without sensors.
    #[must_use]
    pub fn box_count(&self) -> usize {
        self.boxes.id.len()
    }

    /// The distinct models of the boxes.
    #[must_use]
    pub fn models(&self) -> impl ExactSizeIterator<Item = &str> {
        self.boxes.models.iter().map(|model| &**model)
    }

    /// The distinct grouptags of the boxes.
    #[must_use]
    pub fn grouptags(&self) -> impl ExactSizeIterator<Item = &str> {
        self.boxes.grouptags.iter().map(|tag| &**tag)
    }

    /// What the sensor of a row measures; `None` if the catalogue does not know its title.
    pub(crate) fn phenomenon_of(&self, row: usize) -> Option<PhenomenonId> {
        self.kinds[self.kind[row] as usize].meaning.phenomenon()
    }

    /// Whether so many of these rows, which are of one box, measure the phenomenon of `meaning` that
    /// another sensor of the box is surplus.
    pub(super) fn has_enough(&self, rows: Range<usize>, meaning: Meaning) -> bool {
        let Some(wanted) = meaning.measured() else { return false };
        let measures = |kind: &&u32| self.kinds[**kind as usize].meaning.measured() == Some(wanted);
        self.kind[rows].iter().filter(measures).nth(MAX_SENSORS_OF_A_BOX - 1).is_some()
    }

    /// The heap memory in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let of_sensor = size_of::<Verdict>() + size_of::<Run>() + 2 * size_of::<u32>() + 3 * size_of::<f64>();
        let sensors = self.verdict.capacity() * of_sensor;
        let boxes = self.boxes.place.capacity() * (size_of::<Option<Place>>() + 4 * size_of::<u32>() + 1);
        let text = self.boxes.id.heap_bytes() + self.boxes.name.heap_bytes() + self.sensor_id.heap_bytes();
        sensors + boxes + text
    }

    /// Each row's meaning, value, measurement time (ms since 1970) and verdict, for passes over all
    /// rows.
    pub(crate) fn judged(&self) -> impl Iterator<Item = (Meaning, f64, i64, Verdict)> {
        let meanings = self.kind.iter().map(|&kind| self.kinds[kind as usize].meaning);
        meanings
            .zip(&self.value)
            .zip(&self.measured_at_millis)
            .zip(&self.verdict)
            .map(|(((meaning, &value), &millis), &verdict)| (meaning, value, millis, verdict))
    }
}

/// The time in a column; `None` for [`NEVER_MILLIS`], which is out of range.
pub(crate) fn timestamp(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}
