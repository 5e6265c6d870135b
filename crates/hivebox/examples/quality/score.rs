//! What was wrong, what was found, and what was lost.

use std::fmt::Write as _;

use hivebox_climate::quality::{Check, Level, Outcome, Quality};
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::Verdict;

/// A sort of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A number by which a chip says that it has no reading.
    Sentinel,
    /// A thermometer that shows 10 to 20 K too much or too little.
    LargeOffset,
    /// One that shows 3 to 10 K too much or too little.
    SmallOffset,
    /// The same value for ever.
    Stuck,
    /// A box in a room that says it stands outdoors.
    Room,
    /// A box that was registered twice.
    Double,
}

/// What is true of one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Good,
    Bad(Kind),
    /// Bad in a way that no check here is for, or too old to be asked about.
    Ignored,
}

/// Counts over many looks.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    good: u64,
    /// Good readings that the verdict leaves out, mostly for a unit that is not known.
    good_left_out: u64,
    /// Good readings that fail a check.
    good_lost: u64,
    kinds: [Tally; Kind::ALL.len()],
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Bad readings of this kind.
    bad: u64,
    /// Those of them that the check for this kind can judge.
    judged: u64,
    /// Those of them that do not count as unsuspicious, by whichever check.
    found: u64,
    /// Those of the judged ones that the check for this kind finds.
    found_of_judged: u64,
    /// Bad readings of any kind that the check for this kind fails.
    rightly_failed: u64,
    /// Good ones that it fails.
    wrongly_failed: u64,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] =
        [Self::Sentinel, Self::LargeOffset, Self::SmallOffset, Self::Stuck, Self::Room, Self::Double];

    const fn name(self) -> &'static str {
        match self {
            Self::Sentinel => "sentinel",
            Self::LargeOffset => "offset of 10 to 20 K",
            Self::SmallOffset => "offset of 3 to 10 K",
            Self::Stuck => "stuck",
            Self::Room => "in a room, declared outdoors",
            Self::Double => "registered twice",
        }
    }

    /// The check that is for this kind; `None` is the verdict.
    const fn check(self) -> Option<Check> {
        match self {
            Self::Sentinel => None,
            Self::LargeOffset | Self::SmallOffset => Some(Check::Neighbours),
            Self::Stuck => Some(Check::Stuck),
            Self::Room => Some(Check::Indoor),
            Self::Double => Some(Check::Duplicate),
        }
    }
}

impl Score {
    /// Holds what was found of one moment's readings against the truth of each row.
    pub(crate) fn look(&mut self, readings: &Readings, quality: &Quality, truths: &[Truth]) {
        for ((row, reading), truth) in readings.iter().enumerate().zip(truths) {
            let is_suspicious = !quality.is_at_least(row, Level::Unsuspicious);
            let outcome = |kind: Kind| match kind.check() {
                None if reading.verdict() == Verdict::Sentinel => Outcome::Failed,
                None => Outcome::Passed,
                Some(check) => quality.outcome(row, check),
            };
            match truth {
                Truth::Ignored => continue,
                Truth::Good => {
                    self.good += 1;
                    self.good_left_out += u64::from(reading.verdict() != Verdict::Ok);
                    self.good_lost += u64::from(reading.verdict() == Verdict::Ok && is_suspicious);
                }
                Truth::Bad(kind) => {
                    let tally = &mut self.kinds[*kind as usize];
                    tally.bad += 1;
                    tally.found += u64::from(is_suspicious);
                    tally.judged += u64::from(outcome(*kind) != Outcome::NotChecked);
                    tally.found_of_judged += u64::from(outcome(*kind) == Outcome::Failed);
                }
            }
            for (kind, tally) in Kind::ALL.into_iter().zip(&mut self.kinds) {
                let fails = outcome(kind) == Outcome::Failed;
                tally.wrongly_failed += u64::from(fails && *truth == Truth::Good);
                tally.rightly_failed += u64::from(fails && *truth != Truth::Good);
            }
        }
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.good += other.good;
        self.good_left_out += other.good_left_out;
        self.good_lost += other.good_lost;
        for (mine, other) in self.kinds.iter_mut().zip(other.kinds) {
            mine.bad += other.bad;
            mine.judged += other.judged;
            mine.found += other.found;
            mine.found_of_judged += other.found_of_judged;
            mine.rightly_failed += other.rightly_failed;
            mine.wrongly_failed += other.wrongly_failed;
        }
    }

    /// Of the bad readings of a kind that the check for it can judge, the share that it finds.
    pub(crate) fn recall_of_judged(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.found_of_judged, tally.judged)
    }

    /// Of all bad readings of a kind, the share that any check finds.
    pub(crate) fn recall(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.found, tally.bad)
    }

    /// Of the readings that the check for a kind failed, the share that was bad.
    pub(crate) fn precision(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.rightly_failed, tally.rightly_failed + tally.wrongly_failed)
    }

    /// Of the good readings, the share that fails a check.
    pub(crate) fn lost(&self) -> f64 {
        share(self.good_lost, self.good - self.good_left_out).unwrap_or(0.0)
    }

    /// All of it as Markdown.
    pub(crate) fn table(&self) -> String {
        let figure = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.3}"));
        let mut table = "| fault | found by | readings | of them judged | recall of the judged | recall of all | precision |\n\
                         |---|---|---|---|---|---|---|\n"
            .to_owned();
        for kind in Kind::ALL {
            let tally = self.kinds[kind as usize];
            // Writing to a string cannot fail.
            let _ = writeln!(
                table,
                "| {} | {} | {} | {} | {} | {} | {} |",
                kind.name(),
                kind.check().map_or("verdict", Check::slug),
                tally.bad,
                figure(share(tally.judged, tally.bad)),
                figure(self.recall_of_judged(kind)),
                figure(self.recall(kind)),
                figure(self.precision(kind)),
            );
        }
        let (good, lost) = (self.good - self.good_left_out, self.good_lost);
        let _ = writeln!(table, "\n{lost} of {good} good readings lost: {:.2} %", 100.0 * self.lost());
        table
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}
