//! The results of the checks, row by row.

use super::check::{Check, Level, Outcome};
use super::comparison::Comparison;
use crate::readings::Readings;
use crate::verdict::Verdict;

/// The results of all checks for each row of one [`Readings`].
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::place::Exposure;
/// use hivebox_climate::quality::{Check, Level, Outcome, Quality, QualityRules};
/// use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
///
/// let as_of = "2026-11-25T12:00:00Z".parse()?;
/// let mut builder = ReadingsBuilder::new(Catalogue::builtin(), Default::default(), as_of);
/// builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place: None });
/// let measured = Some(Measured { value: "16.07", at: as_of });
/// builder.add_sensor(&SensorFacts { id: "s", title: "Temperatur", unit: "°C", sensor_type: "", measured });
///
/// let quality = Quality::of(&builder.finish(), QualityRules::builtin(), || ());
/// assert_eq!(quality.outcome(0, Check::Neighbours), Outcome::NotChecked, "nobody knows where it stands");
/// assert_eq!(quality.level(0), Some(Level::Alone));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Quality {
    rows: Vec<RowChecks>,
    /// Of the rows that were compared with neighbours, in their order.
    comparisons: Vec<(usize, Comparison)>,
}

/// The checks of one row, one bit each ([`Check::bit`]), and what else is known of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct RowChecks {
    done: u8,
    failed: u8,
    facts: u8,
}

/// Among [`RowChecks::facts`]: the verdict is [`Verdict::Ok`].
const PLAUSIBLE: u8 = 1;
/// Among [`RowChecks::facts`]: the reading agrees well with its neighbours.
const CONFIRMED: u8 = 2;
/// Among [`RowChecks::facts`]: nobody else stands there.
const ALONE: u8 = 4;

impl Quality {
    /// Without any results, except for which readings are plausible.
    pub(super) fn unchecked(readings: &Readings) -> Self {
        let plausible = |verdict| if verdict == Verdict::Ok { PLAUSIBLE } else { 0 };
        let rows =
            readings.iter().map(|row| RowChecks { facts: plausible(row.verdict()), ..RowChecks::default() });
        Self { rows: rows.collect(), comparisons: Vec::new() }
    }

    /// The number of rows: that of the readings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The result of a check for a row.
    ///
    /// # Panics
    /// If `row` is out of range.
    #[must_use]
    pub fn outcome(&self, row: usize, check: Check) -> Outcome {
        let checks = self.rows[row];
        if checks.failed & check.bit() != 0 {
            Outcome::Failed
        } else if checks.done & check.bit() != 0 {
            Outcome::Passed
        } else {
            Outcome::NotChecked
        }
    }

    /// The checks that a row failed.
    ///
    /// # Panics
    /// If `row` is out of range.
    pub fn failed(&self, row: usize) -> impl Iterator<Item = Check> + use<> {
        let failed = self.rows[row].failed;
        Check::ALL.into_iter().filter(move |check| failed & check.bit() != 0)
    }

    /// The checks that a row passed.
    ///
    /// # Panics
    /// If `row` is out of range.
    pub fn passed(&self, row: usize) -> impl Iterator<Item = Check> + use<> {
        let RowChecks { done, failed, .. } = self.rows[row];
        Check::ALL.into_iter().filter(move |check| done & !failed & check.bit() != 0)
    }

    /// The level of a row; `None` if its verdict is not [`Verdict::Ok`].
    ///
    /// # Panics
    /// If `row` is out of range.
    #[must_use]
    pub fn level(&self, row: usize) -> Option<Level> {
        let RowChecks { failed, facts, .. } = self.rows[row];
        if facts & PLAUSIBLE == 0 {
            None
        } else if failed != 0 {
            Some(Level::Plausible)
        } else if facts & ALONE != 0 {
            Some(Level::Alone)
        } else if facts & CONFIRMED == 0 {
            Some(Level::Unsuspicious)
        } else {
            Some(Level::Confirmed)
        }
    }

    /// Whether a row is at least at this level.
    ///
    /// # Panics
    /// If `row` is out of range.
    #[must_use]
    pub fn is_at_least(&self, row: usize, level: Level) -> bool {
        self.level(row) >= Some(level)
    }

