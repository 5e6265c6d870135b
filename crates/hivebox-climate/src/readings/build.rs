//! Builds [`Readings`] row by row, judging each reading as it is added.

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::columns::{Boxes, Readings, SensorKind};
use super::run::{NEVER_MILLIS, Run};
use crate::catalogue::{Catalogue, Meaning};
use crate::place::{Exposure, Place};
use crate::text::{Interner, TextColumn, with_margin};
use crate::verdict::{Judged, MAX_SENSORS_OF_A_BOX, Verdict, VerdictRules, judge};

/// The facts about a box.
#[derive(Debug, Clone, Copy)]
pub struct BoxFacts<'a> {
    /// The box's id.
    pub id: &'a str,
    /// The name that its owner gave it.
    pub name: &'a str,
    /// Its model, such as `homeV2Wifi`.
    pub model: &'a str,
    /// Where its sensors are exposed.
    pub exposure: Exposure,
    /// The box's place; `None` if unknown.
    pub place: Option<Place>,
}

/// The facts about a sensor.
#[derive(Debug, Clone, Copy)]
pub struct SensorFacts<'a> {
    /// The sensor's id.
    pub id: &'a str,
    /// What it measures, in the owner's words.
    pub title: &'a str,
    /// The unit, in the owner's spelling.
    pub unit: &'a str,
    /// The chip, in the owner's spelling.
    pub sensor_type: &'a str,
    /// Its last measurement; `None` if there is none.
    pub measured: Option<Measured<'a>>,
}

/// One measurement of a sensor.
#[derive(Debug, Clone, Copy)]
pub struct Measured<'a> {
    /// The value as the API sends it.
    pub value: &'a str,
    /// The measurement time.
    pub at: Timestamp,
}

/// Builds [`Readings`].
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::place::Exposure;
/// use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
/// use hivebox_climate::verdict::{VerdictRules, Verdict};
///
/// let as_of = "2024-10-14T09:20:00Z".parse()?;
/// let mut builder = ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), as_of);
/// builder.add_box(&BoxFacts { id: "b1", name: "Garten", model: "custom", exposure: Exposure::Outdoor, place: None });
/// builder.add_sensor(&SensorFacts {
///     id: "s1",
///     title: "Temperatur",
///     unit: "°C",
///     sensor_type: "HDC1080",
///     measured: Some(Measured { value: "16.07", at: "2024-10-14T09:19:12Z".parse()? }),
/// });
/// let readings = builder.finish();
/// assert!(readings.iter().all(|reading| reading.verdict() == Verdict::Ok));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug)]
pub struct ReadingsBuilder<'a> {
    catalogue: &'a Catalogue,
    rules: VerdictRules,
    pub(super) readings: Readings,
    kind_numbers: Interner,
    model_numbers: Interner,
    grouptag_numbers: Interner,
    /// Title, unit and chip of the current sensor, joined into one key.
    kind_key: String,
    /// The first box with an id, by the hash of the id.
    box_with: HashMap<u64, u32, RandomState>,
    id_hasher: RandomState,
    boxes_added_again: usize,
    /// How many sensors of the last box measure each phenomenon, by its index in the catalogue, and which box that is.
    sensors_of: (Option<u32>, Vec<usize>),
    /// Whether the last box was added before, so what belongs to it does not count.
    is_added_again: bool,
}

impl<'a> ReadingsBuilder<'a> {
    /// A builder that classifies by `catalogue` and judges by `rules` as of `as_of`.
    #[must_use]
    pub fn new(catalogue: &'a Catalogue, rules: VerdictRules, as_of: Timestamp) -> Self {
        let readings = Readings {
            as_of,
            boxes: Boxes::default(),
            kinds: Vec::new(),
            box_index: Vec::new(),
            sensor_id: TextColumn::default(),
            kind: Vec::new(),
            raw: Vec::new(),
            value: Vec::new(),
            measured_at_millis: Vec::new(),
            verdict: Vec::new(),
            run: Vec::new(),
        };
        Self {
            catalogue,
            rules,
            readings,
            kind_numbers: Interner::default(),
            model_numbers: Interner::default(),
            grouptag_numbers: Interner::default(),
            kind_key: String::new(),
            box_with: HashMap::default(),
            id_hasher: RandomState::default(),
            boxes_added_again: 0,
            sensors_of: (None, vec![0; catalogue.len()]),
            is_added_again: false,
        }
    }

    /// Reserves room for the contents of `readings` and a little more. The next poll is about as
    /// large as the last, and growing columns would be copied and leave holes in the heap.
    #[must_use]
    pub fn with_room_for(mut self, readings: &Readings) -> Self {
        let (sensors, boxes) = (with_margin(readings.len()), with_margin(readings.box_count()));
        let own = &mut self.readings;
        own.boxes.reserve(&readings.boxes, boxes);
        self.box_with.reserve(boxes);
        own.sensor_id.reserve(&readings.sensor_id);
        own.box_index.reserve(sensors);
        own.kind.reserve(sensors);
        own.raw.reserve(sensors);
        own.value.reserve(sensors);
        own.measured_at_millis.reserve(sensors);
        own.verdict.reserve(sensors);
        own.run.reserve(sensors);
        self
    }

