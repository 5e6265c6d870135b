//! Compact distributions, from which percentiles over any time and area can be computed.

mod bytes;

use crate::phenomenon::Phenomenon;
use crate::quantity::Canonical;
use crate::statistics::Percentile;

pub use bytes::HistogramError;

/// How a [`Histogram`] rounds values: the width of its bins.
///
/// Quantities such as temperature have bins of one width. Skewed quantities such as illuminance, of
/// which most values are tiny compared with the greatest, have bins that widen with the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resolution(Bins);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Bins {
    /// All bins have this width: 1, 2 or 5 times a power of ten, and at least one hundredth, the
    /// precision of archived values.
    Even { hundredths: u32 },
    /// Bins are one hundredth wide up to 1.28, then twice as wide after each doubling of the value.
    /// So there are [`Resolution::PER_DOUBLING`] between a value and its double. Integers alone
    /// decide the bin, so it is the same on all machines, which logarithms do not promise.
    Widening,
}

impl Resolution {
    /// The largest number of bins for a phenomenon's plausible range.
    const BINS: f64 = 2000.0;
    const STEPS: [u32; 3] = [1, 2, 5];
    const PER_DOUBLING_LOG2: u32 = 6;
    /// The number of widening bins between a value and its double.
    const PER_DOUBLING: u32 = 1 << Self::PER_DOUBLING_LOG2;
    const WIDENING: Self = Self(Bins::Widening);

    const fn even(hundredths: u32) -> Self {
        Self(Bins::Even { hundredths })
    }

    /// All widths of even bins in hundredths, the finest first.
    fn widths() -> impl Iterator<Item = u32> {
        let powers = (0..9).map(|power| 10_u32.pow(power));
        powers.flat_map(|power| Self::STEPS.map(|step| step * power))
    }

    /// The finest even bins of which at most [`Resolution::BINS`] divide a range of this width.
    fn for_range(width: f64) -> Self {
        let is_enough = |hundredths: &u32| f64::from(*hundredths) / 100.0 * Self::BINS >= width;
        Self::even(Self::widths().find(is_enough).unwrap_or(500_000_000))
    }

    /// By how much a percentile near `value` may be off, both in the phenomenon's canonical unit: half
    /// the width of a bin, which is at most 1/128 (0.8 %) of the value where bins widen.
    #[must_use]
    pub fn error(self, value: Canonical) -> Canonical {
        let hundredths = match self.0 {
            Bins::Even { hundredths } => f64::from(hundredths),
            Bins::Widening => {
                let per_value = 2.0 * f64::from(Self::PER_DOUBLING);
                (value.0.abs() * 200.0 / per_value).max(1.0)
            }
        };
        Canonical(hundredths / 200.0)
    }

    /// The number of the bin that a value falls into. Values beyond the range fall into the outermost
    /// bins.
    fn bin(self, value: f64) -> i32 {
        match self.0 {
            Bins::Even { hundredths } => (value * 100.0 / f64::from(hundredths)).round() as i32,
            Bins::Widening => {
                let hundredths = (value * 100.0).round() as i64;
                let bin = widening_bin(hundredths.unsigned_abs()) as i32;
                if hundredths < 0 { -bin } else { bin }
            }
        }
    }

    fn middle(self, bin: i32) -> f64 {
        match self.0 {
            Bins::Even { hundredths } => f64::from(bin) * f64::from(hundredths) / 100.0,
            Bins::Widening => f64::from(bin.signum()) * widening_middle(bin.unsigned_abs()) / 100.0,
        }
    }

    /// Whether there is such a bin.
    fn has(self, bin: i32) -> bool {
        self != Self::WIDENING || bin.unsigned_abs() <= widening_bin(u64::MAX)
    }

    /// What histograms of these two resolutions add up to: the widening one, or the coarser one.
    fn of_both(self, other: Self) -> Self {
        self.max(other)
    }
}

/// The number of the widening bin of a value in hundredths.
fn widening_bin(hundredths: u64) -> u32 {
    let doublings = hundredths.checked_ilog2().unwrap_or(0).saturating_sub(Resolution::PER_DOUBLING_LOG2);
    // At most 2 * PER_DOUBLING - 1, since the shift leaves its highest bit at PER_DOUBLING_LOG2.
    let within = (hundredths >> doublings) as u32;
    doublings * Resolution::PER_DOUBLING + within
}

