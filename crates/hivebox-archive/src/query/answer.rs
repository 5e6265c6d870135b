//! What a question is answered from.

use hivebox_climate::catalogue::Catalogue;
use jiff::Timestamp;

use super::error::QueryError;
use super::files::Files;
use super::hours;
use super::memory::Taken;
use super::read::{Scanned, Source};
use super::readings::{self, Found};
use super::tally::Tally;
use super::wanted::{Wanted, is_everywhere};
use crate::history::question::{HistoryRow, Question};

/// The answer to a [`Question`].
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// For each phenomenon of which there is anything, one row a bucket, in order. Those of gaps have no readings.
    pub rows: Vec<HistoryRow>,
    /// From what it was answered.
    pub source: AnswerSource,
    /// When the last reading of the history was measured; `None` if there is none.
    pub through: Option<Timestamp>,
    /// The number of the manifest that tells which files that was.
    pub manifest: u64,
    /// Whether all percentiles are exact; else each may be wrong by half of the phenomenon's `sketch_resolution`.
    pub is_exact: bool,
    /// How much was read for it.
    pub scanned: Scanned,
}

/// From what a question was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerSource {
    /// All readings one by one.
    Readings,
    /// Sums of hours, which are kept beside the readings, and readings where an hour was asked for in part.
    Hourly,
}

/// What one question needs.
struct Asked<'a> {
    source: &'a Source,
    files: &'a Files,
    question: &'a Question,
    workers: usize,
}

const HOUR_MILLIS: i64 = 3_600_000;

pub(super) async fn of(
    source: &Source,
    files: &Files,
    question: &Question,
    workers: usize,
) -> Result<Answer, QueryError> {
    let buckets = question.buckets()?;
    let edges = buckets.edges_millis();
    let asked = Asked { source, files, question, workers };
    let (answer_source, found) = match whole_hours(question, &edges) {
        Some((first, end)) => (AnswerSource::Hourly, asked.by_hours(edges, first, end).await?),
        None => (AnswerSource::Readings, asked.by_readings(edges).await?),
    };
    let Found { tally, taken, scanned } = found;
    let is_exact = tally.is_exact();
    let row_bytes = size_of::<HistoryRow>() + question.percentiles.len() * 3 * size_of::<f64>();
    taken.resize(tally.bytes() + buckets.len() * question.phenomena.len() * row_bytes)?;
    let rows = tally.into_rows(&buckets, &question.percentiles);
    let (manifest, through) = (files.number, files.through);
    Ok(Answer { rows, source: answer_source, through, manifest, is_exact, scanned })
}

/// From when up to when whole hours are asked for, if the sums of hours know what is asked.
fn whole_hours(question: &Question, edges: &[i64]) -> Option<(i64, i64)> {
    let catalogue = Catalogue::builtin();
    // Directions cannot be added up as numbers.
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

impl Asked<'_> {
    fn percentiles(&self) -> bool {
        !self.question.percentiles.is_empty()
    }

    async fn by_readings(&self, edges: Vec<i64>) -> Result<Found, QueryError> {
        let mut wanted = Wanted::of(self.question, edges);
        #[cfg(feature = "ballista")]
        if let Some(cluster) = &self.source.cluster {
            return cluster.add_up(self.source, &self.files.readings, &wanted, self.percentiles()).await;
        }
        if let (Some(ids), Some(boxes)) = (&wanted.ids, &self.files.boxes) {
            wanted.haunts = Some(self.source.haunts.of(self.source, boxes, ids).await?);
        }
        let readings = self.files.readings.clone();
        readings::add_up(self.source, readings, wanted, self.percentiles(), self.workers).await
    }

    /// The hours from `first` up to `end`, and the readings before and after those.
    async fn by_hours(&self, edges: Vec<i64>, first: i64, end: i64) -> Result<Found, QueryError> {
        let (from, to) = (edges[0], edges[edges.len() - 1]);
        let last = edges.len() - 2;
        let mut tally = Tally::new(edges, self.question.phenomena.iter().copied(), self.percentiles());
        let taken = self.source.memory.take("tally");
        taken.resize(tally.bytes())?;
        let hours = Wanted::of(self.question, vec![first, end]);
        let hourly = &self.files.hourly;
        let mut scanned = hours::add_up(self.source, hourly, &hours, self.percentiles(), &mut tally).await?;
        for (bucket, begin, end) in [(0, from, first), (last, end, to)] {
            if begin < end {
                let part = self.by_readings(vec![begin, end]).await?;
                tally.merge_into(bucket, part.tally).map_err(|error| QueryError::Ended(error.to_string()))?;
                scanned.add(part.scanned);
            }
        }
        fits(&tally, &taken)?;
        Ok(Found { tally, taken, scanned })
    }
}

fn fits(tally: &Tally, taken: &Taken) -> Result<(), QueryError> {
    taken.resize(tally.bytes())
}
