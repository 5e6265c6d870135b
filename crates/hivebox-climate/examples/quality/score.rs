//! Counts faults, found faults, and good readings lost.

use std::fmt::Write as _;

use hivebox_climate::quality::{Check, Level, Outcome, Quality};
use hivebox_climate::readings::Readings;
use hivebox_climate::verdict::Verdict;

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The error value of a chip.
    Sentinel,
    /// A thermometer with an error of 10 to 20 K.
    LargeOffset,
    /// A thermometer with an error of 3 to 10 K.
    SmallOffset,
    /// A sensor stuck at one value.
    Stuck,
    /// An indoor box registered as outdoor.
    Room,
    /// A box registered twice.
    Double,
}

/// The truth about one reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Truth {
    Good,
    Bad(Kind),
    /// Bad in a way without a check here, or too old.
    Ignored,
}

/// Counts over many polls.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Score {
    good: u64,
    /// Good readings excluded by the verdict, mostly for an unknown unit.
    good_left_out: u64,
    /// Good readings that fail a check.
    good_lost: u64,
    kinds: [Tally; Kind::ALL.len()],
}

#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    /// Bad readings of this kind.
    bad: u64,
    /// Of these, the ones that the check for this kind can judge.
    judged: u64,
    /// Of these, the ones that any check flags.
    found: u64,
    /// Of the judged ones, those that the check for this kind finds.
    found_of_judged: u64,
    /// Bad readings of any kind that the check for this kind fails.
    rightly_failed: u64,
    /// Good readings that the check for this kind fails.
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

    /// The check for this kind; `None` means the verdict.
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
    /// Compares the result for the readings of one moment with the truth of each row.
    pub(crate) fn look(&mut self, readings: &Readings, quality: &Quality, truths: &[Truth]) {
        for ((row, reading), truth) in readings.iter().enumerate().zip(truths) {
            let is_suspicious = !quality.is_at_least(row, Level::USUAL);
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

    /// The share of found faults among the bad readings of a kind that its check can judge.
    pub(crate) fn recall_of_judged(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.found_of_judged, tally.judged)
    }

    /// The share of faults found by any check among all bad readings of a kind.
    pub(crate) fn recall(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.found, tally.bad)
    }

    /// The share of bad readings among those that the check for a kind fails.
    pub(crate) fn precision(&self, kind: Kind) -> Option<f64> {
        let tally = self.kinds[kind as usize];
        share(tally.rightly_failed, tally.rightly_failed + tally.wrongly_failed)
    }

    /// The share of good readings that fail a check.
    pub(crate) fn lost(&self) -> f64 {
        share(self.good_lost, self.good - self.good_left_out).unwrap_or(0.0)
    }

    /// The tables as Markdown.
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
