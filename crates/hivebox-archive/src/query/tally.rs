//! What rows come to, bucket by bucket.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::direction::MeanDirection;
use hivebox_climate::histogram::{Histogram, HistogramError};
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quantity::Canonical;
use hivebox_climate::statistics::Percentile;

use super::values::{Values, canonical};
use crate::history::question::{Buckets, HistoryRow};

/// What the rows of some phenomena come to, in each of some buckets. Sums are of whole hundredths, and so exact in any order.
#[derive(Debug)]
pub(super) struct Tally {
    edges: Vec<i64>,
    phenomena: Vec<(PhenomenonId, Sums)>,
    is_coarse: bool,
}

#[derive(Debug)]
enum Sums {
    /// Of numbers: the sums, and the values of each bucket if percentiles are asked for.
    Numbers(Vec<Numbers>, Vec<Values>),
    Directions(Vec<(u64, MeanDirection)>),
}

/// The numbers of one bucket, in hundredths.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) count: u64,
    pub(super) sum: i128,
    pub(super) min: i32,
    pub(super) max: i32,
}

/// When rows were measured.
#[derive(Debug, Clone, Copy)]
pub(super) enum Times<'a> {
    /// All in this bucket.
    Within(usize),
    /// Each at its own moment, in milliseconds.
    Each(&'a [i64]),
}

impl Numbers {
    const NONE: Self = Self { count: 0, sum: 0, min: i32::MAX, max: i32::MIN };

