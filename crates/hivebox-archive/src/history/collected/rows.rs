//! Collected readings in little memory.

use hivebox_climate::quantity::Canonical;
use hivebox_climate::verdict::Verdict;

/// Rows are in blocks of this many, so that none moves when more are added.
const BLOCK_ROWS: usize = 1 << 16;

/// The raw and the canonical value of a reading.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::history) struct RowValue {
    /// NaN if there is none.
    raw: f64,
    /// [`RowValue::NO_HUNDREDTHS`] if there is none.
    hundredths: i32,
}

impl RowValue {
    /// The largest decimal of nine digits.
    const MOST_HUNDREDTHS: f64 = 999_999_999.0;
    const NO_HUNDREDTHS: i32 = i32::MIN;

    pub(in crate::history) fn new(raw: Option<f64>, value: Option<Canonical>) -> Self {
        let hundredths = value.and_then(|value| hundredths(value.0));
        Self::stored(raw.or(value.map(|value| value.0)), hundredths)
    }

    /// The values as the file has them.
    pub(in crate::history) fn stored(raw: Option<f64>, hundredths: Option<i32>) -> Self {
        let raw = raw.filter(|raw| raw.is_finite());
        let raw = raw.or(hundredths.map(from_hundredths)).unwrap_or(f64::NAN);
        Self { raw, hundredths: hundredths.unwrap_or(Self::NO_HUNDREDTHS) }
    }

    pub(in crate::history) fn hundredths(self) -> Option<i32> {
        Some(self.hundredths).filter(|hundredths| *hundredths != Self::NO_HUNDREDTHS)
    }

    pub(in crate::history) fn raw(self) -> Option<f64> {
        Some(self.raw).filter(|raw| raw.is_finite())
    }

    /// The raw value, unless it equals the canonical one.
    pub(in crate::history) fn raw_to_store(self) -> Option<f64> {
        #[expect(clippy::float_cmp, reason = "the raw value is left out only if reading restores it exactly")]
        let is_same = self.hundredths().is_some_and(|hundredths| from_hundredths(hundredths) == self.raw);
        self.raw().filter(|_| !is_same)
    }
}

/// The value in hundredths, rounded half away from zero; `None` if it does not fit into nine digits.
fn hundredths(value: f64) -> Option<i32> {
    let hundredths = (value * 100.0).round();
    (hundredths.abs() <= RowValue::MOST_HUNDREDTHS).then_some(hundredths as i32)
}

fn from_hundredths(hundredths: i32) -> f64 {
    f64::from(hundredths) / 100.0
}

/// A reading of a day in 24 bytes.
#[derive(Debug, Clone, Copy)]
pub(in crate::history) struct CollectedRow {
    raw: f64,
    hundredths: i32,
    pub(in crate::history) millis_of_day: u32,
    /// The index of its [`Entry`](super::entries::Entry).
    pub(in crate::history) entry: u32,
    pub(in crate::history) verdict: Verdict,
}

impl CollectedRow {
    pub(in crate::history) fn new(millis_of_day: u32, entry: u32, value: RowValue, verdict: Verdict) -> Self {
        Self { raw: value.raw, hundredths: value.hundredths, millis_of_day, entry, verdict }
    }

    pub(in crate::history) fn value(&self) -> RowValue {
        RowValue { raw: self.raw, hundredths: self.hundredths }
    }
}

/// Rows in the order in which they were added.
#[derive(Debug, Default)]
pub(in crate::history) struct CollectedRows {
    blocks: Vec<Vec<CollectedRow>>,
}

impl CollectedRows {
    pub(in crate::history) fn push(&mut self, row: CollectedRow) {
        match self.blocks.last_mut().filter(|block| block.len() < BLOCK_ROWS) {
            Some(block) => block.push(row),
            None => self.blocks.push(vec![row]),
        }
    }

    pub(in crate::history) fn get(&self, place: usize) -> &CollectedRow {
        &self.blocks[place / BLOCK_ROWS][place % BLOCK_ROWS]
    }

    pub(in crate::history) fn iter(&self) -> impl Iterator<Item = &CollectedRow> {
        self.blocks.iter().flatten()
    }

    /// The number of rows.
    pub(in crate::history) fn len(&self) -> u64 {
        self.blocks.iter().map(|block| block.len() as u64).sum()
    }

    /// The rows up to a time of the day, in the same order.
    pub(super) fn up_to(self, millis_of_day: u32) -> Self {
        if self.iter().all(|row| row.millis_of_day <= millis_of_day) {
            return self;
        }
        let mut kept = Self::default();
        self.iter().filter(|row| row.millis_of_day <= millis_of_day).for_each(|row| kept.push(*row));
        kept
    }

    pub(in crate::history) fn heap_bytes(&self) -> usize {
        self.blocks.iter().map(|block| block.capacity() * size_of::<CollectedRow>()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_little() {
        assert_eq!(size_of::<CollectedRow>(), 24);
    }

    #[test]
    fn values_are_rounded_half_away_from_zero() {
        let rounded = [0.125, -0.125, -0.001, 9_999_999.99].map(hundredths);
        assert_eq!(rounded, [Some(13), Some(-13), Some(0), Some(999_999_999)]);
        assert_eq!([9_999_999.996, f64::INFINITY, f64::NAN].map(hundredths), [None; 3]);
    }

    #[test]
    fn a_raw_value_is_stored_only_if_it_is_another_number() {
        let stored = |raw, value: Option<f64>| RowValue::new(raw, value.map(Canonical)).raw_to_store();
        assert_eq!(stored(Some(16.07), Some(16.07)), None);
        assert_eq!(stored(Some(16.0657), Some(16.0657)), Some(16.0657));
        assert_eq!(stored(Some(1e9), Some(1e9)), Some(1e9));
        assert_eq!(stored(None, None), None);
    }
}
