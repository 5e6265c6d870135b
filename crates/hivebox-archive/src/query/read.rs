//! Reads rows of one row group, batch by batch.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection};
use parquet::arrow::push_decoder::ParquetPushDecoderBuilder;

use super::boxes::Haunts;
#[cfg(feature = "ballista")]
use super::cluster::Cluster;
use super::columns;
use super::error::QueryError;
use super::files::DataFile;
use super::footers::{Footers, damaged, fetch};
use super::memory::Memory;
use crate::store::SnapshotStore;

/// Where files are read from, and what may be taken for that. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Source {
    pub(super) store: SnapshotStore,
    pub(super) footers: Arc<Footers>,
    pub(super) haunts: Arc<Haunts>,
    pub(super) memory: Memory,
    /// Who answers in place of this machine.
    #[cfg(feature = "ballista")]
    pub(super) cluster: Option<Arc<Cluster>>,
}

/// How much was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Files of which anything was read.
    pub files: u64,
    /// Rows that were looked at; on a cluster, those that counted.
    pub rows: u64,
    /// Bytes that were fetched from the store by this machine, footers not counted.
    pub bytes: u64,
}

/// Some rows of a file.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    pub(super) file: &'a DataFile,
    pub(super) footer: &'a ArrowReaderMetadata,
    pub(super) row_group: usize,
    /// Which rows of the row group; all if `None`.
    pub(super) selected: Option<&'a RowSelection>,
    /// The places of the columns.
    pub(super) columns: &'a [usize],
}

impl Scanned {
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

/// Enough that a batch costs little by itself, and so few that it stays in the cache of a core.
const BATCH_ROWS: usize = 8192;

impl Rows<'_> {
    /// Reads the rows, and hands each batch over. Lets others have their turn after each.
    pub(super) async fn read(
        &self,
        source: &Source,
        mut each: impl FnMut(&RecordBatch) -> Result<(), QueryError> + Send,
    ) -> Result<Scanned, QueryError> {
        let failed = |error| damaged(&self.file.path, &error);
        let columns = columns::only(self.footer.parquet_schema(), self.columns);
        let mut builder = ParquetPushDecoderBuilder::new_with_metadata(self.footer.clone())
            .with_row_groups(vec![self.row_group])
            .with_projection(columns)
            .with_batch_size(BATCH_ROWS);
        if let Some(selected) = self.selected {
            builder = builder.with_row_selection(selected.clone());
        }
        let mut decoder = builder.build().map_err(failed)?;
        let (taken, mut scanned) = (source.memory.take("fetched"), Scanned::default());
        loop {
            match decoder.try_decode().map_err(failed)? {
                DecodeResult::NeedsData(ranges) => {
                    scanned.bytes += length(&ranges);
                    taken.resize(scanned.bytes as usize)?;
                    let bytes = fetch(&source.store, &self.file.path, &ranges).await?;
                    decoder.push_ranges(ranges, bytes).map_err(failed)?;
                }
                DecodeResult::Data(batch) => {
                    scanned.rows += batch.num_rows() as u64;
                    each(&batch)?;
                    tokio::task::yield_now().await;
                }
                DecodeResult::Finished => return Ok(scanned),
            }
        }
    }
}

fn length(ranges: &[Range<u64>]) -> u64 {
    ranges.iter().map(|range| range.end - range.start).sum()
}
