//! The byte format in which one replica hands all its readings to another.
//!
//! Only facts travel: what was measured, where and when. The receiver works out verdicts, canonical
//! values and meanings with the code that first made them, so crafted bytes cannot bring in a
//! reading that would not pass otherwise.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use jiff::Timestamp;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use super::build::ReadingsBuilder;
use super::columns::{Readings, SensorKind};
use super::run::{NEVER_MILLIS, Run};
use crate::catalogue::Catalogue;
use crate::place::{Exposure, Place};
use crate::text::TextColumn;
use crate::verdict::VerdictRules;

/// The most boxes: more than ten times as many as openSenseMap has.
const MAX_BOXES: usize = 200_000;
/// The most sensors, and the most grouptags of all boxes: more than ten times as many as openSenseMap has.
const MAX_SENSORS: usize = 1_000_000;
/// The most different models, grouptags and kinds of sensors.
const MAX_NAMES: usize = 50_000;

/// Why bytes are not readings.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The bytes are malformed.
    #[error("the bytes are not readings: {0}")]
    Malformed(#[from] postcard::Error),
    /// The bytes are well-formed but contradict themselves.
    #[error("the bytes are not readings: {0}")]
    Inconsistent(&'static str),
}

/// The encoded columns. The order of the fields is the format: changing it requires a new version
/// of whatever carries the bytes.
#[derive(Serialize, Deserialize)]
struct WireColumns<'a> {
    as_of: Timestamp,
    #[serde(borrow)]
    box_ids: Texts<'a>,
    box_names: Texts<'a>,
    #[serde(borrow, deserialize_with = "at_most::<MAX_NAMES, _, _>")]
    models: Vec<Cow<'a, str>>,
    #[serde(deserialize_with = "at_most::<MAX_BOXES, _, _>")]
    box_models: Vec<u32>,
    #[serde(deserialize_with = "at_most::<MAX_BOXES, _, _>")]
    exposures: Vec<Exposure>,
    #[serde(borrow, deserialize_with = "at_most::<MAX_NAMES, _, _>")]
    grouptags: Vec<Cow<'a, str>>,
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    box_grouptags: Vec<u32>,
    /// The number of grouptags of each box.
    #[serde(deserialize_with = "at_most::<MAX_BOXES, _, _>")]
    grouptag_counts: Vec<u32>,
    #[serde(deserialize_with = "at_most::<MAX_BOXES, _, _>")]
    places: Vec<Option<(f64, f64, Option<f64>)>>,
    /// The number of sensors of each box.
    #[serde(deserialize_with = "at_most::<MAX_BOXES, _, _>")]
    sensor_counts: Vec<u32>,
    #[serde(borrow, deserialize_with = "at_most::<MAX_NAMES, _, _>")]
    kinds: Vec<WireKind<'a>>,
    sensor_ids: Texts<'a>,
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    sensor_kinds: Vec<u32>,
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    raw: Vec<Raw>,
    /// The age of each measurement as of `as_of`, in milliseconds.
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    ages_millis: Vec<Option<i64>>,
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    runs: Vec<Lasting>,
}

#[derive(Serialize, Deserialize)]
struct Texts<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(deserialize_with = "at_most::<MAX_SENSORS, _, _>")]
    lengths: Vec<u32>,
}

#[derive(Serialize, Deserialize)]
struct WireKind<'a> {
    title: Cow<'a, str>,
    unit: Cow<'a, str>,
    sensor_type: Cow<'a, str>,
}

/// A number as it was sent. Most have at most two decimals and are short as hundredths.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Raw {
    Hundredths(i32),
    Exactly(f64),
    NotANumber,
}

/// A [`Run`], relative to its reading. Most sensors show another value in each reading.
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Lasting {
    /// The value changed with this reading, or there is no reading.
    Changed,
    /// Nothing is known about the value before.
    FirstSeen,
    /// Duration before the reading in milliseconds, number of times, and whether it began with a
    /// change.
    Since(i64, u16, bool),
}

