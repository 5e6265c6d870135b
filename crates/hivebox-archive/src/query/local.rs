//! Sums up readings by reading them in this process.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use futures_util::{StreamExt, TryStreamExt, stream};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use tokio::task::JoinSet;

use super::error::QueryError;
use super::extents::BoxExtents;
use super::files::{DataFile, Files};
use super::filter::{ReadingFilter, Rect};
use super::prune::{Part, ReadingColumns, parts};
use super::reader::FileReader;
use super::rows::RowScan;
use super::scan::PartScan;
use super::sums::{ReadingSums, SumReadings};

/// Sums up readings in this process, by several tasks at once.
#[derive(Debug)]
pub struct LocalScan {
    extents: BoxExtents,
    workers: usize,
}

/// What all workers share.
#[derive(Debug)]
struct Work {
    reader: FileReader,
    filter: ReadingFilter,
    /// How much memory the sums of one worker may take before percentiles become approximate: all workers together leave
    /// half of it.
    exact_bytes: usize,
    opened: Vec<OpenFile>,
    /// Each part with the index of its file in `opened`.
    parts: Vec<(usize, Part)>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct OpenFile {
    file: DataFile,
    footer: ArrowReaderMetadata,
    columns: ReadingColumns,
}

/// How many footers to fetch at once.
const FOOTERS_AT_ONCE: usize = 8;
/// After how many rows a worker checks its memory.
const ROWS_BETWEEN_CHECKS: u64 = 1 << 18;

impl LocalScan {
    /// A scan by `workers` tasks.
    pub(super) fn new(workers: usize) -> Self {
        Self { extents: BoxExtents::default(), workers }
    }
}

#[async_trait]
impl SumReadings for LocalScan {
    async fn sum_readings(
        &self,
        reader: &FileReader,
        files: &Files,
        filter: ReadingFilter,
    ) -> Result<ReadingSums, QueryError> {
        let extents = match (&filter.ids, &files.boxes) {
            (Some(ids), Some(boxes)) => Some(self.extents.of(reader, boxes, ids).await?),
            _ => None,
        };
        let overlap: Vec<DataFile> =
            files.readings.iter().filter(|file| file.overlaps(filter.time())).cloned().collect();
        let opened = stream::iter(overlap.into_iter().map(|file| open(reader, file, &filter)));
        let opened: Vec<OpenFile> = opened.buffered(FOOTERS_AT_ONCE).try_collect().await?;
        sum_parts(reader, filter, extents.as_deref(), opened, self.workers).await
    }
}

async fn open(reader: &FileReader, file: DataFile, filter: &ReadingFilter) -> Result<OpenFile, QueryError> {
    let (from, to) = filter.time();
    let is_whole = from <= file.first_millis && file.last_millis < to;
    let by_pages = !is_whole || filter.has_place() || filter.ids.is_some();
    let footer = reader.footer(&file, by_pages).await?;
    let columns = ReadingColumns::of(&file, footer.metadata())?;
    Ok(OpenFile { file, footer, columns })
}

async fn sum_parts(
    reader: &FileReader,
    filter: ReadingFilter,
    extents: Option<&[Rect]>,
    opened: Vec<OpenFile>,
    workers: usize,
) -> Result<ReadingSums, QueryError> {
    let parts_of = |(index, opened): (usize, &OpenFile)| {
        let parts = parts(opened.footer.metadata(), &opened.columns, &filter, extents);
        parts.into_iter().map(move |part| (index, part))
    };
    let parts: Vec<(usize, Part)> = opened.iter().enumerate().flat_map(parts_of).collect();
    let mut read: Vec<usize> = parts.iter().map(|(index, _)| *index).collect();
    read.dedup();

    let workers = workers.min(parts.len()).max(1);
    let exact_bytes = reader.memory().limit_bytes() / 2 / workers;
    let (reader, next) = (reader.clone(), AtomicUsize::new(0));
    let work = Arc::new(Work { reader, filter, exact_bytes, opened, parts, next });
    let mut running = JoinSet::new();
    for _ in 0..workers {
        running.spawn(Arc::clone(&work).run());
    }
    let mut all: Option<ReadingSums> = None;
    while let Some(sums) = running.join_next().await {
        let sums = sums.map_err(|error| QueryError::Ended(error.to_string()))??;
        match &mut all {
            Some(all) => all.merge(sums, exact_bytes * workers)?,
            None => all = Some(sums),
        }
    }
    let mut sums = all.ok_or_else(|| QueryError::Ended("there were no workers".into()))?;
    sums.scanned.files = read.len() as u64;

    Ok(sums)
}

impl Work {
    /// Sums up parts until none is left.
    async fn run(self: Arc<Self>) -> Result<ReadingSums, QueryError> {
        let mut sums = ReadingSums::with_share(&self.filter, self.reader.memory(), self.exact_bytes)?;
        let mut scan = PartScan::new(&self.filter);
        while let Some((opened, part)) = self.parts.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let OpenFile { file, footer, columns } = &self.opened[*opened];
            let columns = PartScan::columns(part, columns);
            let rows = RowScan {
                file,
                footer,
                row_group: part.row_group,
                selected: part.rows.as_ref(),
                columns: &columns,
            };
            let mut unchecked = 0;
            let read = rows.read(&self.reader, |batch| {
                scan.add(file, part, batch, &mut sums.tally)?;
                unchecked += batch.num_rows() as u64;
                if self.filter.percentiles && unchecked >= ROWS_BETWEEN_CHECKS {
                    unchecked = 0;
                    sums.fit_into_memory()?;
                }
                Ok(())
            });
            let scanned = read.await?;
            sums.scanned.add(scanned);
            if self.filter.percentiles {
                sums.fit_into_memory()?;
            }
        }
        Ok(sums)
    }
}