    /// Adds a box. The sensors added next belong to it.
    ///
    /// A box is added once: of several with one id the first counts, and the others are counted with
    /// [`boxes_added_again`](Self::boxes_added_again).
    pub fn add_box(&mut self, facts: &BoxFacts<'_>) {
        self.is_added_again = !self.is_new(facts.id);
        if self.is_added_again {
            self.boxes_added_again += 1;
            return;
        }
        let first_row = self.readings.len() as u32;
        let boxes = &mut self.readings.boxes;
        boxes.first_row.push(first_row);
        boxes.id.push(facts.id);
        boxes.name.push(facts.name);
        let (model, is_new) = self.model_numbers.number(facts.model);
        if is_new {
            boxes.models.push(facts.model.into());
        }
        boxes.model.push(model);
        boxes.exposure.push(facts.exposure);
        boxes.place.push(facts.place);
        boxes.tagged_end.push(boxes.tagged.len() as u32);
    }

    /// The number of boxes that were added again, and ignored.
    #[must_use]
    pub fn boxes_added_again(&self) -> usize {
        self.boxes_added_again
    }

    /// Whether no box has this id yet. The next box is taken for the one that has it.
    ///
    /// Keeps numbers instead of ids. Two ids with one hash are so rare that only the first of them
    /// is found again.
    fn is_new(&mut self, id: &str) -> bool {
        let next = self.readings.box_count() as u32;
        let first = *self.box_with.entry(self.id_hasher.hash_one(id)).or_insert(next);
        first == next || self.readings.boxes.id.get(first as usize) != id
    }

    /// Adds a grouptag to the last box.
    ///
    /// # Panics
    /// If there is no box yet.
    pub fn add_grouptag(&mut self, tag: &str) {
        if self.is_added_again {
            return;
        }
        let boxes = &mut self.readings.boxes;
        let (number, is_new) = self.grouptag_numbers.number(tag);
        if is_new {
            boxes.grouptags.push(tag.into());
        }
        boxes.tagged.push(number);
        let end = boxes.tagged_end.last_mut();
        *end.expect("a grouptag belongs to a box") = boxes.tagged.len() as u32;
    }

    /// Adds a sensor to the last box.
    ///
    /// # Panics
    /// If there is no box yet.
    pub fn add_sensor(&mut self, facts: &SensorFacts<'_>) {
        let box_count = self.readings.box_count();
        assert!(box_count > 0, "a sensor belongs to a box");
        if self.is_added_again {
            return;
        }
        let kind = self.kind(facts);
        self.readings.sensor_id.push(facts.id);
        let measured = facts.measured.map(|measured| (number(measured.value), measured.at));
        self.push_judged(box_count as u32 - 1, kind, measured);
    }

    /// Reserves room for `rows` rows at once: growing step by step would copy all columns several
    /// times.
    pub(super) fn reserve(&mut self, rows: usize) {
        let readings = &mut self.readings;
        readings.box_index.reserve_exact(rows);
        readings.kind.reserve_exact(rows);
        readings.raw.reserve_exact(rows);
        readings.value.reserve_exact(rows);
        readings.measured_at_millis.reserve_exact(rows);
        readings.verdict.reserve_exact(rows);
        readings.run.reserve_exact(rows);
    }

    /// Adds the judged columns of a row whose sensor id has been added already.
    pub(super) fn push_judged(&mut self, of_box: u32, kind: u32, measured: Option<(f64, Timestamp)>) {
        let meaning = self.readings.kinds[kind as usize].meaning;
        let is_surplus = self.is_surplus(of_box, meaning);
        let judged = match measured {
            None => Judged { verdict: Verdict::Missing, value: None },
            Some((raw, at)) => {
                let judged = judge(self.catalogue, &self.rules, self.readings.as_of, meaning, raw, at);
                judged.surplus_if(is_surplus)
            }
        };
        let rows = &mut self.readings;
        rows.box_index.push(of_box);
        rows.kind.push(kind);
        rows.raw.push(measured.map_or(f64::NAN, |(raw, _)| raw));
        rows.value.push(judged.value.map_or(f64::NAN, |value| value.0));
        let millis = measured.map_or(NEVER_MILLIS, |(_, at)| at.as_millisecond());
        rows.measured_at_millis.push(millis);
        rows.verdict.push(judged.verdict);
        rows.run.push(Run::first_seen(millis));
    }

