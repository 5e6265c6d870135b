//! Whether a reading that is plausible by itself is so beside the others, and beside what it was before.
//!
//! A [verdict](crate::verdict) is about one value alone. The checks here look at others: at the boxes around, at the
//! sensor's own past, at the box's double. Thresholds stand in `quality.toml`, with their sources;
//! `docs/quality.md` tells how well they do.

mod duplicate;
mod error;
mod indoor;
mod neighbourhood;
mod neighbours;
mod rules;
#[cfg(test)]
mod sample;
mod stuck;

pub use error::RulesError;
pub use rules::Rules;

use crate::readings::Readings;
use crate::verdict::Verdict;

/// A way to find that a plausible reading is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Check {
    /// It is not far from what boxes around it say.
    Neighbours,
    /// It has not been the same for longer than weather is.
    Stuck,
    /// It does not look like a heated room, unless the box says that it stands in one.
    Indoor,
    /// It is not the same reading as that of another box at the same place.
    Duplicate,
}

/// What came of a [`Check`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Nothing is wrong, as far as this check can see.
    Passed,
    /// The reading is to be distrusted.
    Failed,
    /// There is no rule for the phenomenon, or too little to compare with; or the verdict says all already.
    NotChecked,
}

/// How good a reading is, from the worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Its verdict is [`Verdict::Ok`].
    Plausible,
    /// And no check failed.
    Unsuspicious,
    /// And the boxes around it agree.
    Confirmed,
}

/// What came of each check for each row of one [`Readings`].
///
/// ```
/// use hivebox_climate::catalogue::Catalogue;
/// use hivebox_climate::place::Exposure;
/// use hivebox_climate::quality::{Check, Level, Outcome, Quality, Rules};
/// use hivebox_climate::readings::{BoxFacts, Measured, ReadingsBuilder, SensorFacts};
///
/// let as_of = "2026-11-25T12:00:00Z".parse()?;
/// let mut builder = ReadingsBuilder::new(Catalogue::builtin(), Default::default(), as_of);
/// builder.add_box(&BoxFacts { id: "b", name: "", model: "", exposure: Exposure::Outdoor, place: None });
/// let measured = Some(Measured { value: "16.07", at: as_of });
/// builder.add_sensor(&SensorFacts { id: "s", title: "Temperatur", unit: "°C", sensor_type: "", measured });
///
/// let quality = Quality::of(&builder.finish(), Rules::builtin(), || ());
/// assert_eq!(quality.outcome(0, Check::Neighbours), Outcome::NotChecked, "nobody knows where it stands");
/// assert_eq!(quality.level(0), Some(Level::Unsuspicious));
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quality {
    rows: Vec<Checks>,
}

/// The checks of one row, a bit each by [`Check::bit`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Checks {
    done: u8,
    failed: u8,
}

/// Lets others go first now and then.
struct Turns<F> {
    work: usize,
    give_way: F,
}

impl<F: FnMut()> Turns<F> {
    /// About 100 µs of work, a row to be looked at being the unit.
    const WORK_AT_A_TIME: usize = 2048;

    fn worked(&mut self, work: usize) {
        self.work += work;
        if self.work >= Self::WORK_AT_A_TIME {
            self.work = 0;
            (self.give_way)();
        }
    }
}

/// Set in [`Checks::done`] if the verdict is [`Verdict::Ok`].
const PLAUSIBLE: u8 = 1 << 7;

impl Quality {
    /// Checks all readings that are plausible. Calls `give_way` about every 100 µs, but for the making of an index
    /// which takes 1 or 2 ms, for whoever must not keep a core for longer.
    pub fn of(readings: &Readings, rules: &Rules, give_way: impl FnMut()) -> Self {
        let mut turns = Turns { work: 0, give_way };
        let plausible = |verdict| if verdict == Verdict::Ok { PLAUSIBLE } else { 0 };
        let rows = readings.iter().map(|row| Checks { done: plausible(row.verdict()), failed: 0 });
        let mut quality = Self { rows: rows.collect() };
        duplicate::check(readings, rules, &mut quality, &mut turns);
        stuck::check(readings, rules, &mut quality, &mut turns);
        neighbours::check(readings, rules, &mut quality, &mut turns);
        quality
    }

    /// The number of rows, that of the readings.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// What came of a check for a row.
    ///
    /// # Panics
    /// There are not so many rows.
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
    /// There are not so many rows.
    pub fn failed(&self, row: usize) -> impl Iterator<Item = Check> + use<> {
        let failed = self.rows[row].failed;
        Check::ALL.into_iter().filter(move |check| failed & check.bit() != 0)
    }

    /// The checks that a row passed.
    ///
    /// # Panics
    /// There are not so many rows.
    pub fn passed(&self, row: usize) -> impl Iterator<Item = Check> + use<> {
        let Checks { done, failed } = self.rows[row];
        Check::ALL.into_iter().filter(move |check| done & !failed & check.bit() != 0)
    }