/// The middle of a widening bin, in hundredths.
fn widening_middle(bin: u32) -> f64 {
    let doublings = (bin >> Resolution::PER_DOUBLING_LOG2).saturating_sub(1);
    let within = bin - (doublings << Resolution::PER_DOUBLING_LOG2);
    let width = 2_f64.powi(doublings as i32);
    f64::from(within) * width + (width - 1.0) / 2.0
}

impl Phenomenon {
    /// How the phenomenon's histograms round: even bins of about 1/2000 of its plausible range, such
    /// as 0.1 °C, or widening bins if it is skewed.
    #[must_use]
    pub fn sketch_resolution(&self) -> Resolution {
        if self.is_skewed {
            Resolution::WIDENING
        } else {
            Resolution::for_range(self.plausible.end() - self.plausible.start())
        }
    }
}

/// Counts of values in bins of one [`Resolution`].
///
/// Histograms of parts merge into the histogram of the whole, exactly and in any order, so the
/// percentiles of a year can be computed from its hours. A percentile is off by at most
/// [`Resolution::error`].
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::histogram::Histogram;
/// use hivebox_climate::quantity::Canonical;
/// use hivebox_climate::statistics::Percentile;
///
/// let catalogue = Catalogue::builtin();
/// let resolution = catalogue.phenomenon(catalogue.air_temperature()).sketch_resolution();
/// assert_eq!(resolution.error(Canonical(12.0)), Canonical(0.05));
///
/// let (mut morning, mut evening) = (Histogram::new(resolution), Histogram::new(resolution));
/// morning.add(Canonical(7.98));
/// evening.add(Canonical(12.01));
/// evening.add(Canonical(11.4));
/// morning.merge(&evening)?;
/// assert_eq!(morning.count(), 3);
/// assert_eq!(morning.quantile(Percentile::MEDIAN), Some(Canonical(11.4)));
/// # Ok::<(), hivebox_climate::histogram::HistogramError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Histogram {
    resolution: Resolution,
    /// The numbers of the non-empty bins, ascending; apart from the counts, so that a search
    /// touches few bytes.
    bins: Vec<i32>,
    /// The count of each of these bins, never 0.
    counts: Vec<u64>,
    count: u64,
}

impl Histogram {
    /// The most values that a merged or parsed histogram may hold. Single additions cannot get near
    /// the end of a `u64`.
    const MOST: u64 = 1 << 62;

    /// An empty histogram.
    #[must_use]
    pub const fn new(resolution: Resolution) -> Self {
        Self { resolution, bins: Vec::new(), counts: Vec::new(), count: 0 }
    }

    /// How it rounds.
    #[must_use]
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// The number of values added.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The number of non-empty bins. Each takes 12 bytes of memory.
    #[must_use]
    pub const fn bins(&self) -> usize {
        self.bins.len()
    }

    /// Adds a value in the phenomenon's canonical unit. NaN and infinities are ignored.
    pub fn add(&mut self, value: Canonical) {
        self.add_times(value, 1);
    }

    /// Adds a value `times` times. NaN and infinities are ignored.
    pub fn add_times(&mut self, value: Canonical, times: u64) {
        if value.0.is_finite() && times > 0 {
            let bin = self.resolution.bin(value.0);
            match self.bins.binary_search(&bin) {
                Ok(place) => self.counts[place] += times,
                Err(place) => {
                    self.bins.insert(place, bin);
                    self.counts.insert(place, times);
                }
            }
            self.count += times;
        }
    }

