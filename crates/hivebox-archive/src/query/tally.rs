//! Sums up values bucket by bucket.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::direction::MeanDirection;
use hivebox_climate::histogram::{Histogram, HistogramError};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::statistics::Percentile;

use super::values::{Values, canonical};
use crate::history::question::{Buckets, HistoryRow};

/// The sums over the values of some phenomena in some buckets. They add whole numbers, so they are the same in any order.
#[derive(Debug)]
pub(super) struct Tally {
    edges: Vec<i64>,
    phenomena: Vec<(PhenomenonId, BucketSums)>,
    is_coarse: bool,
}

#[derive(Debug)]
enum BucketSums {
    /// For numbers: the sums of each bucket, and its values if percentiles are needed.
    Numbers(Vec<NumberSums>, Vec<Values>),
    Directions(Vec<DirectionSums>),
}

/// The sums over the numbers of one bucket, in hundredths.
#[derive(Debug, Clone, Copy)]
pub(super) struct NumberSums {
    pub(super) count: u64,
    pub(super) sum: i128,
    pub(super) min: i32,
    pub(super) max: i32,
}

/// The sums over the directions of one bucket: their unit vectors in whole [`DirectionSums::STEPS`].
#[derive(Debug, Clone, Copy, Default)]
struct DirectionSums {
    count: u64,
    north: i128,
    east: i128,
}

/// When rows were measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum MeasuredAt<'a> {
    /// All in this bucket.
    Bucket(usize),
    /// Each at its own time, in milliseconds.
    Millis(&'a [i64]),
}

impl NumberSums {
    const NONE: Self = Self { count: 0, sum: 0, min: i32::MAX, max: i32::MIN };

    fn add(&mut self, values: &[i32]) {
        // An i64 holds the sum of 2^32 values, and a batch has far fewer.
        let (mut sum, mut min, mut max) = (0_i64, self.min, self.max);
        for &value in values {
            sum += i64::from(value);
            min = min.min(value);
            max = max.max(value);
        }
        self.count += values.len() as u64;
        (self.sum, self.min, self.max) = (self.sum + i128::from(sum), min, max);
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.sum += other.sum;
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    fn mean(&self) -> f64 {
        let mean = self.sum as f64 / 100.0 / self.count as f64;
        mean.clamp(canonical(self.min).0, canonical(self.max).0)
    }
}

impl DirectionSums {
    /// The length of a unit vector: 2^40 steps. Whole numbers add up to the same sum in any order, and rounding a direction to
    /// a step turns it by less than a billionth of a degree.
    const STEPS: f64 = (1_u64 << 40) as f64;

    /// Adds a direction in hundredths of a degree `count` times.
    fn add(&mut self, hundredths: i32, count: u64) {
        let (east, north) = canonical(hundredths).0.to_radians().sin_cos();
        let steps = |length: f64| i128::from((length * Self::STEPS).round() as i64) * i128::from(count);
        self.north += steps(north);
        self.east += steps(east);
        self.count += count;
    }

    fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.north += other.north;
        self.east += other.east;
    }

    fn mean(&self) -> MeanDirection {
        let length = |steps: i128| steps as f64 / Self::STEPS;
        MeanDirection::of_sums(length(self.north), length(self.east), self.count as f64)
    }
}

impl Tally {
    /// The sums over no values. `edges` are the beginning of each bucket and the end of the last, at least two.
    pub(super) fn new(
        edges: Vec<i64>,
        phenomena: impl Iterator<Item = PhenomenonId>,
        percentiles: bool,
    ) -> Self {
        let buckets = edges.len() - 1;
        let of = |id: PhenomenonId| {
            let phenomenon = Catalogue::builtin().phenomenon(id);
            let sums = if phenomenon.is_direction() {
                BucketSums::Directions(vec![DirectionSums::default(); buckets])
            } else {
                let kept = if percentiles { buckets } else { 0 };
                let values = (0..kept).map(|_| Values::new(phenomenon.sketch_resolution())).collect();
                BucketSums::Numbers(vec![NumberSums::NONE; buckets], values)
            };
            (id, sums)
        };
        let phenomena = phenomena.map(of).collect();
        Self { edges, phenomena, is_coarse: false }
    }

