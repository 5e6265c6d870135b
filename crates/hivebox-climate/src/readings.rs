//! The readings of all senseBoxes at one moment, as columns.

mod build;
mod run;
mod sense_box;
mod wire;

use jiff::Timestamp;

pub use build::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
pub use sense_box::SenseBox;
pub use wire::WireError;

use crate::catalogue::{Catalogue, Meaning};
use crate::phenomenon::PhenomenonId;
use crate::place::{Exposure, Place};
use crate::quantity::Canonical;
use crate::text::TextColumn;
use crate::verdict::{Judged, Rules, Verdict, judge};
use run::Run;

/// All boxes, all their sensors, and what each sensor measured last, judged as of one moment.
///
/// There is one array for each field, and one row in each for a sensor; what is said of a box or of a kind
/// of sensor stands once. 75,000 sensors take about 9 MB. Built by [`ReadingsBuilder`], never changed.
#[derive(Debug, Clone)]
pub struct Readings {
    as_of: Timestamp,
    boxes: Boxes,
    kinds: Vec<SensorKind>,
    box_index: Vec<u32>,
    sensor_id: TextColumn,
    kind: Vec<u32>,
    raw: Vec<f64>,
    value: Vec<f64>,
    measured_at_millis: Vec<i64>,
    verdict: Vec<Verdict>,
    run: Vec<Run>,
}

/// One array for each thing said of a box.
#[derive(Debug, Clone, Default)]
struct Boxes {
    id: TextColumn,
    name: TextColumn,
    model: Vec<u32>,
    models: Vec<Box<str>>,
    exposure: Vec<Exposure>,
    place: Vec<Option<Place>>,
    /// Each distinct grouptag.
    grouptags: Vec<Box<str>>,
    /// The grouptags of all boxes, box by box, by their places in `grouptags`.
    tagged: Vec<u32>,
    /// Where each box's grouptags end in `tagged`.
    tagged_end: Vec<u32>,
    /// The row of the box's first sensor, or where it would stand.
    first_row: Vec<u32>,
    /// All boxes in the order of their ids.
    by_id: Vec<u32>,
}

/// What sensors of one make have in common: the words that describe them, and what those words mean.
#[derive(Debug, Clone, PartialEq)]
pub struct SensorKind {
    /// What it measures, in the owner's words.
    pub title: Box<str>,
    /// The unit, in the owner's spelling.
    pub unit: Box<str>,
    /// The chip, in the owner's spelling.
    pub sensor_type: Box<str>,
    /// What the catalogue makes of title and unit.
    pub meaning: Meaning,
}

/// The absence of a measurement time; far outside of what [`Timestamp`] can hold.
const NEVER_MILLIS: i64 = i64::MIN;

/// One row of [`Readings`].
#[derive(Debug, Clone, Copy)]
pub struct Reading<'a> {
    readings: &'a Readings,
    row: usize,
}

impl Readings {
    /// The moment as of which the readings were judged.
    #[must_use]
    pub fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// The number of rows, one for each sensor.
    #[must_use]
    pub fn len(&self) -> usize {
        self.verdict.len()
    }

    /// Whether there is no sensor at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.verdict.is_empty()
    }

    /// The number of boxes, also those without sensors.
    #[must_use]
    pub fn box_count(&self) -> usize {
        self.boxes.id.len()
    }

    /// All rows, box by box in the API's order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = Reading<'_>> {
        (0..self.len()).map(|row| self.reading(row))
    }

    /// One row.
    ///
    /// # Panics
    /// On use of what it gives, if there are not so many rows.
    #[must_use]
    pub fn reading(&self, row: usize) -> Reading<'_> {
        Reading { readings: self, row }
    }

    /// The models of the boxes, each once.
    #[must_use]
    pub fn models(&self) -> impl ExactSizeIterator<Item = &str> {
        self.boxes.models.iter().map(|model| &**model)
    }

    /// The grouptags of the boxes, each once.
    #[must_use]
    pub fn grouptags(&self) -> impl ExactSizeIterator<Item = &str> {
        self.boxes.grouptags.iter().map(|tag| &**tag)
    }

    /// What the sensor of a row measures.
    pub(crate) fn phenomenon_of(&self, row: usize) -> Option<PhenomenonId> {
        self.kinds[self.kind[row] as usize].meaning.phenomenon()
    }

    /// The bytes of memory that the columns hold.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let of_sensor = size_of::<Verdict>() + size_of::<Run>() + 2 * size_of::<u32>() + 3 * size_of::<f64>();
        let sensors = self.verdict.capacity() * of_sensor;
        let boxes = self.boxes.place.capacity() * (size_of::<Option<Place>>() + 4 * size_of::<u32>() + 1);
        let text = self.boxes.id.heap_bytes() + self.boxes.name.heap_bytes() + self.sensor_id.heap_bytes();
        sensors + boxes + text
    }

    /// Each row's phenomenon, value and verdict, for passes over all rows.
    pub(crate) fn judged(&self) -> impl Iterator<Item = (Meaning, f64, i64, Verdict)> {
        let meanings = self.kind.iter().map(|&kind| self.kinds[kind as usize].meaning);
        meanings
            .zip(&self.value)
            .zip(&self.measured_at_millis)
            .zip(&self.verdict)
            .map(|(((meaning, &value), &millis), &verdict)| (meaning, value, millis, verdict))
    }
}

