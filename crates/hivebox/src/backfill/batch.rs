//! Judges fetched values, and merges them into the history in batches.

use std::collections::BTreeMap;
use std::ops::Range;

use hivebox_archive::history::{CollectedReading, CollectedReadings, History};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::place::Place;
use hivebox_climate::readings::Measured;
use hivebox_climate::verdict::{Judged, VerdictRules};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use opensensemap::MeasurementRow;

use super::directory::Directory;
use super::error::BackfillError;

/// A batch of this many readings is merged even if its days are incomplete, to limit memory.
const MERGE_AT: u64 = 4_000_000;

/// The values of one answer. They are used only if the answer is complete.
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
    /// Where it was measured, if the answer says so.
    place: Option<Place>,
}

/// Judges values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    directory: &'a Directory,
    rules: VerdictRules,
    now: Timestamp,
}

impl Judge<'_> {
    /// Judges one row of any sensor, and adds it to `answer` if it was measured at one of these `times`.
    pub(super) fn take(
        &self,
        answer: &mut FetchedRows,
        measured: MeasurementRow<'_>,
        times: &Range<Timestamp>,
    ) {
        match self.directory.row_of_sensor(measured.box_id, measured.sensor_id) {
            Some(row) => self.take_of(row, answer, measured, times),
            None => answer.unknown += 1,
        }
    }

    /// Judges one row of the sensor in this row of the directory.
    ///
    /// A value is judged as of its own moment, so it is not stale. It may still be from the future, by a wrong clock.
    pub(super) fn take_of(
        &self,
        row: usize,
        answer: &mut FetchedRows,
        measured: MeasurementRow<'_>,
        times: &Range<Timestamp>,
    ) {
        let at = measured.created_at;
        if times.contains(&at) {
            let place = measured
                .location
                .and_then(|location| Place::new(location.latitude_degrees, location.longitude_degrees, None));
            let measured = Measured { value: measured.value, at };
            let as_of = at.min(self.now);
            let reading = self.directory.reading(row);
            let (raw, judged) = reading.judge_another(Catalogue::builtin(), &self.rules, as_of, measured);
            answer.rows.push(JudgedRow { row, at, raw, judged, place });
        }
    }
}

/// The readings of some days.
#[derive(Debug)]
pub(super) struct ReadingBatch<'a> {
    judge: Judge<'a>,
    collected: CollectedReadings,
    /// For each row, whether it has any value.
    seen: &'a mut [bool],
    values: BTreeMap<Date, u64>,
    total: u64,
    reported: u64,
    unknown: u64,
    added: u64,
}

impl<'a> ReadingBatch<'a> {
    pub(super) fn new(
        directory: &'a Directory,
        rules: VerdictRules,
        now: Timestamp,
        seen: &'a mut [bool],
    ) -> Self {
        let judge = Judge { directory, rules, now };
        let collected = CollectedReadings::default();
        Self { judge, collected, seen, values: BTreeMap::new(), total: 0, reported: 0, unknown: 0, added: 0 }
    }

    pub(super) fn judge(&self) -> Judge<'a> {
        self.judge
    }

    /// Adds a complete answer.
    pub(super) fn take(&mut self, answer: FetchedRows) {
        self.unknown += answer.unknown;
        for JudgedRow { row, at, raw, judged, place } in answer.rows {
            let reading = self.judge.directory.reading(row);
            let phenomenon = reading.phenomenon().map(|id| Catalogue::builtin().phenomenon(id).slug());
            self.collected.add(&CollectedReading {
                box_id: reading.box_id(),
                box_name: reading.box_name(),
                model: reading.model(),
                exposure: reading.exposure(),
                place: place.or_else(|| reading.place()),
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

    /// Whether to merge the batch before adding more.
    pub(super) fn is_full(&self) -> bool {
        self.collected.len() >= MERGE_AT
    }

    /// Merges all readings so far into the history.
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

    /// The number of readings that were new to the history.
    pub(super) fn added(&self) -> u64 {
        self.added
    }

    /// The number of values of each day.
    pub(super) fn values(&self) -> &BTreeMap<Date, u64> {
        &self.values
    }

    /// The number of values added since the last call.
    pub(super) fn new_values(&mut self) -> u64 {
        let new_values = self.total - self.reported;
        self.reported = self.total;
        new_values
    }

    /// The number of values of sensors that are not in today's list.
    pub(super) fn unknown(&self) -> u64 {
        self.unknown
    }
}