    /// About how much memory it takes, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let of = |sums: &BucketSums| match sums {
            BucketSums::Numbers(numbers, values) => {
                let kept: usize = values.iter().map(|values| size_of::<Values>() + values.bytes()).sum();
                numbers.len() * size_of::<NumberSums>() + kept
            }
            BucketSums::Directions(means) => means.len() * size_of::<DirectionSums>(),
        };
        self.phenomena.iter().map(|(_, sums)| of(sums)).sum()
    }

    /// Whether all percentiles will be exact.
    pub(super) fn is_exact(&self) -> bool {
        let of = |sums: &BucketSums| match sums {
            BucketSums::Numbers(_, values) => values.iter().all(Values::are_exact),
            BucketSums::Directions(_) => true,
        };
        self.phenomena.iter().all(|(_, sums)| of(sums))
    }

    /// Whether percentiles were made approximate to save memory.
    pub(super) fn is_coarse(&self) -> bool {
        self.is_coarse
    }

    /// Makes percentiles approximate from now on, which bounds their memory; returns whether that changed anything.
    pub(super) fn coarsen(&mut self) -> bool {
        for (_, sums) in &mut self.phenomena {
            if let BucketSums::Numbers(_, values) = sums {
                values.iter_mut().for_each(Values::coarsen);
            }
        }
        !std::mem::replace(&mut self.is_coarse, true)
    }

    /// Adds values of a phenomenon in hundredths. Leaves out those that were measured outside the buckets.
    pub(super) fn add(&mut self, phenomenon: usize, values: &[i32], at: MeasuredAt<'_>) {
        let sums = &mut self.phenomena[phenomenon].1;
        match at {
            MeasuredAt::Bucket(bucket) => sums.add(bucket, values),
            MeasuredAt::Millis(times) => {
                let mut from = 0;
                let mut last = None;
                while let Some(&at) = times.get(from) {
                    let (bucket, begin, end) = next_bucket(&self.edges, last, at);
                    last = bucket;
                    let is_inside = |time: &i64| begin <= *time && *time < end;
                    // Every time lies in some stretch, except the very last one that an i64 can hold.
                    let length = times[from..].iter().take_while(|time| is_inside(time)).count().max(1);
                    if let Some(bucket) = bucket {
                        sums.add(bucket, &values[from..from + length]);
                    }
                    from += length;
                }
            }
        }
    }

    /// Adds `count` readings of a phenomenon that share a value in hundredths and lie in the same bucket as `at`.
    pub(super) fn add_count(&mut self, phenomenon: usize, hundredths: i32, count: u64, at: i64) {
        let (Some(bucket), ..) = bucket_of(&self.edges, at) else { return };
        match &mut self.phenomena[phenomenon].1 {
            BucketSums::Numbers(numbers, values) => {
                let sum = i128::from(hundredths) * i128::from(count);
                numbers[bucket].merge(&NumberSums { count, sum, min: hundredths, max: hundredths });
                if let Some(values) = values.get_mut(bucket) {
                    values.add_count(hundredths, count);
                }
            }
            BucketSums::Directions(sums) => sums[bucket].add(hundredths, count),
        }
    }

    /// Adds the sums of an hour, if the hour lies in a bucket.
    pub(super) fn add_hour(
        &mut self,
        phenomenon: usize,
        at: i64,
        numbers: &NumberSums,
        sketch: Option<&Histogram>,
    ) -> Result<(), HistogramError> {
        let (Some(bucket), ..) = bucket_of(&self.edges, at) else { return Ok(()) };
        let BucketSums::Numbers(sums, values) = &mut self.phenomena[phenomenon].1 else { return Ok(()) };
        sums[bucket].merge(numbers);
        match (values.get_mut(bucket), sketch) {
            (Some(values), Some(sketch)) => values.merge_sketch(sketch),
            _ => Ok(()),
        }
    }

    /// Adds another tally with the same buckets.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), HistogramError> {
        self.is_coarse |= other.is_coarse;
        for ((_, ours), (_, theirs)) in self.phenomena.iter_mut().zip(other.phenomena) {
            match (ours, theirs) {
                (BucketSums::Numbers(ours, our_values), BucketSums::Numbers(theirs, their_values)) => {
                    ours.iter_mut().zip(&theirs).for_each(|(ours, theirs)| ours.merge(theirs));
                    for (ours, theirs) in our_values.iter_mut().zip(their_values) {
                        ours.merge(theirs)?;
                    }
                }
                (BucketSums::Directions(ours), BucketSums::Directions(theirs)) => {
                    ours.iter_mut().zip(&theirs).for_each(|(ours, theirs)| ours.merge(theirs));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds another tally, with a single bucket, to one of these buckets.
    pub(super) fn merge_into(&mut self, bucket: usize, other: Self) -> Result<(), HistogramError> {
        self.is_coarse |= other.is_coarse;
        for ((_, ours), (_, theirs)) in self.phenomena.iter_mut().zip(other.phenomena) {
            match (ours, theirs) {
                (BucketSums::Numbers(ours, our_values), BucketSums::Numbers(theirs, their_values)) => {
                    theirs.first().inspect(|theirs| ours[bucket].merge(theirs));
                    if let (Some(ours), Some(theirs)) =
                        (our_values.get_mut(bucket), their_values.into_iter().next())
                    {
                        ours.merge(theirs)?;
                    }
                }
                (BucketSums::Directions(ours), BucketSums::Directions(theirs)) => {
                    theirs.first().inspect(|theirs| ours[bucket].merge(theirs));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The rows of the answer: one for each bucket of each phenomenon that has any values.
    pub(super) fn into_rows(self, buckets: &Buckets, percentiles: &[Percentile]) -> Vec<HistoryRow> {
        let mut rows = Vec::new();
        for (phenomenon, sums) in self.phenomena {
            let first = rows.len();
            let row = |(from, to)| HistoryRow {
                phenomenon,
                from,
                to,
                count: 0,
                mean: None,
                min: None,
                max: None,
                percentiles: percentiles.iter().map(|&percentile| (percentile, None)).collect(),
            };
            rows.extend(buckets.iter().map(row));
            sums.fill(&mut rows[first..], percentiles);
            if rows[first..].iter().all(|row| row.count == 0) {
                rows.truncate(first);
            }
        }
        rows
    }
}

impl BucketSums {
    fn add(&mut self, bucket: usize, hundredths: &[i32]) {
        match self {
            Self::Numbers(numbers, values) => {
                numbers[bucket].add(hundredths);
                if let Some(values) = values.get_mut(bucket) {
                    values.add(hundredths);
                }
            }
            Self::Directions(sums) => hundredths.iter().for_each(|&degrees| sums[bucket].add(degrees, 1)),
        }
    }

    fn fill(self, rows: &mut [HistoryRow], percentiles: &[Percentile]) {
        match self {
            Self::Numbers(numbers, values) => {
                let mut values = values.into_iter();
                for (row, numbers) in rows.iter_mut().zip(numbers) {
                    row.count = numbers.count;
                    if numbers.count > 0 {
                        row.mean = Some(Canonical(numbers.mean()));
                        row.min = Some(canonical(numbers.min));
                        row.max = Some(canonical(numbers.max));
                    }
                    if let Some(values) = values.next() {
                        row.percentiles = values.percentiles(percentiles);
                    }
                }
            }
            Self::Directions(sums) => {
                for (row, sums) in rows.iter_mut().zip(sums) {
                    row.count = sums.count;
                    row.mean = sums.mean().degrees().map(Canonical).filter(|_| sums.count > 0);
                }
            }
        }
    }
}

/// Like [`bucket_of`], but tries the next bucket first: rows are sorted by time within a sensor.
fn next_bucket(edges: &[i64], last: Option<usize>, at: i64) -> (Option<usize>, i64, i64) {
    if let Some(next) = last.map(|last| last + 1)
        && let [begin, end] = edges[next..edges.len().min(next + 2)]
        && (begin..end).contains(&at)
    {
        return (Some(next), begin, end);
    }
    bucket_of(edges, at)
}

/// The index of the bucket that contains a time in milliseconds; `None` outside all buckets. `edges` are the beginning of
/// each bucket and the end of the last, sorted.
#[cfg(any(test, feature = "testing"))]
#[must_use]
pub fn bucket_index(edges: &[i64], at: i64) -> Option<usize> {
    bucket_of(edges, at).0
}

/// The bucket that contains a time, if one does, and the stretch of time for which that is so.
pub(super) fn bucket_of(edges: &[i64], at: i64) -> (Option<usize>, i64, i64) {
    let after = edges.partition_point(|&edge| edge <= at);
    let begin = after.checked_sub(1).map_or(i64::MIN, |place| edges[place]);
    match edges.get(after) {
        Some(&end) => (after.checked_sub(1), begin, end),
        None => (None, begin, i64::MAX),
    }
}
