//! Decides what answers a question: the hourly sums, the readings, or both.

use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;

use super::error::QueryError;
use super::files::Files;
use super::filter::{ReadingFilter, is_everywhere};
use super::hours::sum_hours;
use super::reader::FileReader;
use super::rows::Scanned;
use super::sums::{ReadingSums, SumReadings};
use crate::history::question::{HistoryRow, Question};

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryAnswer {
    /// For each phenomenon with any readings, one row a bucket, in order. Rows of gaps have no readings.
    pub rows: Vec<HistoryRow>,
    /// What answered it.
    pub source: AnswerSource,
    /// When the last reading of the history was measured; `None` if there is none.
    pub through: Option<Timestamp>,
    /// The number of the manifest that lists the files.
    pub manifest: u64,
    /// Whether all percentiles are those of the archived hundredths; otherwise each may be off by the `error` of the
    /// phenomenon's `sketch_resolution`.
    pub is_exact: bool,
    /// Whether percentiles are approximate only because there was too little memory. Asked again, the same question may get
    /// exact ones.
    pub is_short_of_memory: bool,
    /// How much was read for it.
    pub scanned: Scanned,
}

/// What answered a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    /// The single readings.
    Readings,
    /// The hourly sums, and single readings for partial hours at both ends.
    Hourly,
}

/// A question with everything needed to answer it.
struct Task<'a> {
    reader: &'a FileReader,
    readings: &'a dyn SumReadings,
    files: &'a Files,
    question: &'a Question,
}

const HOUR_MILLIS: i64 = 3_600_000;

/// Answers `question` from `files`; `readings` sums up single readings.
pub(super) async fn answer(
    reader: &FileReader,
    readings: &dyn SumReadings,
    files: &Files,
    question: &Question,
) -> Result<HistoryAnswer, QueryError> {
    let buckets = question.buckets()?;
    let edges = buckets.edges_millis();
    let task = Task { reader, readings, files, question };
    let (source, mut sums) = match whole_hours(question, &edges) {
        Some((first, end)) => (AnswerSource::Hourly, task.by_hours(edges, first, end).await?),
        None => (AnswerSource::Readings, task.by_readings(edges).await?),
    };
    let row_bytes = size_of::<HistoryRow>() + question.percentiles.len() * 3 * size_of::<f64>();
    sums.take_memory(buckets.len() * question.phenomena.len() * row_bytes)?;
    let is_short_of_memory = sums.tally.is_coarse();
    if is_short_of_memory {
        // Which buckets were approximate until now depends on how the work was shared out.
        sums.tally.coarsen();
    }
    let (is_exact, scanned) = (sums.tally.is_exact(), sums.scanned);
    let rows = sums.into_rows(&buckets, &question.percentiles);
    let (manifest, through) = (files.number, files.through);
    Ok(HistoryAnswer { rows, source, through, manifest, is_exact, is_short_of_memory, scanned })
}

/// The beginning of the first and the end of the last whole hour, if the hourly sums can answer the question.
fn whole_hours(question: &Question, edges: &[i64]) -> Option<(i64, i64)> {
    let catalogue = Catalogue::builtin();
    // A sum of directions means nothing.
    let is_number = question.phenomena.iter().all(|&id| !catalogue.phenomenon(id).is_direction());
    let (from, inner, to) = match edges {
        [from, inner @ .., to] => (*from, inner, *to),
        _ => return None,
    };
    let is_hourly = inner.iter().all(|edge| edge.rem_euclid(HOUR_MILLIS) == 0);
    let (first, end) =
        (-(-from).div_euclid(HOUR_MILLIS) * HOUR_MILLIS, to.div_euclid(HOUR_MILLIS) * HOUR_MILLIS);
    (is_number && is_everywhere(&question.selection) && is_hourly && first < end).then_some((first, end))
}

impl Task<'_> {
    async fn by_readings(&self, edges: Vec<i64>) -> Result<ReadingSums, QueryError> {
        let filter = ReadingFilter::of(self.question, edges);
        self.readings.sum_readings(self.reader, self.files, filter).await
    }

    /// Sums up the hours from `first` to `end`, and the readings before and after them.
    async fn by_hours(&self, edges: Vec<i64>, first: i64, end: i64) -> Result<ReadingSums, QueryError> {
        let (from, to) = (edges[0], edges[edges.len() - 1]);
        let last = edges.len() - 2;
        let mut sums = ReadingSums::new(&ReadingFilter::of(self.question, edges), self.reader.memory())?;
        let hours = ReadingFilter::of(self.question, vec![first, end]);
        sums.scanned = sum_hours(self.reader, &self.files.hourly, &hours, &mut sums.tally).await?;
        for (bucket, begin, end) in [(0, from, first), (last, end, to)] {
            if begin < end {
                sums.merge_into(bucket, self.by_readings(vec![begin, end]).await?)?;
            }
        }
        sums.take_memory(0)?;
        Ok(sums)
    }
}