impl Readings {
    /// Encodes the readings for [`Readings::from_bytes`].
    ///
    /// # Errors
    /// None is known: all readings can be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, WireError> {
        let kind = |kind: &'_ SensorKind| WireKind {
            title: Cow::Owned(kind.title.to_string()),
            unit: Cow::Owned(kind.unit.to_string()),
            sensor_type: Cow::Owned(kind.sensor_type.to_string()),
        };
        let place =
            |place: &Place| (place.latitude_degrees(), place.longitude_degrees(), place.height_metres());
        let columns = WireColumns {
            as_of: self.as_of,
            box_ids: Texts::of(&self.boxes.id),
            box_names: Texts::of(&self.boxes.name),
            models: self.boxes.models.iter().map(|model| Cow::Borrowed(&**model)).collect(),
            box_models: self.boxes.model.clone(),
            exposures: self.boxes.exposure.clone(),
            grouptags: self.boxes.grouptags.iter().map(|tag| Cow::Borrowed(&**tag)).collect(),
            box_grouptags: self.boxes.tagged.clone(),
            grouptag_counts: self.boxes().map(|sense_box| sense_box.grouptags().len() as u32).collect(),
            places: self.boxes.place.iter().map(|at| at.as_ref().map(place)).collect(),
            sensor_counts: self.boxes().map(|sense_box| sense_box.rows().len() as u32).collect(),
            kinds: self.kinds.iter().map(kind).collect(),
            sensor_ids: Texts::of(&self.sensor_id),
            sensor_kinds: self.kind.clone(),
            raw: self.raw.iter().copied().map(Raw::of).collect(),
            ages_millis: self
                .iter()
                .map(|reading| Some(age_millis(self.as_of, reading.measured_at()?)))
                .collect(),
            runs: self
                .run
                .iter()
                .zip(&self.measured_at_millis)
                .map(|(run, &at)| Lasting::of(run, at))
                .collect(),
        };
        Ok(postcard::to_allocvec(&columns)?)
    }

    /// Decodes what [`Readings::to_bytes`] wrote, judging each reading by `rules` as of the encoded
    /// moment. Memory use is proportional to the length of `bytes` and has a limit beside, since a byte can stand for
    /// a value of 40 bytes.
    ///
    /// # Errors
    /// If this version of [`Readings::to_bytes`] did not write the bytes.
    pub fn from_bytes(
        bytes: &[u8],
        catalogue: &Catalogue,
        rules: VerdictRules,
    ) -> Result<Arc<Self>, WireError> {
        let (columns, rest): (WireColumns<'_>, _) = postcard::take_from_bytes(bytes)?;
        if rest.is_empty() {
            columns.judged(catalogue, rules)
        } else {
            Err(WireError::Inconsistent("bytes are left over"))
        }
    }
}

/// Reads a column of at most `MAX` values.
fn at_most<'de, const MAX: usize, T: Deserialize<'de>, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    struct Values<const MAX: usize, T>(PhantomData<T>);
    impl<'de, const MAX: usize, T: Deserialize<'de>> Visitor<'de> for Values<MAX, T> {
        type Value = Vec<T>;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(formatter, "at most {MAX} values")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Vec<T>, A::Error> {
            let announced = values.size_hint().unwrap_or(0);
            let mut column = Vec::with_capacity(announced.min(MAX / 16));
            while let Some(value) = values.next_element()? {
                if column.len() == MAX {
                    return Err(A::Error::invalid_length(announced, &self));
                }
                column.push(value);
            }
            Ok(column)
        }
    }
    deserializer.deserialize_seq(Values::<MAX, T>(PhantomData))
}

