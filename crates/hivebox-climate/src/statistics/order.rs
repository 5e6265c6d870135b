//! Percentiles, and what else is found by sorting, without sorting more than is needed.

use std::ops::Range;

/// A percentile, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percentile(f64);

impl Percentile {
    /// Half of the readings lie below.
    pub const MEDIAN: Self = Self(50.0);

    /// A percentile, if it is one.
    ///
    /// ```
    /// use hivebox_climate::statistics::Percentile;
    ///
    /// assert_eq!(Percentile::new(50.0), Some(Percentile::MEDIAN));
    /// assert_eq!(Percentile::new(100.1), None);
    /// ```
    #[must_use]
    pub fn new(percentile: f64) -> Option<Self> {
        (0.0..=100.0).contains(&percentile).then_some(Self(percentile))
    }

    /// The number, from 0 to 100.
    #[must_use]
    pub const fn get(self) -> f64 {
        self.0
    }

    /// What it comes to among `count` values in order, of which `at` tells the one at a place, from 0; `None` without values.
    ///
    /// Interpolated linearly between the two values beside it: type 7 of Hyndman & Fan (1996), as R and `NumPy` do unless
    /// told otherwise.
    ///
    /// ```
    /// use hivebox_climate::statistics::Percentile;
    ///
    /// let values = [10.0, 20.0, 40.0, 80.0];
    /// assert_eq!(Percentile::MEDIAN.among(4, |place| values[place as usize]), Some(30.0));
    /// ```
    pub fn among(self, count: u64, at: impl Fn(u64) -> f64) -> Option<f64> {
        let last = count.checked_sub(1)?;
        let (below, fraction) = self.place(count);
        let value = at(below);
        let next = at((below + 1).min(last));
        // Between equal values nothing is to be rounded.
        Some(if fraction > 0.0 && next > value {
            (value + fraction * (next - value)).min(next)
        } else {
            value
        })
    }

    /// Where it lies among `count` values in order: after which, and how far to the next.
    pub(crate) fn place(self, count: u64) -> (u64, f64) {
        let at = (count - 1) as f64 * self.0 / 100.0;
        (at as u64, at.fract())
    }
}

/// Which places of an order are asked for.
pub(super) struct Places {
    count: usize,
    wanted: Vec<usize>,
}

impl Places {
    /// None yet, of the order of `count` values, at least one.
    pub(super) fn new(count: usize) -> Self {
        Self { count, wanted: Vec::new() }
    }

    pub(super) fn add(&mut self, place: usize) {
        self.wanted.push(place);
    }

    pub(super) fn add_percentile(&mut self, percentile: Percentile) {
        let (below, _) = percentile.place(self.count as u64);
        let below = below as usize;
        self.wanted.extend([below, (below + 1).min(self.count - 1)]);
    }
}

/// Values that stand where they would if all were sorted, at some places; between those, in no order.
pub(super) struct Ordered<'a>(&'a [f64]);

impl<'a> Ordered<'a> {
    pub(super) fn at(mut places: Places, values: &'a mut [f64]) -> Self {
        places.wanted.sort_unstable();
        places.wanted.dedup();
        select(values, &places.wanted, 0);
        Self(values)
    }

    /// By [`Percentile::among`]; 0 without values. Its places must have been asked for.
    pub(super) fn percentile(&self, percentile: Percentile) -> f64 {
        percentile.among(self.0.len() as u64, |place| self.0[place as usize]).unwrap_or_default()
    }

    /// The values of some places of the order, of which the first and the last must have been asked for.
    pub(super) fn between(&self, places: Range<usize>) -> &'a [f64] {
        &self.0[places]
    }
}

/// Puts the values of the wanted places there, halving the places, so that each value is looked at a few times only. `values` begin
/// at the place `first`.
fn select(values: &mut [f64], wanted: &[usize], first: usize) {
    let Some(&place) = wanted.get(wanted.len() / 2) else { return };
    let (before, _, after) = values.select_nth_unstable_by(place - first, f64::total_cmp);
    select(before, &wanted[..wanted.len() / 2], first);
    select(after, &wanted[wanted.len() / 2 + 1..], place + 1);
}
