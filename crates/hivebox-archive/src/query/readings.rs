//! Answers from the readings themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, TryStreamExt, stream};
use parquet::arrow::arrow_reader::ArrowReaderMetadata;
use tokio::task::JoinSet;

use super::error::QueryError;
use super::files::DataFile;
use super::memory::Taken;
use super::prune::{Part, Places, parts};
use super::read::{Rows, Scanned, Source};
use super::scan::Adder;
use super::tally::Tally;
use super::wanted::Wanted;

/// What readings come to, the memory that this takes, and how much was read for it.
pub(super) struct Found {
    pub(super) tally: Tally,
    pub(super) taken: Taken,
    pub(super) scanned: Scanned,
}

/// What all workers share.
#[derive(Debug)]
struct Work {
    source: Source,
    wanted: Wanted,
    percentiles: bool,
    /// How much memory the tally of a worker may take before it is no longer exact: all workers together leave half of it.
    share_bytes: usize,
    opened: Vec<Opened>,
    /// Each part with the file of `opened` that it is of.
    parts: Vec<(usize, Part)>,
    next: AtomicUsize,
}

#[derive(Debug)]
struct Opened {
    file: DataFile,
    footer: ArrowReaderMetadata,
    places: Places,
}

/// How many footers are fetched at once.
const FOOTERS_AT_ONCE: usize = 8;
/// After how many rows a worker looks at how much memory it takes.
const ROWS_BETWEEN_LOOKS: u64 = 1 << 18;

/// Adds up the readings in `files` that are wanted, by so many workers.
pub(super) async fn add_up(
    source: &Source,
    files: Vec<DataFile>,
    wanted: Wanted,
    percentiles: bool,
    workers: usize,
) -> Result<Found, QueryError> {
    let (from, to) = wanted.time();
    let files = files.into_iter().filter(|file| file.first_millis < to && file.last_millis >= from);
    let opened = stream::iter(files.map(|file| open(source, file, &wanted)));
    let opened: Vec<Opened> = opened.buffered(FOOTERS_AT_ONCE).try_collect().await?;
    let parts_of = |(number, opened): (usize, &Opened)| {
        let parts = parts(opened.footer.metadata(), &opened.places, &wanted);
        parts.into_iter().map(move |part| (number, part))
    };
    let parts: Vec<(usize, Part)> = opened.iter().enumerate().flat_map(parts_of).collect();
    let mut read: Vec<usize> = parts.iter().map(|(number, _)| *number).collect();
    read.dedup();

    let workers = workers.min(parts.len()).max(1);
    let source = source.clone();
    let share_bytes = source.memory.limit_bytes() / 2 / workers;
    let work =
        Arc::new(Work { source, wanted, percentiles, share_bytes, opened, parts, next: AtomicUsize::new(0) });
    let mut running = JoinSet::new();
    for _ in 0..workers {
        running.spawn(Arc::clone(&work).run());
    }
    let mut found: Option<Found> = None;
    while let Some(more) = running.join_next().await {
        let more = more.map_err(|error| QueryError::Ended(error.to_string()))??;
        found = Some(match found {
            Some(found) => found.merge(more, share_bytes * workers)?,
            None => more,
        });
    }
    let mut found = found.ok_or_else(|| QueryError::Ended("there were no workers".into()))?;
    found.scanned.files = read.len() as u64;
    Ok(found)
}

async fn open(source: &Source, file: DataFile, wanted: &Wanted) -> Result<Opened, QueryError> {
    let (from, to) = wanted.time();
    let is_whole = from <= file.first_millis && file.last_millis < to;
    let by_pages = !is_whole || wanted.has_place() || wanted.ids.is_some();
    let footer = source.footers.of(&source.store, &file, by_pages).await?;
    let places = Places::of(&file, footer.metadata())?;
    Ok(Opened { file, footer, places })
}

impl Work {
    /// Takes parts until there are no more.
    async fn run(self: Arc<Self>) -> Result<Found, QueryError> {
        let phenomena = self.wanted.phenomena.iter().map(|(id, _)| *id);
        let mut tally = Tally::new(self.wanted.edges.clone(), phenomena, self.percentiles);
        let taken = self.source.memory.take("tally");
        taken.resize(tally.bytes())?;
        let mut scanned = Scanned::default();
        let mut adder = Adder::new(&self.wanted);
        while let Some((opened, part)) = self.parts.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            let Opened { file, footer, places } = &self.opened[*opened];
            let columns = Adder::columns(part, places);
            let rows = Rows {
                file,
                footer,
                row_group: part.row_group,
                selected: part.rows.as_ref(),
                columns: &columns,
            };
            let mut unseen = 0;
            let read = rows.read(&self.source, |batch| {
                adder.add(file, part, batch, &mut tally)?;
                unseen += batch.num_rows() as u64;
                if self.percentiles && unseen >= ROWS_BETWEEN_LOOKS {
                    unseen = 0;
                    fit(&mut tally, &taken, self.share_bytes)?;
                }
                Ok(())
            });
            scanned.add(read.await?);
            if self.percentiles {
                fit(&mut tally, &taken, self.share_bytes)?;
            }
        }
        Ok(Found { tally, taken, scanned })
    }
}

/// Takes the memory that a tally needs. If that is more than a worker's share or than there is, it makes do with less.
pub(super) fn fit(tally: &mut Tally, taken: &Taken, share_bytes: usize) -> Result<(), QueryError> {
    let bytes = tally.bytes();
    let fits = if bytes <= share_bytes { taken.resize(bytes) } else { Err(taken.exhausted()) };
    match fits {
        Err(_) if tally.coarsen() => taken.resize(tally.bytes()),
        Err(_) => taken.resize(bytes),
        Ok(()) => Ok(()),
    }
}

impl Found {
    /// Both together.
    fn merge(mut self, other: Self, share_bytes: usize) -> Result<Self, QueryError> {
        self.tally.merge(other.tally).map_err(|error| QueryError::Ended(error.to_string()))?;
        drop(other.taken);
        fit(&mut self.tally, &self.taken, share_bytes)?;
        self.scanned.add(other.scanned);
        Ok(self)
    }
}
