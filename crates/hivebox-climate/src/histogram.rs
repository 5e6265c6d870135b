//! How values are distributed, in little room: what percentiles over any time and area are made of.

mod bytes;

use crate::phenomenon::Phenomenon;
use crate::quantity::Canonical;
use crate::statistics::Percentile;

pub use bytes::HistogramError;

/// How wide the bins of a [`Histogram`] are: 1, 2 or 5 times a power of ten, and never less than a hundredth, to
/// which values are kept in the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Resolution {
    hundredths: u32,
}

impl Resolution {
    /// Into how many bins a phenomenon's plausible range is divided at most.
    const BINS: f64 = 2000.0;
    const STEPS: [u32; 3] = [1, 2, 5];

    /// All that there are, from a hundredth on.
    fn all() -> impl Iterator<Item = Self> {
        let powers = (0..9).map(|power| 10_u32.pow(power));
        powers.flat_map(|power| Self::STEPS.map(|step| Self { hundredths: step * power }))
    }

    /// The finest that divides a range of this width into no more than [`Resolution::BINS`] bins.
    fn for_width(width: f64) -> Self {
        let coarsest = Self { hundredths: 500_000_000 };
        Self::all().find(|fine| fine.width().0 * Self::BINS >= width).unwrap_or(coarsest)
    }

    /// The width of a bin, in the canonical unit of the phenomenon.
    #[must_use]
    pub fn width(self) -> Canonical {
        Canonical(f64::from(self.hundredths) / 100.0)
    }

    /// The number of the bin in whose middle or beside it the value lies. Values out of all reason lie in the last one.
    fn bin(self, value: f64) -> i32 {
        (value * 100.0 / f64::from(self.hundredths)).round() as i32
    }

    fn middle(self, bin: i32) -> f64 {
        f64::from(bin) * f64::from(self.hundredths) / 100.0
    }
}

impl Phenomenon {
    /// How wide the bins of its histograms are: about two thousandths of what its values can be, such as 0.1 °C.
    #[must_use]
    pub fn sketch_resolution(&self) -> Resolution {
        Resolution::for_width(self.plausible.end() - self.plausible.start())
    }
}

/// How often each value occurred, to a [`Resolution`].
///
/// Histograms of parts add up to the histogram of the whole, exactly and in any order, so that the percentiles of a year can be
/// had from its hours. No percentile is wrong by more than half of the resolution.
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
    /// Those in which there is anything, in order; beside each other, so that few bytes are searched.
    bins: Vec<i32>,
    /// How much is in each, never 0.
    counts: Vec<u64>,
    count: u64,
}

impl Histogram {
    /// How many values can be merged or read. Adding them one at a time gets nowhere near the end of what a `u64` holds.
    const MOST: u64 = 1 << 62;

    /// An empty one.
    #[must_use]
    pub const fn new(resolution: Resolution) -> Self {
        Self { resolution, bins: Vec::new(), counts: Vec::new(), count: 0 }
    }

    /// How wide its bins are.
    #[must_use]
    pub const fn resolution(&self) -> Resolution {
        self.resolution
    }

    /// How many values were added.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// How many bins have anything in them. Each takes 12 bytes of memory.
    #[must_use]
    pub const fn bins(&self) -> usize {
        self.bins.len()
    }

    /// Adds a value, in the canonical unit of the phenomenon; not if it is no finite number.
    pub fn add(&mut self, value: Canonical) {
        self.add_times(value, 1);
    }

    /// Adds a value so many times.
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

    /// Adds all that was added to `other`.
    ///
    /// # Errors
    /// The two have different resolutions, or too many values to be counted; this one is as it was then.
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

    /// The bins in which there is anything, with what is in them.
    fn iter(&self) -> impl Iterator<Item = (i32, u64)> {
        self.bins.iter().copied().zip(self.counts.iter().copied())
    }

    /// A percentile by the definition of [`Statistics`], at most half of the resolution away from what that tells of the
    /// same values; `None` without values.
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

    /// The value at a place of the order, from 0: the middle of its bin.
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
