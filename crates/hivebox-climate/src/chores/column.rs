//! The values of one input, hour by hour.

use super::condition::{Comparison, End};
use super::values::{Spread, rounded};

/// The values of one input in hours that follow one another. NaN where the input is unknown.
#[derive(Debug, Clone, Default)]
pub(super) struct Column {
    low: Vec<f64>,
    value: Vec<f64>,
    high: Vec<f64>,
}

impl Column {
    pub(super) fn of(spreads: impl ExactSizeIterator<Item = Option<Spread>>) -> Self {
        let with_room = || Vec::with_capacity(spreads.len());
        let mut column = Self { low: with_room(), value: with_room(), high: with_room() };
        for spread in spreads {
            let unknown = Spread { value: f64::NAN, low: f64::NAN, high: f64::NAN };
            let Spread { value, low, high } = spread.unwrap_or(unknown);
            column.low.push(low);
            column.value.push(value);
            column.high.push(high);
        }
        column
    }

    /// The value in an hour; `None` if it is unknown.
    #[inline]
    pub(super) fn get(&self, hour: usize) -> Option<Spread> {
        let value = *self.value.get(hour)?;
        (!value.is_nan()).then(|| Spread { value, low: self.low[hour], high: self.high[hour] })
    }

    /// The values from one hour to another, both included and known.
    pub(super) fn spreads(&self, first: usize, last: usize) -> impl Iterator<Item = Spread> {
        let ends = self.low[first..=last].iter().zip(&self.high[first..=last]);
        let spread = |(&value, (&low, &high))| Spread { value, low, high };
        self.value[first..=last].iter().zip(ends).map(spread)
    }

    /// Which of the 64 hours from one on are known, the first as the lowest bit.
    pub(super) fn known(&self, first: i64) -> u64 {
        bits(&self.value, first, |value| !value.is_nan())
    }

    /// In which of the 64 hours from one on a comparison holds, the first as the lowest bit.
    pub(super) fn holds(&self, comparison: &Comparison, first: i64) -> u64 {
        let end = match comparison.end {
            End::Low => &self.low,
            End::High => &self.high,
        };
        let limit = comparison.bound.limit;
        // A loop for each comparison, so none is chosen for each hour.
        match (comparison.is_lower, comparison.bound.includes_limit) {
            (true, false) => bits(end, first, |value| value > limit),
            (true, true) => bits(end, first, |value| value >= limit),
            (false, false) => bits(end, first, |value| value < limit),
            (false, true) => bits(end, first, |value| value <= limit),
        }
    }

    /// The lowest of each `count` values in a row. Unknown where one of them is.
    pub(super) fn lowest(&self, count: usize) -> Self {
        self.each(|values| extremes(values, count, |one, other| one < other))
    }

    /// The highest of each `count` values in a row. Unknown where one of them is.
    pub(super) fn highest(&self, count: usize) -> Self {
        self.each(|values| extremes(values, count, |one, other| one > other))
    }

    /// The mean of each `count` values in a row. Unknown where one of them is.
    pub(super) fn mean(&self, count: usize) -> Self {
        self.each(|values| {
            let mut sums = vec![0.0; (values.len() + 1).saturating_sub(count)];
            // Sums side by side do not wait for one another as the terms of one sum do.
            for offset in 0..count.min(values.len()) {
                for (sum, value) in sums.iter_mut().zip(&values[offset..]) {
                    *sum += value;
                }
            }
            sums.into_iter().map(|sum| rounded(sum / count as f64)).collect()
        })
    }

    fn each(&self, change: impl Fn(&[f64]) -> Vec<f64>) -> Self {
        Self { low: change(&self.low), value: change(&self.value), high: change(&self.high) }
    }
}

/// For which of the 64 values from one on something is true. It is not beyond the values.
#[inline]
fn bits(values: &[f64], first: i64, is_so: impl Fn(f64) -> bool) -> u64 {
    let before = usize::try_from(-first).unwrap_or(0).min(64);
    let begin = usize::try_from(first).unwrap_or(0).min(values.len());
    let end = (begin + 64 - before).min(values.len());
    let mut bits = 0;
    for (index, &value) in values[begin..end].iter().enumerate() {
        bits |= u64::from(is_so(value)) << index;
    }
    bits.checked_shl(before as u32).unwrap_or(0)
}

/// The extremes of each `count` values in a row; NaN where one of them is.
fn extremes(values: &[f64], count: usize, is_further: impl Fn(f64, f64) -> bool) -> Vec<f64> {
    let mut values = values.to_vec();
    // Each value stands for as many as are covered; two that overlap cover up to twice as many.
    let mut covered = 1;
    while covered < count {
        let step = covered.min(count - covered);
        let left = values.len().saturating_sub(step);
        for index in 0..left {
            let (one, other) = (values[index], values[index + step]);
            values[index] = if is_further(one, other) || one.is_nan() { one } else { other };
        }
        values.truncate(left);
        covered += step;
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unknown_makes_the_days_around_it_unknown() {
        let spread = |value: f64| Spread { value, low: value - 1.0, high: value + 1.0 };
        let column = Column::of(
            [3.0, 1.0, 2.0, f64::NAN, 5.0, 4.0]
                .into_iter()
                .map(|value: f64| if value.is_nan() { None } else { Some(spread(value)) }),
        );
        let all = |column: &Column| (0..7).map(|hour| column.get(hour)).collect::<Vec<_>>();
        let two = |values: [Option<f64>; 5]| {
            let spreads = values.map(|value| value.map(spread));
            spreads.into_iter().chain([None, None]).collect::<Vec<_>>()
        };
        assert_eq!(all(&column.lowest(2)), two([Some(1.0), Some(1.0), None, None, Some(4.0)]));
        assert_eq!(all(&column.highest(2)), two([Some(3.0), Some(2.0), None, None, Some(5.0)]));
        assert_eq!(all(&column.mean(2)), two([Some(2.0), Some(1.5), None, None, Some(4.5)]));
        assert_eq!(all(&column.mean(7)), [None; 7]);
        assert_eq!((column.known(0), column.known(-2), column.known(4)), (0b11_0111, 0b1101_1100, 0b11));
        assert_eq!((column.known(6), column.known(-64), column.known(-63)), (0, 0, 1 << 63));
    }
}