impl WireColumns<'_> {
    fn judged(self, catalogue: &Catalogue, rules: VerdictRules) -> Result<Arc<Readings>, WireError> {
        let (boxes, sensors) = (self.sensor_counts.len(), self.sensor_kinds.len());
        let box_lengths = [
            self.box_ids.lengths.len(),
            self.box_names.lengths.len(),
            self.box_models.len(),
            self.exposures.len(),
            self.grouptag_counts.len(),
            self.places.len(),
        ];
        let sensor_lengths =
            [self.sensor_ids.lengths.len(), self.raw.len(), self.ages_millis.len(), self.runs.len()];
        let sum = |counts: &[u32]| counts.iter().map(|&count| u64::from(count)).sum::<u64>();
        ensure(
            box_lengths.iter().all(|&length| length == boxes),
            "the columns of the boxes differ in length",
        )?;
        ensure(
            sensor_lengths.iter().all(|&length| length == sensors),
            "the columns of the sensors differ in length",
        )?;
        ensure(sum(&self.sensor_counts) == sensors as u64, "some sensors belong to no box")?;
        ensure(
            sum(&self.grouptag_counts) == self.box_grouptags.len() as u64,
            "some grouptags belong to no box",
        )?;
        ensure(
            self.box_grouptags.iter().all(|&it| (it as usize) < self.grouptags.len()),
            "a grouptag is not listed",
        )?;
        ensure(self.box_models.iter().all(|&it| (it as usize) < self.models.len()), "a model is not listed")?;
        ensure(self.sensor_kinds.iter().all(|&it| (it as usize) < self.kinds.len()), "a kind is not listed")?;

        let mut builder = ReadingsBuilder::new(catalogue, rules, self.as_of);
        let kind = |kind: &WireKind<'_>| SensorKind {
            title: (*kind.title).into(),
            unit: (*kind.unit).into(),
            sensor_type: (*kind.sensor_type).into(),
            meaning: catalogue.classify(&kind.title, &kind.unit),
        };
        builder.readings.kinds = self.kinds.iter().map(kind).collect();
        let known = &mut builder.readings.boxes;
        known.first_row = self
            .sensor_counts
            .iter()
            .zip(ends(&self.sensor_counts))
            .map(|(count, end)| end - count)
            .collect();
        known.id = self.box_ids.column()?;
        known.name = self.box_names.column()?;
        known.models = self.models.iter().map(|model| (**model).into()).collect();
        known.model = self.box_models;
        known.exposure = self.exposures;
        known.grouptags = self.grouptags.iter().map(|tag| (**tag).into()).collect();
        known.tagged = self.box_grouptags;
        known.tagged_end = ends(&self.grouptag_counts).collect();
        known.place =
            self.places.into_iter().map(|at| at.and_then(|(n, e, h)| Place::new(n, e, h))).collect();
        builder.readings.sensor_id = self.sensor_ids.column()?;
        builder.reserve(sensors);
        let of_boxes =
            (0..).zip(&self.sensor_counts).flat_map(|(of_box, &count)| (0..count).map(move |_| of_box));
        let measured = self.raw.iter().zip(&self.ages_millis);
        for ((of_box, kind), (raw, age)) in of_boxes.zip(self.sensor_kinds).zip(measured) {
            let at = age.map(|age| moment(self.as_of, age)).transpose()?;
            builder.push_judged(of_box, kind, at.map(|at| (raw.number(), at)));
        }
        let rows = &mut builder.readings;
        for ((run, &at), lasting) in rows.run.iter_mut().zip(&rows.measured_at_millis).zip(self.runs) {
            *run = lasting.run(at)?;
        }
        let readings = builder.finish();
        let by_id = readings.boxes_by_id().map(|sense_box| sense_box.id());
        ensure(by_id.is_sorted_by(|one, next| one != next), "a box is there twice")?;
        Ok(readings)
    }
}

impl<'a> Texts<'a> {
    fn of(column: &'a TextColumn) -> Self {
        Self { text: Cow::Borrowed(column.text()), lengths: column.lengths().collect() }
    }

    fn column(&self) -> Result<TextColumn, WireError> {
        TextColumn::of(&self.text, &self.lengths)
            .ok_or(WireError::Inconsistent("the lengths of the texts do not add up"))
    }
}

