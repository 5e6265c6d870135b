//! Reads rows of one row group, batch by batch.

use std::ops::Range;

use arrow_array::RecordBatch;
use parquet::DecodeResult;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, RowSelection};
use parquet::arrow::push_decoder::ParquetPushDecoderBuilder;

use super::columns;
use super::error::QueryError;
use super::files::DataFile;
use super::reader::FileReader;

/// How much was read for an answer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Files of which any rows were read.
    pub files: u64,
    /// Rows that were read; on a cluster, rows that were counted.
    pub rows: u64,
    /// Bytes that this machine fetched from the store, without footers.
    pub bytes: u64,
}

/// Some rows of a file.
#[derive(Debug)]
pub(super) struct RowScan<'a> {
    pub(super) file: &'a DataFile,
    pub(super) footer: &'a ArrowReaderMetadata,
    pub(super) row_group: usize,
    /// Which rows of the row group; all if `None`.
    pub(super) selected: Option<&'a RowSelection>,
    /// The indices of the columns.
    pub(super) columns: &'a [usize],
}

impl Scanned {
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.rows += other.rows;
        self.bytes += other.bytes;
    }
}

/// Enough rows to spread the cost of a batch, and few enough to stay in a core's cache.
const BATCH_ROWS: usize = 8192;

impl RowScan<'_> {
    /// Reads the rows and calls `each` for every batch. Yields to other tasks after each batch.
    pub(super) async fn read(
        &self,
        reader: &FileReader,
        mut each: impl FnMut(&RecordBatch) -> Result<(), QueryError> + Send,
    ) -> Result<Scanned, QueryError> {
        let failed = |error| QueryError::damaged(&self.file.path, &error);
        let columns = columns::only(self.footer.parquet_schema(), self.columns);
        let mut builder = ParquetPushDecoderBuilder::new_with_metadata(self.footer.clone())
            .with_row_groups(vec![self.row_group])
            .with_projection(columns)
            .with_batch_size(BATCH_ROWS);
        if let Some(selected) = self.selected {
            builder = builder.with_row_selection(selected.clone());
        }
        let mut decoder = builder.build().map_err(failed)?;
        let (mut fetched, mut scanned) = (reader.memory().share(), Scanned::default());
        loop {
            match decoder.try_decode().map_err(failed)? {
                DecodeResult::NeedsData(ranges) => {
                    scanned.bytes += length(&self.file.spans(&ranges));
                    fetched.resize(scanned.bytes as usize)?;
                    let bytes = reader.fetch(self.file, &ranges).await?;
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
