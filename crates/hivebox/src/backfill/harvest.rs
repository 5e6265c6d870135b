//! What came of asking, judged, on its way into the history.

use std::collections::BTreeMap;
use std::ops::Range;

use hivebox_archive::history::{CollectedReading, CollectedReadings, History};
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
pub(super) struct Answer {
    rows: Vec<Judgement>,
    unknown: u64,
}

#[derive(Debug)]
struct Judgement {
    row: usize,
    at: Timestamp,
    raw: Option<f64>,
    judged: Judged,
}

/// By what values are judged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bench<'a> {
    directory: &'a Directory,
    catalogue: &'static Catalogue,
    rules: Rules,
    now: Timestamp,
}

impl Bench<'_> {
    /// Takes a row of an answer about these times.
    ///
    /// A value is judged as of the moment at which it was measured, so it is not stale; but it may be from the future of now, by a clock that is
    /// wrong.
    pub(super) fn take(&self, answer: &mut Answer, measured: MeasurementRow<'_>, times: &Range<Timestamp>) {
        let Some(row) = self.directory.row_of_sensor(measured.sensor_id) else {
            answer.unknown += 1;
            return;
        };
        let at = measured.created_at;
        if times.contains(&at) {
            let measured = Measured { value: measured.value, at };
            let as_of = at.min(self.now);
            let reading = self.directory.reading(row);
            let (raw, judged) = reading.judge_another(self.catalogue, &self.rules, as_of, measured);
            answer.rows.push(Judgement { row, at, raw, judged });
        }
    }
}

/// What came of some days.
#[derive(Debug)]
pub(super) struct Harvest<'a> {
    bench: Bench<'a>,
    collected: CollectedReadings,
    /// By row, whether anything was found.
    seen: &'a mut [bool],
    values: BTreeMap<Date, u64>,
    total: u64,
    told: u64,
    unknown: u64,
    added: u64,
}

impl<'a> Harvest<'a> {
    pub(super) fn new(
        directory: &'a Directory,
        catalogue: &'static Catalogue,
        rules: Rules,
        now: Timestamp,
        seen: &'a mut [bool],
    ) -> Self {
        let bench = Bench { directory, catalogue, rules, now };
        let collected = CollectedReadings::default();
        Self { bench, collected, seen, values: BTreeMap::new(), total: 0, told: 0, unknown: 0, added: 0 }
    }

    pub(super) fn bench(&self) -> Bench<'a> {
        self.bench
    }

    /// Takes a whole answer in.
    pub(super) fn take(&mut self, answer: Answer) {
        self.unknown += answer.unknown;
        for Judgement { row, at, raw, judged } in answer.rows {
            let reading = self.bench.directory.reading(row);
            let phenomenon = reading.phenomenon().map(|id| self.bench.catalogue.phenomenon(id).slug());
            self.collected.add(&CollectedReading {
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
        self.collected.len() >= FULL
    }

    /// Merges what there is into the history.
    pub(super) async fn merge_into(
        &mut self,
        history: &History,
        now: Timestamp,
    ) -> Result<(), BackfillError> {
        let collected = std::mem::take(&mut self.collected);
        if !collected.is_empty() {
            self.added += history.merge(collected, now).await?.added;
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