    /// Whether enough sensors of the box measure the same already. Counts this one. The sensors of a box
    /// come one after the other.
    fn is_surplus(&mut self, of_box: u32, meaning: Meaning) -> bool {
        let (counted, counts) = &mut self.sensors_of;
        if counted.replace(of_box) != Some(of_box) {
            counts.fill(0);
        }
        let Some(phenomenon) = meaning.measured() else { return false };
        let count = &mut counts[phenomenon.index()];
        *count += 1;
        *count > MAX_SENSORS_OF_A_BOX
    }

    /// Finishes the readings.
    #[must_use]
    pub fn finish(mut self) -> Arc<Readings> {
        self.readings.boxes.sort_ids();
        Arc::new(self.readings)
    }

    /// Finishes the readings as the successors of `previous`: sensors that still show the same
    /// value have been [unchanged](super::Reading::unchanged_since) for longer.
    #[must_use]
    pub fn finish_after(mut self, previous: Option<&Readings>) -> Arc<Readings> {
        if let Some(previous) = previous {
            self.readings.continue_runs(previous);
        }
        self.finish()
    }

    fn kind(&mut self, facts: &SensorFacts<'_>) -> u32 {
        // Nobody can type a unit separator into a form, so no two kinds share a key.
        const SEPARATOR: char = '\u{1f}';
        self.kind_key.clear();
        self.kind_key.push_str(facts.title);
        self.kind_key.push(SEPARATOR);
        self.kind_key.push_str(facts.unit);
        self.kind_key.push(SEPARATOR);
        self.kind_key.push_str(facts.sensor_type);
        let (number, is_new) = self.kind_numbers.number(&self.kind_key);
        if is_new {
            self.readings.kinds.push(SensorKind {
                title: facts.title.into(),
                unit: facts.unit.into(),
                sensor_type: facts.sensor_type.into(),
                meaning: self.catalogue.classify(facts.title, facts.unit),
            });
        }
        number
    }
}

impl Readings {
    /// Continues the runs of `previous`.
    ///
    /// The API lists boxes and sensors in a stable order, so most rows follow the row before; a row
    /// is looked up by id only where the lists differ.
    fn continue_runs(&mut self, previous: &Self) {
        let mut by_id: Option<HashMap<&str, usize, RandomState>> = None;
        let mut expected = 0;
        for row in 0..self.len() {
            let id = self.sensor_id.get(row);
            let is_there = expected < previous.len() && previous.sensor_id.get(expected) == id;
            let before = if is_there {
                Some(expected)
            } else {
                let by_id = by_id.get_or_insert_with(|| {
                    (0..previous.len()).map(|row| (previous.sensor_id.get(row), row)).collect()
                });
                by_id.get(id).copied()
            };
            if let Some(before) = before {
                expected = before + 1;
                self.run[row] = self.run[row].after(
                    &previous.run[before],
                    (previous.raw[before], previous.measured_at_millis[before]),
                    (self.raw[row], self.measured_at_millis[row]),
                );
            }
        }
    }
}

/// Parses a value: a decimal number, with optional white space around. NaN for anything else.
pub(super) fn number(text: &str) -> f64 {
    text.trim().parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ReadingsBuilder<'static> {
        ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), Timestamp::UNIX_EPOCH)
    }

    fn filled(mut builder: ReadingsBuilder<'_>, boxes: usize) -> ReadingsBuilder<'_> {
        for number in 0..boxes {
            let id = format!("{number:024}");
            let (name, model, exposure, place) = ("Garten", "custom", Exposure::Outdoor, None);
            builder.add_box(&BoxFacts { id: &id, name, model, exposure, place });
            builder.add_grouptag("Schule");
            let (title, unit, sensor_type, measured) = ("Temperatur", "°C", "HDC1080", None);
            builder.add_sensor(&SensorFacts { id: &id, title, unit, sensor_type, measured });
        }
        builder
    }

    #[test]
    fn a_box_that_is_added_again_counts_once_as_it_was_first() {
        let mut builder = filled(filled(builder(), 3), 4);
        let (id, exposure) = (format!("{:024}", 1), Exposure::Indoor);
        builder.add_box(&BoxFacts { id: &id, name: "again", model: "", exposure, place: None });
        builder.add_grouptag("again");
        assert_eq!(builder.boxes_added_again(), 4);
        let readings = builder.finish();
        assert_eq!((readings.box_count(), readings.len()), (4, 4));
        let names: Vec<_> = readings.boxes_by_id().map(|sense_box| sense_box.name()).collect();
        assert_eq!(names, ["Garten"; 4]);
        assert!(readings.boxes().all(|sense_box| sense_box.grouptags().eq(["Schule"])));
    }

    #[test]
    fn columns_do_not_grow_when_nearly_the_same_is_read_again() {
        let before = filled(builder(), 1000).finish();
        let empty = builder().with_room_for(&before);
        let room = empty.readings.heap_bytes();
        let again = filled(empty, 1010);
        assert_eq!(again.readings.heap_bytes(), room);
        assert!(room <= before.heap_bytes() + before.heap_bytes() / 32, "{room}");
    }
}
