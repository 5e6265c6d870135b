//! What came of asking, judged, on its way into the history.

use std::collections::BTreeMap;
use std::ops::Range;

use hivebox_archive::history::{Gathered, GatheredReading, History};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::Measured;
use hivebox_climate::verdict::{Judged, Rules};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use opensensemap::MeasurementRow;

use super::directory::Directory;
use super::error::BackfillError;

/// So many readings are merged even if their days are not complete, to bound the memory.
const FULL: u64 = 4_000_000;

/// The values of one answer, which count only if all of it came.
#[derive(Debug, Default)]
pub(super) struct FetchedRows {
    rows: Vec<JudgedRow>,
    unknown: u64,
}

#[derive(Debug)]
struct JudgedRow {
    row: usize,
    at: Timestamp,
    raw: Option<f64>,
    judged: Judged,
}

/// By what values are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    directory: &'a Directory,
    rules: Rules,
    now: Timestamp,
}

impl Judge<'_> {
    /// Takes a row of an answer about these times.
    ///
    /// A value is judged as of the moment at which it was measured, so it is not stale; but it may be from the future of now, by a clock that is
    /// wrong.
    pub(super) fn take(
        &self,
        answer: &mut FetchedRows,
        measured: MeasurementRow<'_>,
        times: &Range<Timestamp>,
    ) {
        let Some(row) = self.directory.row_of_sensor(measured.sensor_id) else {
            answer.unknown += 1;
            return;
        };
        let at = measured.created_at;
        if times.contains(&at) {
            let measured = Measured { value: measured.value, at };
            let as_of = at.min(self.now);
            let reading = self.directory.reading(row);
            let (raw, judged) = reading.judge_another(Catalogue::builtin(), &self.rules, as_of, measured);
            answer.rows.push(JudgedRow { row, at, raw, judged });
        }
    }
}

/// What came of some days.
#[derive(Debug)]
pub(super) struct ReadingBatch<'a> {
    judge: Judge<'a>,
    gathered: Gathered,
    /// By row, whether anything was found.
    seen: &'a mut [bool],
    values: BTreeMap<Date, u64>,
    total: u64,
    told: u64,
    unknown: u64,
    added: u64,
}

impl<'a> ReadingBatch<'a> {
    pub(super) fn new(directory: &'a Directory, rules: Rules, now: Timestamp, seen: &'a mut [bool]) -> Self {
        let judge = Judge { directory, rules, now };
        let gathered = Gathered::default();
        Self { judge, gathered, seen, values: BTreeMap::new(), total: 0, told: 0, unknown: 0, added: 0 }
    }

    pub(super) fn judge(&self) -> Judge<'a> {
        self.judge
    }

    /// Takes a whole answer in.
    pub(super) fn take(&mut self, answer: FetchedRows) {
        self.unknown += answer.unknown;
        for JudgedRow { row, at, raw, judged } in answer.rows {
            let reading = self.judge.directory.reading(row);
            let phenomenon = reading.phenomenon().map(|id| Catalogue::builtin().phenomenon(id).slug());
            self.gathered.add(&GatheredReading {
                box_id: reading.box_id(),
                box_name: reading.box_name(),
                model: reading.model(),
                exposure: reading.exposure(),
                place: reading.place(),
                sensor_id: reading.sensor_id(),
                title: &reading.kind().title,
                unit: &reading.kind().unit,
                sensor_type: &reading.kind().sensor_type,
                phenomenon,
                raw_value: raw,
                value: judged.value,
                measured_at: at,
                verdict: judged.verdict,
            });
            self.seen[row] = true;
            *self.values.entry(Offset::UTC.to_datetime(at).date()).or_default() += 1;
            self.total += 1;
        }
    }

    /// Whether it should be merged before more comes.
    pub(super) fn is_full(&self) -> bool {
        self.gathered.len() >= FULL
    }

    /// Merges what there is into the history.
    pub(super) async fn merge_into(
        &mut self,
        history: &History,
        now: Timestamp,
    ) -> Result<(), BackfillError> {
        let gathered = std::mem::take(&mut self.gathered);
        if !gathered.is_empty() {
            self.added += history.merge(gathered, now).await?.added;
        }
        Ok(())
    }

    /// How many readings the history did not have before.
    pub(super) fn added(&self) -> u64 {
        self.added
    }

    /// How many values each day had.
    pub(super) fn values(&self) -> &BTreeMap<Date, u64> {
        &self.values
    }

    /// How many values have come since this was last asked.
    pub(super) fn news(&mut self) -> u64 {
        let news = self.total - self.told;
        self.told = self.total;
        news
    }

    /// Values of sensors that are not in today's list.
    pub(super) fn unknown(&self) -> u64 {
        self.unknown
    }
}