    /// How good a row is; `None` if its verdict is not [`Verdict::Ok`].
    ///
    /// # Panics
    /// There are not so many rows.
    #[must_use]
    pub fn level(&self, row: usize) -> Option<Level> {
        let Checks { done, failed } = self.rows[row];
        if done & PLAUSIBLE == 0 {
            None
        } else if failed != 0 {
            Some(Level::Plausible)
        } else if done & Check::Neighbours.bit() == 0 {
            Some(Level::Unsuspicious)
        } else {
            Some(Level::Confirmed)
        }
    }

    /// Whether a row is at least so good.
    ///
    /// # Panics
    /// There are not so many rows.
    #[must_use]
    pub fn is_at_least(&self, row: usize, level: Level) -> bool {
        self.level(row) >= Some(level)
    }

    /// Asks that a row is at least so good, as samples and estimates ask it of each reading.
    ///
    /// # Errors
    /// What is to be said against it: the first check that it failed, or [`Quality::UNCONFIRMED`]. Nothing is said
    /// of a row whose verdict says it already.
    ///
    /// # Panics
    /// There are not so many rows.
    pub fn demand(&self, row: usize, asked: Level) -> Result<(), &'static str> {
        match self.level(row) {
            Some(level) if level < asked => {
                Err(self.failed(row).next().map_or(Self::UNCONFIRMED, Check::slug))
            }
            _ => Ok(()),
        }
    }

    /// The objection against a reading that no neighbours confirm.
    pub const UNCONFIRMED: &'static str = "unconfirmed";

    /// The bytes of memory that the columns hold.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.rows.capacity() * size_of::<Checks>()
    }

    fn is_plausible(&self, row: usize) -> bool {
        self.rows[row].done & PLAUSIBLE != 0
    }

    /// Whether a row is plausible and has failed no check so far.
    fn is_unsuspicious(&self, row: usize) -> bool {
        self.is_plausible(row) && self.rows[row].failed == 0
    }

    fn note(&mut self, row: usize, check: Check, passed: bool) {
        let checks = &mut self.rows[row];
        checks.done |= check.bit();
        if !passed {
            checks.failed |= check.bit();
        }
    }
}

impl Check {
    /// All checks; `ALL[check.index()]` is the check itself.
    pub const ALL: [Self; 4] = [Self::Neighbours, Self::Stuck, Self::Indoor, Self::Duplicate];

    /// The place in [`Check::ALL`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The name in JSON and metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Neighbours => "neighbours",
            Self::Stuck => "stuck",
            Self::Indoor => "indoor",
            Self::Duplicate => "duplicate",
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Outcome {
    /// The name in JSON and metrics.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::NotChecked => "not_checked",
        }
    }
}

impl Level {
    /// All levels, from the worst.
    pub const ALL: [Self; 3] = [Self::Plausible, Self::Unsuspicious, Self::Confirmed];

    /// The name in parameters and JSON.
    #[must_use]
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Plausible => "plausible",
            Self::Unsuspicious => "unsuspicious",
            Self::Confirmed => "confirmed",
        }
    }

    /// The level with this name.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.slug() == slug)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_follow_from_verdict_and_checks() {
        let mut quality = Quality { rows: vec![Checks::default(); 4] };
        for row in 1..4 {
            quality.rows[row].done = PLAUSIBLE;
        }
        quality.note(2, Check::Neighbours, true);
        quality.note(3, Check::Neighbours, true);
        quality.note(3, Check::Stuck, false);
        let levels = [None, Some(Level::Unsuspicious), Some(Level::Confirmed), Some(Level::Plausible)];
        assert_eq!([0, 1, 2, 3].map(|row| quality.level(row)), levels);
        assert_eq!(quality.failed(3).collect::<Vec<_>>(), [Check::Stuck]);
        assert_eq!(quality.passed(3).collect::<Vec<_>>(), [Check::Neighbours]);
        assert!(!quality.is_at_least(0, Level::Plausible) && quality.is_at_least(1, Level::Plausible));
        assert!(!quality.is_at_least(1, Level::Confirmed));
        let objections = |level| [0, 1, 2, 3].map(|row| quality.demand(row, level).err());
        assert_eq!(objections(Level::Plausible), [None; 4]);
        assert_eq!(objections(Level::Unsuspicious), [None, None, None, Some("stuck")]);
        assert_eq!(objections(Level::Confirmed), [None, Some("unconfirmed"), None, Some("stuck")]);
    }

    #[test]
    fn names_are_told_apart() {
        assert!(Check::ALL.iter().enumerate().all(|(index, check)| check.index() == index));
        assert!(Level::ALL.into_iter().all(|level| Level::from_slug(level.slug()) == Some(level)));
        assert_eq!(Level::from_slug("perfect"), None);
    }
}
