//! Readings on their way into the history, in little memory.

mod entries;
mod snapshot;
mod texts;

use std::collections::BTreeMap;

use hivebox_climate::place::{Exposure, Place};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use jiff::civil::Date;

use super::utc_day::{day_of, millis_of_day};

pub(super) use entries::{Entries, Entry};
pub(super) use texts::TextId;

/// Rows are kept in blocks of this many, so that none moves when more come.
const BLOCK_ROWS: usize = 1 << 16;

/// A reading with all that is known of its sensor and box at that time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GatheredReading<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// The box's name, as its owner wrote it.
    pub box_name: &'a str,
    /// The box's model.
    pub model: &'a str,
    /// Where the box's sensors are exposed.
    pub exposure: Exposure,
    /// Where the box stood, if that is known.
    pub place: Option<Place>,
    /// The sensor's id.
    pub sensor_id: &'a str,
    /// What the sensor measures, in its owner's words.
    pub title: &'a str,
    /// The unit of `raw_value`, in its owner's spelling.
    pub unit: &'a str,
    /// The sensor's chip, in its owner's spelling.
    pub sensor_type: &'a str,
    /// The slug of what the sensor is taken to measure, if that is known.
    pub phenomenon: Option<&'a str>,
    /// The value as the sensor sent it.
    pub raw_value: Option<f64>,
    /// The value in the phenomenon's canonical unit.
    pub value: Option<Canonical>,
    /// When it was measured; fractions of a millisecond are dropped.
    pub measured_at: Timestamp,
    /// Whether it can be trusted.
    pub verdict: Verdict,
}

/// Readings of any days in the order in which they came: of two of one sensor and moment the later one counts.
///
/// A reading takes 24 bytes; what it has in common with others of its sensor is kept once, and again when it changes.
#[derive(Debug, Default)]
pub struct Gathered {
    entries: Entries,
    days: BTreeMap<Date, Rows>,
    rows: u64,
}

impl Gathered {
    /// Adds a reading.
    pub fn add(&mut self, reading: &GatheredReading<'_>) {
        let entry = self.entries.find(reading);
        let value = Value::new(reading.raw_value, reading.value);
        let row = Row::new(millis_of_day(reading.measured_at), entry, value, reading.verdict);
        self.days.entry(day_of(reading.measured_at)).or_default().push(row);
        self.rows += 1;
    }

    /// The UTC days on which the readings were measured, in order.
    pub fn dates(&self) -> Vec<Date> {
        self.days.keys().copied().collect()
    }

    /// How many readings were added.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there is no reading.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// About how many bytes of memory it takes.
    pub fn heap_bytes(&self) -> usize {
        let rows: usize = self.days.values().map(Rows::heap_bytes).sum();
        rows + self.entries.heap_bytes()
    }

    pub(super) fn entries(&self) -> &Entries {
        &self.entries
    }

    pub(super) fn days(&self) -> impl Iterator<Item = (Date, &Rows)> {
        self.days.iter().map(|(date, rows)| (*date, rows))
    }

    /// The readings of a day in the order in which they came.
    pub(super) fn day(&self, date: Date) -> Option<&Rows> {
        self.days.get(&date)
    }
}

/// The values of a reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Value {
    /// No number stands for none.
    raw: f64,
    /// [`Value::NO_HUNDREDTHS`] stands for none.
    hundredths: i32,
}

impl Value {
    /// What a decimal of nine digits holds at most.
    const MOST_HUNDREDTHS: f64 = 999_999_999.0;
    const NO_HUNDREDTHS: i32 = i32::MIN;

    fn new(raw: Option<f64>, value: Option<Canonical>) -> Self {
        let hundredths = value.and_then(|value| hundredths(value.0));
        Self::stored(raw.or(value.map(|value| value.0)), hundredths)
    }

    /// As the file has it.
    pub(super) fn stored(raw: Option<f64>, hundredths: Option<i32>) -> Self {
        let raw = raw.filter(|raw| raw.is_finite());
        let raw = raw.or(hundredths.map(from_hundredths)).unwrap_or(f64::NAN);
        Self { raw, hundredths: hundredths.unwrap_or(Self::NO_HUNDREDTHS) }
    }

    pub(super) fn hundredths(self) -> Option<i32> {
        Some(self.hundredths).filter(|hundredths| *hundredths != Self::NO_HUNDREDTHS)
    }

    pub(super) fn raw(self) -> Option<f64> {
        Some(self.raw).filter(|raw| raw.is_finite())
    }

    /// The raw value, if it is another number than the hundredths.
    pub(super) fn raw_to_store(self) -> Option<f64> {
        #[expect(clippy::float_cmp, reason = "it is left out only if it comes back just as it was")]
        let is_same = self.hundredths().is_some_and(|hundredths| from_hundredths(hundredths) == self.raw);
        self.raw().filter(|_| !is_same)
    }
}

/// Rounded half away from zero; `None` if it does not fit.
fn hundredths(value: f64) -> Option<i32> {
    let hundredths = (value * 100.0).round();
    (hundredths.abs() <= Value::MOST_HUNDREDTHS).then_some(hundredths as i32)
}

pub(super) fn from_hundredths(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// A reading of a day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row {
    raw: f64,
    hundredths: i32,
    pub(super) millis_of_day: u32,
    /// Its place among the [`Entries`].
    pub(super) entry: u32,
    pub(super) verdict: Verdict,
}

impl Row {
    pub(super) fn new(millis_of_day: u32, entry: u32, value: Value, verdict: Verdict) -> Self {
        Self { raw: value.raw, hundredths: value.hundredths, millis_of_day, entry, verdict }
    }

    pub(super) fn value(&self) -> Value {
        Value { raw: self.raw, hundredths: self.hundredths }
    }
}

/// Readings in their order.
#[derive(Debug, Default)]
pub(super) struct Rows {
    blocks: Vec<Vec<Row>>,
}

impl Rows {
    fn push(&mut self, row: Row) {
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK_ROWS) {
            Some(block) => block.push(row),
            None => self.blocks.push(vec![row]),
        }
    }

    pub(super) fn get(&self, place: usize) -> &Row {
        &self.blocks[place / BLOCK_ROWS][place % BLOCK_ROWS]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Row> {
        self.blocks.iter().flatten()
    }

    fn heap_bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.capacity() * size_of::<Row>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_little() {
        assert_eq!(size_of::<Row>(), 24);
    }

    #[test]
    fn values_are_rounded_half_away_from_zero() {
        let rounded = [0.125, -0.125, -0.001, 9_999_999.99].map(hundredths);
        assert_eq!(rounded, [Some(13), Some(-13), Some(0), Some(999_999_999)]);
        assert_eq!([9_999_999.996, f64::INFINITY, f64::NAN].map(hundredths), [None; 3]);
    }

    #[test]
    fn a_raw_value_is_stored_only_if_it_is_another_number() {
        let stored = |raw, value: Option<f64>| Value::new(raw, value.map(Canonical)).raw_to_store();
        assert_eq!(stored(Some(16.07), Some(16.07)), None);
        assert_eq!(stored(Some(16.0657), Some(16.0657)), Some(16.0657));
        assert_eq!(stored(Some(1e9), Some(1e9)), Some(1e9));
        assert_eq!(stored(None, None), None);
    }
}