    /// Requires a row to be at least at level `asked`, as samples and estimates do for each
    /// reading.
    ///
    /// # Errors
    /// The slug of the first check that it failed, [`Quality::ALONE`], or [`Quality::UNCONFIRMED`]. A
    /// row whose verdict is not [`Verdict::Ok`] is not refused here: the verdict says it already.
    ///
    /// # Panics
    /// If `row` is out of range.
    pub fn demand(&self, row: usize, asked: Level) -> Result<(), &'static str> {
        match self.level(row) {
            Some(level) if level < asked => {
                let otherwise = if level == Level::Alone { Self::ALONE } else { Self::UNCONFIRMED };
                Err(self.failed(row).next().map_or(otherwise, Check::slug))
            }
            _ => Ok(()),
        }
    }

    /// The reason against a reading that no neighbours confirm.
    pub const UNCONFIRMED: &'static str = "unconfirmed";

    /// What a row was compared with; `None` if there was too little, or its checks compare nothing.
    #[must_use]
    pub fn comparison(&self, row: usize) -> Option<&Comparison> {
        let at = self.comparisons.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(&self.comparisons[at].1)
    }

    /// The reason against a reading where nobody else stands.
    pub const ALONE: &'static str = "alone";

    /// The heap memory in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<RowChecks>()
            + self.comparisons.capacity() * size_of::<(usize, Comparison)>()
    }

    pub(super) fn is_plausible(&self, row: usize) -> bool {
        self.rows[row].facts & PLAUSIBLE != 0
    }

    /// Whether a row is plausible and has failed no check so far.
    pub(super) fn is_unsuspicious(&self, row: usize) -> bool {
        self.is_plausible(row) && self.rows[row].failed == 0
    }

    /// Records the result of a check.
    pub(super) fn note(&mut self, row: usize, check: Check, passed: bool) {
        let checks = &mut self.rows[row];
        checks.done |= check.bit();
        if !passed {
            checks.failed |= check.bit();
        }
    }

    /// Records that the reading of a row agrees well with its neighbours.
    pub(super) fn confirm(&mut self, row: usize) {
        self.rows[row].facts |= CONFIRMED;
    }

    /// Records that nobody else stands where the reading of a row was taken.
    pub(super) fn stands_alone(&mut self, row: usize) {
        self.rows[row].facts |= ALONE;
    }

    /// Keeps what a row was compared with. Rows come in ascending order, each at most once.
    pub(super) fn keep(&mut self, row: usize, comparison: Comparison) {
        debug_assert!(self.comparisons.last().is_none_or(|(last, _)| *last < row), "rows ascend");
        self.comparisons.push((row, comparison));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_from_verdict_and_checks() {
        let mut quality = Quality { rows: vec![RowChecks::default(); 4], comparisons: Vec::new() };
        for row in 1..4 {
            quality.rows[row].facts = PLAUSIBLE;
        }
        quality.note(2, Check::Neighbours, true);
        quality.note(3, Check::Neighbours, true);
        assert_eq!(quality.level(2), Some(Level::Unsuspicious), "not far off, and not close");
        quality.confirm(2);
        quality.confirm(3);
        quality.note(3, Check::Stuck, false);
        let levels = [None, Some(Level::Unsuspicious), Some(Level::Confirmed), Some(Level::Plausible)];
        assert_eq!([0, 1, 2, 3].map(|row| quality.level(row)), levels);
        quality.stands_alone(1);
        assert_eq!(quality.level(1), Some(Level::Alone));
        assert_eq!(quality.demand(1, Level::Unsuspicious), Err("alone"));
        assert_eq!(quality.demand(1, Level::USUAL), Ok(()));
        quality.rows[1].facts = PLAUSIBLE;
        assert_eq!(quality.failed(3).collect::<Vec<_>>(), [Check::Stuck]);
        assert_eq!(quality.passed(3).collect::<Vec<_>>(), [Check::Neighbours]);
        assert!(!quality.is_at_least(0, Level::Plausible) && quality.is_at_least(1, Level::Plausible));
        assert!(!quality.is_at_least(1, Level::Confirmed));
        let objections = |level| [0, 1, 2, 3].map(|row| quality.demand(row, level).err());
        assert_eq!(objections(Level::Plausible), [None; 4]);
        assert_eq!(objections(Level::Unsuspicious), [None, None, None, Some("stuck")]);
        assert_eq!(objections(Level::Confirmed), [None, Some("unconfirmed"), None, Some("stuck")]);
    }
}
