//! Percentiles and other order statistics, without sorting more than necessary.

use std::ops::Range;

/// A percentile, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Percentile(f64);

impl Percentile {
    /// The 50th percentile.
    pub const MEDIAN: Self = Self(50.0);

    /// A percentile; `None` unless it is between 0 and 100.
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

    /// The percentile of `count` sorted values, where `at` returns the value of a rank from 0;
    /// `None` without values.
    ///
    /// Interpolates linearly between the two adjacent values: type 7 of Hyndman & Fan (1996), the
    /// default of R and `NumPy`.
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
        // Between equal values rounding must not change anything.
        Some(if fraction > 0.0 && next > value {
            (value + fraction * (next - value)).min(next)
        } else {
            value
        })
    }

    /// Its position among `count` sorted values: the rank below it, and the fraction of the way to
    /// the next.
    pub(crate) fn place(self, count: u64) -> (u64, f64) {
        let at = (count - 1) as f64 * self.0 / 100.0;
        (at as u64, at.fract())
    }
}

/// The ranks that are needed of a sorted slice.
pub(super) struct WantedRanks {
    count: usize,
    wanted: Vec<usize>,
}

impl WantedRanks {
    /// No ranks yet, of `count` values (at least one).
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

/// Values that are where sorting would put them at the needed ranks, and in no order between those.
pub(super) struct Ordered<'a>(&'a [f64]);

impl<'a> Ordered<'a> {
    pub(super) fn at(mut places: WantedRanks, values: &'a mut [f64]) -> Self {
        places.wanted.sort_unstable();
        places.wanted.dedup();
        select(values, &places.wanted, 0);
        Self(values)
    }

    /// Computes [`Percentile::among`]. Its ranks must have been added before.
    pub(super) fn percentile(&self, percentile: Percentile) -> f64 {
        let value = percentile.among(self.0.len() as u64, |place| self.0[place as usize]);
        value.expect("there is at least one value, as `WantedRanks::new` requires")
    }

    /// The values of a range of ranks, of which the first and the last must have been added before.
    pub(super) fn between(&self, places: Range<usize>) -> &'a [f64] {
        &self.0[places]
    }
}

/// Moves the values of the wanted ranks into place, halving the ranks at each step so that each
/// value is looked at only a few times. `values` begins at rank `first`.
fn select(values: &mut [f64], wanted: &[usize], first: usize) {
    let Some(&place) = wanted.get(wanted.len() / 2) else { return };
    let (before, _, after) = values.select_nth_unstable_by(place - first, f64::total_cmp);
    select(before, &wanted[..wanted.len() / 2], first);
    select(after, &wanted[wanted.len() / 2 + 1..], place + 1);
}