impl<'a> Reading<'a> {
    /// The row: its place among [`Readings::iter`].
    #[must_use]
    pub fn row(&self) -> usize {
        self.row
    }

    /// The box that the sensor belongs to.
    #[must_use]
    pub fn sense_box(&self) -> SenseBox<'a> {
        self.readings.sense_box(self.readings.box_index[self.row] as usize)
    }

    /// The box's id.
    #[must_use]
    pub fn box_id(&self) -> &'a str {
        self.sense_box().id()
    }

    /// The box's name, as its owner wrote it.
    #[must_use]
    pub fn box_name(&self) -> &'a str {
        self.sense_box().name()
    }

    /// The box's model, such as `homeV2Wifi`.
    #[must_use]
    pub fn model(&self) -> &'a str {
        self.sense_box().model()
    }

    /// Where the box's sensors are exposed.
    #[must_use]
    pub fn exposure(&self) -> Exposure {
        self.sense_box().exposure()
    }

    /// Where the box stands; `None` if that is not known.
    #[must_use]
    pub fn place(&self) -> Option<Place> {
        self.sense_box().place()
    }

    /// The sensor's id.
    #[must_use]
    pub fn sensor_id(&self) -> &'a str {
        self.readings.sensor_id.get(self.row)
    }

    /// The sensor's title, unit and chip, and what they mean.
    #[must_use]
    pub fn kind(&self) -> &'a SensorKind {
        &self.readings.kinds[self.readings.kind[self.row] as usize]
    }

    /// What the sensor measures, if the catalogue knows it; also where the unit is not known.
    #[must_use]
    pub fn phenomenon(&self) -> Option<PhenomenonId> {
        self.kind().meaning.phenomenon()
    }

    /// The value as the API sent it, in the owner's unit; `None` if there is none that is finite.
    #[must_use]
    pub fn raw_value(&self) -> Option<f64> {
        Some(self.readings.raw[self.row]).filter(|raw| raw.is_finite())
    }

    /// The value in the phenomenon's canonical unit, if it has one.
    pub fn value(&self) -> Option<Canonical> {
        Some(self.readings.value[self.row]).filter(|value| value.is_finite()).map(Canonical)
    }

    /// When it was measured; `None` if the API did not say.
    #[must_use]
    pub fn measured_at(&self) -> Option<Timestamp> {
        timestamp(self.readings.measured_at_millis[self.row])
    }

    /// When it was measured, in milliseconds since 1970; far before all time if the API did not say.
    pub(crate) fn measured_at_millis(&self) -> i64 {
        self.readings.measured_at_millis[self.row]
    }

    /// Whether the reading can be trusted.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.readings.verdict[self.row]
    }

    /// Judges another value of the same sensor as of a moment, just as [`ReadingsBuilder::add_sensor`] judges the present one. Also
    /// gives the value as it was sent, if it is a finite number.
    #[must_use]
    pub fn judge_another(
        &self,
        catalogue: &Catalogue,
        rules: &Rules,
        as_of: Timestamp,
        measured: Measured<'_>,
    ) -> (Option<f64>, Judged) {
        let raw = build::number(measured.value);
        let judged = judge(catalogue, rules, as_of, self.kind().meaning, raw, measured.at);
        (Some(raw).filter(|raw| raw.is_finite()), judged)
    }

    /// When the first reading of the present run of equal values was measured, as far as readings were seen
    /// since the start; `None` without a reading.
    #[must_use]
    pub fn unchanged_since(&self) -> Option<Timestamp> {
        timestamp(self.readings.run[self.row].since_millis)
    }

    /// At how many different times the present value was seen to be measured in a row; 65,535 stands for more.
    #[must_use]
    pub fn unchanged_times(&self) -> u16 {
        self.readings.run[self.row].times
    }

    /// Whether the present run began with a change that was seen. If not, it may have begun any time before.
    #[must_use]
    pub fn was_seen_to_change(&self) -> bool {
        self.readings.run[self.row].after_change
    }
}

/// The time that a column holds; [`NEVER_MILLIS`] is out of range and so becomes `None`.
pub(crate) fn timestamp(millis: i64) -> Option<Timestamp> {
    Timestamp::from_millisecond(millis).ok()
}
