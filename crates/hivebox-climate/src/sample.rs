//! The readings that answer a question, and how many were left out and why.

use jiff::Timestamp;

use crate::nearby::BoxIndex;
use crate::phenomenon::PhenomenonId;
use crate::readings::{Reading, Readings};
use crate::selection::Selection;
use crate::verdict::Verdict;

/// The usable readings of one phenomenon in a selection.
#[derive(Debug, Clone)]
pub struct Sample<'a> {
    readings: &'a Readings,
    phenomenon: PhenomenonId,
    rows: Vec<u32>,
    boxes: BoxCounts,
    left_out: LeftOut,
}

/// Counts of boxes behind a sample.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BoxCounts {
    /// Boxes in the selection.
    pub selected: u64,
    /// Those with a sensor of the phenomenon.
    pub with_sensor: u64,
    /// Those with a usable reading of it.
    pub usable: u64,
}

/// Counts of the readings left out, by reason.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut {
    by_verdict: [u64; Verdict::ALL.len()],
    too_old: u64,
    by_check: Vec<(&'static str, u64)>,
}

impl BoxCounts {
    /// The share of selected boxes with a usable reading, 0 to 1; `None` if no box is selected.
    /// Boxes without such a sensor lower it: it measures how well the area is covered.
    #[must_use]
    pub fn coverage(&self) -> Option<f64> {
        (self.selected > 0).then(|| self.usable as f64 / self.selected as f64)
    }
}

impl LeftOut {
    /// The reason for readings older than the selection's `max_age`.
    pub const TOO_OLD: &'static str = "too_old";

    /// Each reason that occurred with its count: first the verdicts, then [`LeftOut::TOO_OLD`],
    /// then the reasons of `check` in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        let verdicts = Verdict::ALL.iter().map(|verdict| (verdict.slug(), self.by_verdict[verdict.index()]));
        let others = std::iter::once((Self::TOO_OLD, self.too_old)).chain(self.by_check.iter().copied());
        verdicts.chain(others).filter(|(_, count)| *count > 0)
    }

    fn count(&mut self, reason: &'static str) {
        match self.by_check.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, count)) => *count += 1,
            None => self.by_check.push((reason, 1)),
        }
    }
}

impl<'a> Sample<'a> {
    /// Draws the readings of `phenomenon` that have verdict [`Verdict::Ok`], are not too old, and
    /// pass `check`, which otherwise returns the reason. `places` must be the index of `readings`.
    pub fn draw(
        readings: &'a Readings,
        places: &'a BoxIndex,
        selection: &Selection,
        phenomenon: PhenomenonId,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) -> Self {
        let oldest_millis = selection.oldest(readings).map(Timestamp::as_millisecond);
        let mut sample = Self {
            readings,
            phenomenon,
            rows: Vec::new(),
            boxes: BoxCounts::default(),
            left_out: LeftOut::default(),
        };
        for sense_box in selection.boxes(readings, places) {
            sample.boxes.selected += 1;
            let (mut sensors, usable) = (0, sample.rows.len());
            for row in sense_box.rows() {
                if readings.phenomenon_of(row) == Some(phenomenon) {
                    sensors += 1;
                    sample.take(readings.reading(row), oldest_millis, &check);
                }
            }
            sample.boxes.with_sensor += u64::from(sensors > 0);
            sample.boxes.usable += u64::from(sample.rows.len() > usable);
        }
        sample.left_out.by_check.sort_unstable();
        sample
    }

    fn take(
        &mut self,
        reading: Reading<'a>,
        oldest_millis: Option<i64>,
        check: impl Fn(Reading<'a>) -> Result<(), &'static str>,
    ) {
        let verdict = reading.verdict();
        if verdict != Verdict::Ok {
            self.left_out.by_verdict[verdict.index()] += 1;
        } else if oldest_millis.is_some_and(|oldest| reading.measured_at_millis() < oldest) {
            self.left_out.too_old += 1;
        } else if let Err(reason) = check(reading) {
            self.left_out.count(reason);
        } else {
            self.rows.push(reading.row() as u32);
        }
    }

    /// The phenomenon.
    #[must_use]
    pub fn phenomenon(&self) -> PhenomenonId {
        self.phenomenon
    }

    /// The usable readings, in no particular order.
    #[must_use]
    pub fn readings(&self) -> impl ExactSizeIterator<Item = Reading<'a>> + '_ {
        self.rows.iter().map(|&row| self.readings.reading(row as usize))
    }

    /// The counts of boxes.
    #[must_use]
    pub fn boxes(&self) -> BoxCounts {
        self.boxes
    }

    /// The readings left out, by reason.
    #[must_use]
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }
}
