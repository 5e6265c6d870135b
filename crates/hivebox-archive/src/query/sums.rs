//! The sums over selected readings, and what can compute them.

use async_trait::async_trait;
use hivebox_climate::statistics::Percentile;

use super::error::QueryError;
use super::files::Files;
use super::filter::ReadingFilter;
use super::memory::{Memory, MemoryShare};
use super::reader::FileReader;
use super::rows::Scanned;
use super::tally::Tally;
use crate::history::question::{Buckets, HistoryRow};

/// Computes sums over readings: [`LocalScan`](super::LocalScan) in this process, or a cluster elsewhere.
#[async_trait]
pub trait SumReadings: std::fmt::Debug + Send + Sync {
    /// Sums up the readings in `files` that `filter` selects.
    ///
    /// # Errors
    /// The store or the cluster failed, a file is damaged, or the sums need too much memory.
    async fn sum_readings(
        &self,
        reader: &FileReader,
        files: &Files,
        filter: ReadingFilter,
    ) -> Result<ReadingSums, QueryError>;
}

/// The sums over some readings, with the memory that they take and how much was read.
#[derive(Debug)]
pub struct ReadingSums {
    pub(super) tally: Tally,
    memory: MemoryShare,
    /// How much memory the tally may take before its percentiles become approximate.
    exact_bytes: usize,
    /// How much was read.
    pub scanned: Scanned,
}

impl ReadingSums {
    /// The sums over no readings. Their percentiles may take half of the memory before they become approximate.
    ///
    /// # Errors
    /// There is too little memory even for empty sums.
    pub fn new(filter: &ReadingFilter, memory: &Memory) -> Result<Self, QueryError> {
        Self::with_share(filter, memory, memory.limit_bytes() / 2)
    }

    /// The same; percentiles may take `exact_bytes` before they become approximate.
    pub(super) fn with_share(
        filter: &ReadingFilter,
        memory: &Memory,
        exact_bytes: usize,
    ) -> Result<Self, QueryError> {
        let phenomena = filter.phenomena.iter().map(|(id, _)| *id);
        let tally = Tally::new(filter.edges.clone(), phenomena, filter.percentiles);
        let mut share = memory.share();
        share.resize(tally.bytes())?;
        Ok(Self { tally, memory: share, exact_bytes, scanned: Scanned::default() })
    }

    /// Adds `readings` readings of one phenomenon, by its index in the filter, that share a value in hundredths and lie
    /// in the same bucket as `at_millis`. Leaves them out if that lies outside all buckets.
    pub fn add_count(&mut self, phenomenon: usize, hundredths: i32, readings: u64, at_millis: i64) {
        self.tally.add_count(phenomenon, hundredths, readings, at_millis);
        self.scanned.rows += readings;
    }

    /// Takes the memory that the sums need by now. If that exceeds their share or the limit, makes percentiles
    /// approximate, which bounds their memory. Call it after adding a batch.
    ///
    /// # Errors
    /// [`QueryError::OutOfMemory`] if even that does not fit.
    pub fn fit_into_memory(&mut self) -> Result<(), QueryError> {
        let bytes = self.tally.bytes();
        if bytes <= self.exact_bytes && self.memory.resize(bytes).is_ok() {
            return Ok(());
        }
        let bytes = if self.tally.coarsen() { self.tally.bytes() } else { bytes };
        self.memory.resize(bytes)
    }

    /// Adds the sums over other readings, in the same buckets.
    ///
    /// # Errors
    /// Both together do not fit into memory.
    pub(super) fn merge(&mut self, other: Self, exact_bytes: usize) -> Result<(), QueryError> {
        self.tally.merge(other.tally).map_err(|error| QueryError::Ended(error.to_string()))?;
        drop(other.memory);
        self.scanned.add(other.scanned);
        self.exact_bytes = exact_bytes;
        self.fit_into_memory()
    }

    /// Adds the sums over other readings, in one bucket, to the bucket with an index.
    ///
    /// # Errors
    /// A bug in HiveBox: the two have other resolutions.
    pub(super) fn merge_into(&mut self, bucket: usize, other: Self) -> Result<(), QueryError> {
        self.scanned.add(other.scanned);
        self.tally.merge_into(bucket, other.tally).map_err(|error| QueryError::Ended(error.to_string()))
    }

    /// The rows of the answer. Gives the memory back.
    pub(super) fn into_rows(self, buckets: &Buckets, percentiles: &[Percentile]) -> Vec<HistoryRow> {
        self.tally.into_rows(buckets, percentiles)
    }

    /// Takes the memory for the sums and `more_bytes`.
    ///
    /// # Errors
    /// [`QueryError::OutOfMemory`].
    pub(super) fn take_memory(&mut self, more_bytes: usize) -> Result<(), QueryError> {
        self.memory.resize(self.tally.bytes() + more_bytes)
    }
}