    fn add(&mut self, values: &[i32]) {
        // The rows of a batch cannot exceed what an i64 holds.
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

impl Tally {
    /// Of no rows. `edges` are the beginning of each bucket and the end of the last, at least two.
    pub(super) fn new(
        edges: Vec<i64>,
        phenomena: impl Iterator<Item = PhenomenonId>,
        percentiles: bool,
    ) -> Self {
        let buckets = edges.len() - 1;
        let of = |id: PhenomenonId| {
            let phenomenon = Catalogue::builtin().phenomenon(id);
            let sums = if phenomenon.is_direction() {
                Sums::Directions(vec![Default::default(); buckets])
            } else {
                let kept = if percentiles { buckets } else { 0 };
                let values = (0..kept).map(|_| Values::new(phenomenon.sketch_resolution())).collect();
                Sums::Numbers(vec![Numbers::NONE; buckets], values)
            };
            (id, sums)
        };
        let phenomena = phenomena.map(of).collect();
        Self { edges, phenomena, is_coarse: false }
    }

    /// About how much memory it takes.
    pub(super) fn bytes(&self) -> usize {
        let of = |sums: &Sums| match sums {
            Sums::Numbers(numbers, values) => {
                let kept: usize = values.iter().map(|values| size_of::<Values>() + values.bytes()).sum();
                numbers.len() * size_of::<Numbers>() + kept
            }
            Sums::Directions(means) => means.len() * size_of::<(u64, MeanDirection)>(),
        };
        self.phenomena.iter().map(|(_, sums)| of(sums)).sum()
    }

    /// Whether all percentiles will be exact.
    pub(super) fn is_exact(&self) -> bool {
        let of = |sums: &Sums| match sums {
            Sums::Numbers(_, values) => values.iter().all(Values::are_exact),
            Sums::Directions(_) => true,
        };
        self.phenomena.iter().all(|(_, sums)| of(sums))
    }

    /// Keeps values to a resolution from now on, which bounds their memory; whether they were not kept so before.
    pub(super) fn coarsen(&mut self) -> bool {
        for (_, sums) in &mut self.phenomena {
            if let Sums::Numbers(_, values) = sums {
                values.iter_mut().for_each(Values::coarsen);
            }
        }
        !std::mem::replace(&mut self.is_coarse, true)
    }

    /// Adds rows of a phenomenon, with their values in hundredths. What was measured outside the buckets is left out.
    pub(super) fn add(&mut self, phenomenon: usize, values: &[i32], times: Times<'_>) {
        let sums = &mut self.phenomena[phenomenon].1;
        match times {
            Times::Within(bucket) => sums.add(bucket, values),
            Times::Each(times) => {
                let mut from = 0;
                let mut last = None;
                while let Some(&at) = times.get(from) {
                    let (bucket, begin, end) = next_bucket(&self.edges, last, at);
                    last = bucket;
                    let is_inside = |time: &i64| begin <= *time && *time < end;
                    // No moment lies outside of all stretches, but the very last that a number can tell.
                    let length = times[from..].iter().take_while(|time| is_inside(time)).count().max(1);
                    if let Some(bucket) = bucket {
                        sums.add(bucket, &values[from..from + length]);
                    }
                    from += length;
                }
            }
        }
    }

    /// Adds rows of a phenomenon that all have one value, in hundredths, and were measured in the same bucket as `at`.
    #[cfg(feature = "ballista")]
    pub(super) fn add_times(&mut self, phenomenon: usize, hundredths: i32, times: u64, at: i64) {
        let (Some(bucket), ..) = bucket_of(&self.edges, at) else { return };
        match &mut self.phenomena[phenomenon].1 {
            Sums::Numbers(numbers, values) => {
                let sum = i128::from(hundredths) * i128::from(times);
                numbers[bucket].merge(&Numbers { count: times, sum, min: hundredths, max: hundredths });
                if let Some(values) = values.get_mut(bucket) {
                    values.add_times(hundredths, times);
                }
            }
            Sums::Directions(means) => {
                let (count, mean) = &mut means[bucket];
                *count += times;
                mean.add(canonical(hundredths).0, times as f64);
            }
        }
    }

    /// Adds what the rows of an hour come to, if the hour lies in a bucket.
    pub(super) fn add_hour(
        &mut self,
        phenomenon: usize,
        at: i64,
        numbers: &Numbers,
        sketch: Option<&Histogram>,
    ) -> Result<(), HistogramError> {
        let (Some(bucket), ..) = bucket_of(&self.edges, at) else { return Ok(()) };
        let Sums::Numbers(sums, values) = &mut self.phenomena[phenomenon].1 else { return Ok(()) };
        sums[bucket].merge(numbers);
        match (values.get_mut(bucket), sketch) {
            (Some(values), Some(sketch)) => values.merge_sketch(sketch),
            _ => Ok(()),
        }
    }

    /// Adds what was tallied elsewhere in the same buckets.
    pub(super) fn merge(&mut self, other: Self) -> Result<(), HistogramError> {
        self.is_coarse |= other.is_coarse;
        for ((_, ours), (_, theirs)) in self.phenomena.iter_mut().zip(other.phenomena) {
            match (ours, theirs) {
                (Sums::Numbers(ours, our_values), Sums::Numbers(theirs, their_values)) => {
                    ours.iter_mut().zip(&theirs).for_each(|(ours, theirs)| ours.merge(theirs));
                    for (ours, theirs) in our_values.iter_mut().zip(their_values) {
                        ours.merge(theirs)?;
                    }
                }
                (Sums::Directions(ours), Sums::Directions(theirs)) => {
                    for (ours, theirs) in ours.iter_mut().zip(&theirs) {
                        ours.0 += theirs.0;
                        ours.1.merge(&theirs.1);
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Adds what was tallied elsewhere in a single bucket to one of these.
    pub(super) fn merge_into(&mut self, bucket: usize, other: Self) -> Result<(), HistogramError> {
        for ((_, ours), (_, theirs)) in self.phenomena.iter_mut().zip(other.phenomena) {
            match (ours, theirs) {
                (Sums::Numbers(ours, our_values), Sums::Numbers(theirs, their_values)) => {
                    theirs.first().inspect(|theirs| ours[bucket].merge(theirs));
                    if let (Some(ours), Some(theirs)) =
                        (our_values.get_mut(bucket), their_values.into_iter().next())
                    {
                        ours.merge(theirs)?;
                    }
                }
                (Sums::Directions(ours), Sums::Directions(theirs)) => {
                    theirs.first().inspect(|theirs| {
                        ours[bucket].0 += theirs.0;
                        ours[bucket].1.merge(&theirs.1);
                    });
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The answer: for each phenomenon that has any rows, one row a bucket.
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
            sums.tell(&mut rows[first..], percentiles);
            if rows[first..].iter().all(|row| row.count == 0) {
                rows.truncate(first);
            }
        }
        rows
    }
}

impl Sums {
    fn add(&mut self, bucket: usize, hundredths: &[i32]) {
        match self {
            Self::Numbers(numbers, values) => {
                numbers[bucket].add(hundredths);
                if let Some(values) = values.get_mut(bucket) {
                    values.add(hundredths);
                }
            }
            Self::Directions(means) => {
                let (count, mean) = &mut means[bucket];
                *count += hundredths.len() as u64;
                for &degrees in hundredths {
                    mean.add(canonical(degrees).0, 1.0);
                }
            }
        }
    }

    fn tell(self, rows: &mut [HistoryRow], percentiles: &[Percentile]) {
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
            Self::Directions(means) => {
                for (row, (count, mean)) in rows.iter_mut().zip(means) {
                    row.count = count;
                    row.mean = mean.degrees().map(Canonical).filter(|_| count > 0);
                }
            }
        }
    }
}

/// As [`bucket_of`]. After a row of one bucket there mostly comes one of the next.
fn next_bucket(edges: &[i64], last: Option<usize>, at: i64) -> (Option<usize>, i64, i64) {
    if let Some(next) = last.map(|last| last + 1)
        && let [begin, end] = edges[next..edges.len().min(next + 2)]
        && (begin..end).contains(&at)
    {
        return (Some(next), begin, end);
    }
    bucket_of(edges, at)
}

/// The bucket of a moment, if it lies in one; and from when up to when moments have the same answer.
pub(super) fn bucket_of(edges: &[i64], at: i64) -> (Option<usize>, i64, i64) {
    let after = edges.partition_point(|&edge| edge <= at);
    let begin = after.checked_sub(1).map_or(i64::MIN, |place| edges[place]);
    match edges.get(after) {
        Some(&end) => (after.checked_sub(1), begin, end),
        None => (None, begin, i64::MAX),
    }
}
