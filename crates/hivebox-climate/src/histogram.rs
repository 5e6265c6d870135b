//! Compact distributions, from which percentiles over any time and area can be computed.

mod bytes;

use crate::phenomenon::Phenomenon;
use crate::quantity::Canonical;
use crate::statistics::Percentile;

pub use bytes::HistogramError;

/// The bin width of a [`Histogram`]: 1, 2 or 5 times a power of ten, and at least 0.01, the
/// precision of archived values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resolution {
    hundredths: u32,
}

impl Resolution {
    /// The largest number of bins for a phenomenon's plausible range.
    const BINS: f64 = 2000.0;
    const STEPS: [u32; 3] = [1, 2, 5];

    /// All resolutions, the finest first.
    fn all() -> impl Iterator<Item = Self> {
        let powers = (0..9).map(|power| 10_u32.pow(power));
        powers.flat_map(|power| Self::STEPS.map(|step| Self { hundredths: step * power }))
    }

    /// The finest resolution that divides a range of this width into at most [`Resolution::BINS`]
    /// bins.
    fn for_width(width: f64) -> Self {
        let coarsest = Self { hundredths: 500_000_000 };
        Self::all().find(|fine| fine.width().0 * Self::BINS >= width).unwrap_or(coarsest)
    }

    /// The width of a bin, in the phenomenon's canonical unit.
    #[must_use]
    pub fn width(self) -> Canonical {
        Canonical(f64::from(self.hundredths) / 100.0)
    }

    /// The number of the bin whose middle is nearest to the value. Values beyond the range of `i32`
    /// fall into the outermost bins.
    fn bin(self, value: f64) -> i32 {
        (value * 100.0 / f64::from(self.hundredths)).round() as i32
    }

    fn middle(self, bin: i32) -> f64 {
        f64::from(bin) * f64::from(self.hundredths) / 100.0
    }
}

impl Phenomenon {
    /// The bin width of the phenomenon's histograms: about 1/2000 of its plausible range, such as
    /// 0.1 °C.
    #[must_use]
    pub fn sketch_resolution(&self) -> Resolution {
        Resolution::for_width(self.plausible.end() - self.plausible.start())
    }
}

/// Counts of values in bins of one [`Resolution`].
///
/// Histograms of parts merge into the histogram of the whole, exactly and in any order, so the
/// percentiles of a year can be computed from its hours. A percentile is off by at most half of the
/// resolution.
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::histogram::Histogram;
/// use hivebox_climate::quantity::Canonical;
/// use hivebox_climate::statistics::Percentile;
///
/// let catalogue = Catalogue::builtin();
/// let resolution = catalogue.phenomenon(catalogue.air_temperature()).sketch_resolution();
/// assert_eq!(resolution.width(), Canonical(0.1));
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

    /// The width of its bins.
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
    /// # Errors
    /// If the resolutions differ or the sum of the counts is too large; `self` is then unchanged.
    pub fn merge(&mut self, other: &Self) -> Result<(), HistogramError> {
        if self.resolution != other.resolution {
            let (ours, theirs) = (self.resolution, other.resolution);
            return Err(HistogramError::Resolutions { ours: ours.width().0, theirs: theirs.width().0 });
        }
        self.count = sum(self.count, other.count)?;
        if self.bins == other.bins {
            self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        } else {
            (self.bins, self.counts) = self.union(other);
        }
        Ok(())
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

    /// A percentile as [`Statistics`] defines it, off by at most half of the resolution; `None` if
    /// the histogram is empty.
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
    fn a_resolution_is_the_finest_with_two_thousand_bins() {
        let of = |width| Resolution::for_width(width).hundredths;
        assert_eq!([of(120.0), of(105.0), of(800.0), of(200.0)], [10, 10, 50, 10]);
        assert_eq!([of(200.1), of(220_000.0), of(25.0), of(1.0)], [20, 20_000, 2, 1]);
        assert_eq!(of(f64::INFINITY), 500_000_000);
    }

    #[test]
    fn what_is_plausible_of_a_phenomenon_fits_into_few_bins() {
        for (_, phenomenon) in Catalogue::builtin().iter() {
            let (range, resolution) = (phenomenon.plausible(), phenomenon.sketch_resolution());
            let bins = resolution.bin(*range.end()) - resolution.bin(*range.start());
            assert!((700..=2000).contains(&bins), "{}: {bins}", phenomenon.slug());
        }
    }

    #[test]
    fn what_is_no_number_is_not_added() {
        let mut histogram = Histogram::new(Resolution::for_width(120.0));
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            histogram.add(Canonical(value));
        }
        assert_eq!((histogram.count(), histogram.quantile(Percentile::MEDIAN)), (0, None));
    }
}