impl Raw {
    fn of(number: f64) -> Self {
        if number.is_nan() {
            return Self::NotANumber;
        }
        let hundredths = (number * 100.0).round();
        let short = Self::Hundredths(hundredths as i32);
        // Compared bit by bit, since -0.0 equals 0.0.
        if short.number().to_bits() == number.to_bits() { short } else { Self::Exactly(number) }
    }

    fn number(self) -> f64 {
        match self {
            Self::Hundredths(hundredths) => f64::from(hundredths) / 100.0,
            Self::Exactly(number) => number,
            Self::NotANumber => f64::NAN,
        }
    }
}

/// The end of each of several adjacent ranges, from their lengths.
fn ends(counts: &[u32]) -> impl Iterator<Item = u32> {
    counts.iter().scan(0, |end, count| {
        *end += count;
        Some(*end)
    })
}

impl Lasting {
    fn of(run: &Run, measured_at_millis: i64) -> Self {
        if measured_at_millis == NEVER_MILLIS || *run == Run::changed(measured_at_millis) {
            Self::Changed
        } else if *run == Run::first_seen(measured_at_millis) {
            Self::FirstSeen
        } else {
            // Negative if a clock that stepped back sent a reading from before its run.
            let lasted = measured_at_millis.saturating_sub(run.since_millis);
            Self::Since(lasted, run.times, run.after_change)
        }
    }

    fn run(self, measured_at_millis: i64) -> Result<Run, WireError> {
        Ok(match self {
            _ if measured_at_millis == NEVER_MILLIS => Run::first_seen(measured_at_millis),
            Self::Changed => Run::changed(measured_at_millis),
            Self::FirstSeen => Run::first_seen(measured_at_millis),
            Self::Since(lasted, times, after_change) => {
                let since_millis = measured_at_millis
                    .checked_sub(lasted)
                    .filter(|&since| Timestamp::from_millisecond(since).is_ok())
                    .ok_or(WireError::Inconsistent(
                        "a run of equal values begins outside the range of time",
                    ))?;
                Run { since_millis, times, after_change }
            }
        })
    }
}

fn age_millis(as_of: Timestamp, measured_at: Timestamp) -> i64 {
    as_of.as_millisecond() - measured_at.as_millisecond()
}

/// The moment of this age as of `as_of`.
fn moment(as_of: Timestamp, age_millis: i64) -> Result<Timestamp, WireError> {
    let millis = as_of.as_millisecond().checked_sub(age_millis);
    millis
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .ok_or(WireError::Inconsistent("a measurement time is outside the range of time"))
}

fn ensure(holds: bool, otherwise: &'static str) -> Result<(), WireError> {
    if holds { Ok(()) } else { Err(WireError::Inconsistent(otherwise)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(columns: &WireColumns<'_>) -> Result<Arc<Readings>, WireError> {
        let bytes = postcard::to_allocvec(columns).unwrap();
        Readings::from_bytes(&bytes, Catalogue::builtin(), VerdictRules::default())
    }

    #[test]
    fn a_column_with_too_many_values_is_refused_before_it_is_kept() {
        let empty =
            ReadingsBuilder::new(Catalogue::builtin(), VerdictRules::default(), Timestamp::UNIX_EPOCH);
        let bytes = empty.finish().to_bytes().unwrap();
        let mut columns: WireColumns<'_> = postcard::from_bytes(&bytes).unwrap();
        assert!(read(&columns).is_ok());
        columns.places = vec![None; MAX_BOXES];
        assert!(matches!(read(&columns), Err(WireError::Inconsistent(_))), "too few of the others");
        columns.places.push(None);
        assert!(matches!(read(&columns), Err(WireError::Malformed(_))), "one box too many");
        columns.places.clear();
        columns.grouptags = vec![Cow::Borrowed(""); MAX_NAMES + 1];
        assert!(matches!(read(&columns), Err(WireError::Malformed(_))), "one grouptag too many");
    }
}
