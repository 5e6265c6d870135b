//! The byte format of a [`Histogram`].
//!
//! All numbers are varints: version, resolution, number of bins, number of the first bin (zigzag).
//! In version 1 the resolution is the width of all bins in hundredths. In version 2 bins widen, and
//! the resolution is the number of bins between a value and its double. Then for each bin twice its count, plus one if empty bins precede it, followed by
//! how many. Adjacent bins are mostly non-empty, so most bins take one byte.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Bins, Histogram, Resolution, sum};

/// The version of the format for bins of one width. A change of meaning needs a new version.
const EVEN: u32 = 1;
/// The version of the format for bins that widen.
const WIDENING: u32 = 2;

/// Version, resolution, and number of bins.
type HistogramHead = (u32, u32, u32);

/// Why bytes are not a histogram, or why histograms cannot be merged.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum HistogramError {
    /// A newer HiveBox wrote the bytes.
    #[error(
        "the histogram has version {found}, but this HiveBox reads versions up to {WIDENING}: use a newer HiveBox"
    )]
    Version {
        /// The version.
        found: u32,
    },
    /// The bytes are malformed.
    #[error("the bytes are not a histogram: {0}")]
    Malformed(#[from] postcard::Error),
    /// The bytes are well-formed but contradict themselves.
    #[error("the bytes are not a histogram: {0}")]
    Inconsistent(&'static str),
    /// The count would be too large.
    #[error("a histogram cannot hold more than {} values", Histogram::MOST)]
    TooMany,
}

impl Histogram {
    /// Encodes the histogram for [`Histogram::from_bytes`]: about one byte for each non-empty bin.
    ///
    /// # Errors
    /// None is known: every histogram can be encoded.
    pub fn to_bytes(&self) -> Result<Vec<u8>, HistogramError> {
        let (version, resolution) = match self.resolution.0 {
            Bins::Even { hundredths } => (EVEN, hundredths),
            Bins::Widening => (WIDENING, Resolution::PER_DOUBLING),
        };
        let head: HistogramHead = (version, resolution, self.bins.len() as u32);
        let mut bytes = Vec::with_capacity(8 + 2 * self.bins.len());
        write(&mut bytes, &head)?;
        let Some(&first) = self.bins.first() else { return Ok(bytes) };
        write(&mut bytes, &first)?;
        let mut expected = first;
        for (bin, count) in self.iter() {
            let left_out = bin.abs_diff(expected);
            write(&mut bytes, &(count << 1 | u64::from(left_out > 0)))?;
            if left_out > 0 {
                write(&mut bytes, &left_out)?;
            }
            expected = bin.wrapping_add(1);
        }
        Ok(bytes)
    }

    /// Decodes what [`Histogram::to_bytes`] wrote. Memory use is proportional to the length of
    /// `bytes`, whatever they contain.
    ///
    /// # Errors
    /// If this version of [`Histogram::to_bytes`] did not write the bytes.
    pub fn from_bytes(mut bytes: &[u8]) -> Result<Self, HistogramError> {
        let (version, resolution, length): HistogramHead = read(&mut bytes)?;
        let resolution = match version {
            EVEN => Resolution::widths().find(|width| *width == resolution).map(Resolution::even),
            WIDENING => (resolution == Resolution::PER_DOUBLING).then_some(Resolution::WIDENING),
            found => return Err(HistogramError::Version { found }),
        };
        let resolution = resolution.ok_or(HistogramError::Inconsistent("there is no such resolution"))?;
        let mut histogram = Self::new(resolution);
        if length > 0 {
            // A bin takes at least one byte.
            let length = (length as usize).min(bytes.len());
            histogram.bins.reserve_exact(length);
            histogram.counts.reserve_exact(length);
            histogram.read_bins(length, &mut bytes)?;
        }
        if bytes.is_empty() {
            Ok(histogram)
        } else {
            Err(HistogramError::Inconsistent("bytes are left over"))
        }
    }

    fn read_bins(&mut self, length: usize, bytes: &mut &[u8]) -> Result<(), HistogramError> {
        let first: i32 = read(bytes)?;
        let mut next = i64::from(first);
        for _ in 0..length {
            let word: u64 = read(bytes)?;
            let (count, has_left_out) = (word >> 1, word & 1 == 1);
            let left_out: u32 = if has_left_out { read(bytes)? } else { 0 };
            let bin = i32::try_from(next + i64::from(left_out)).ok();
            let bin = bin.filter(|bin| self.resolution.has(*bin));
            let bin = bin.ok_or(HistogramError::Inconsistent("a bin number is out of range"))?;
            if count == 0 {
                return Err(HistogramError::Inconsistent("a bin is empty"));
            }
            self.count = sum(self.count, count)?;
            self.bins.push(bin);
            self.counts.push(count);
            next = i64::from(bin) + 1;
        }
        Ok(())
    }
}

fn write(bytes: &mut Vec<u8>, number: &impl Serialize) -> Result<(), HistogramError> {
    *bytes = postcard::to_extend(number, std::mem::take(bytes))?;
    Ok(())
}

fn read<T: DeserializeOwned>(bytes: &mut &[u8]) -> Result<T, HistogramError> {
    let (number, rest) = postcard::take_from_bytes(bytes)?;
    *bytes = rest;
    Ok(number)
}