    /// Adds everything that was added to `other`.
    ///
    /// The resolutions may differ, since older versions of HiveBox stored skewed phenomena in even
    /// bins. Then one of them is rounded again, from the middles of its bins, and its values may be
    /// off by the errors of both.
    ///
    /// # Errors
    /// If the sum of the counts is too large; `self` is then unchanged.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
        let count = sum(self.count, other.count)?;
        let resolution = self.resolution.of_both(other.resolution);
        if resolution != self.resolution {
            *self = self.rounded(resolution);
        }
        if resolution != other.resolution {
            return self.merge(&other.rounded(resolution));
        }
        self.count = count;
        if self.bins == other.bins {
            self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        } else {
            (self.bins, self.counts) = self.union(other);
        }
        Ok(())
    }

    /// The same values at another resolution.
    fn rounded(&self, resolution: Resolution) -> Self {
        let mut rounded = Self::new(resolution);
        for (bin, count) in self.iter() {
            rounded.add_times(Canonical(self.resolution.middle(bin)), count);
        }
        rounded
    }

    fn union(&self, other: &Self) -> (Vec<i32>, Vec<u64>) {
        let most = self.bins.len() + other.bins.len();
        let (mut bins, mut counts) = (Vec::with_capacity(most), Vec::with_capacity(most));
        let (mut ours, mut theirs) = (self.iter().peekable(), other.iter().peekable());
        loop {
            let first = ours.peek().map(|&(bin, _)| bin);
            let second = theirs.peek().map(|&(bin, _)| bin);
            let Some(bin) = first.into_iter().chain(second).min() else { return (bins, counts) };
            let of_ours = ours.next_if(|&(other, _)| other == bin).map_or(0, |(_, count)| count);
            let of_theirs = theirs.next_if(|&(other, _)| other == bin).map_or(0, |(_, count)| count);
            bins.push(bin);
            counts.push(of_ours + of_theirs);
        }
    }

    /// The non-empty bins with their counts.
    fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        self.bins.iter().copied().zip(self.counts.iter().copied())
    }

    /// A percentile as [`Statistics`] defines it, off by at most [`Resolution::error`]; `None`
    /// if the histogram is empty.
    ///
    /// [`Statistics`]: crate::statistics::Statistics
    #[must_use]
    pub fn quantile(&self, percentile: Percentile) -> Option<Canonical> {
        let last = self.count.checked_sub(1)?;
        let (below, fraction) = percentile.place(self.count);
        let value = self.at(below)?;
        let next = self.at((below + 1).min(last))?;
        Some(Canonical(value + fraction * (next - value)))
    }

    /// The value of this rank, counted from 0: the middle of its bin.
    fn at(&self, place: u64) -> Option<f64> {
        let mut before = 0;
        let (bin, _) = self.iter().find(|&(_, count)| {
            before += count;
            place < before
        })?;
        Some(self.resolution.middle(bin))
    }
}

fn sum(count: u64, more: u64) -> Result<u64, HistogramError> {
    count.checked_add(more).filter(|sum| *sum <= Histogram::MOST).ok_or(HistogramError::TooMany)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    #[test]
    fn an_even_resolution_is_the_finest_with_two_thousand_bins() {
        let of = Resolution::for_range;
        assert_eq!([of(120.0), of(105.0), of(800.0), of(200.0)], [10, 10, 50, 10].map(Resolution::even));
        assert_eq!([of(200.1), of(220_000.0), of(25.0), of(1.0)], [20, 20_000, 2, 1].map(Resolution::even));
        assert_eq!(of(f64::INFINITY), Resolution::even(500_000_000));
    }

    #[test]
    fn what_is_plausible_of_a_phenomenon_fits_into_few_bins() {
        for (_, phenomenon) in Catalogue::builtin().iter() {
            let (range, resolution) = (phenomenon.plausible(), phenomenon.sketch_resolution());
            let bins = resolution.bin(*range.end()) - resolution.bin(*range.start());
            assert!((400..=2000).contains(&bins), "{}: {bins}", phenomenon.slug());
        }
    }

    #[test]
    fn widening_bins_follow_each_other_and_hold_their_middle() {
        for bin in 0..=widening_bin(u64::MAX) {
            let middle = widening_middle(bin);
            // Beyond 2^53 the middle is not a whole number of hundredths, as f64 has no room for it.
            assert_eq!(widening_bin(middle as u64), bin, "{middle}");
        }
        assert_eq!(widening_bin(127), 127);
        assert_eq!([128, 129, 130].map(widening_bin), [128, 128, 129]);
    }

    #[test]
    fn what_is_no_number_is_not_added() {
        let mut histogram = Histogram::new(Resolution::for_range(120.0));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            histogram.add(Canonical(value));
        }
        assert_eq!((histogram.count(), histogram.quantile(Percentile::MEDIAN)), (0, None));
    }
}
