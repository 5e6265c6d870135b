//! Whole hours judged side by side.

use super::ahead::{Ahead, changes_evenly};
use super::condition::{Condition, Range};
use super::kind::InputKind;
use super::rule::Rules;
use super::told::Told;
use super::verdict::ChoreVerdict;

/// The verdicts on a chore in hours that follow one another, by the forecast. The lowest bit is the
/// first hour. Where no bit is set, the chore cannot be done for any part of the hour.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Block {
    /// In these hours the verdict is `go` all along.
    pub(super) go: u64,
    /// In these hours the verdict is `caution` all along.
    pub(super) caution: u64,
    /// In these hours it may change.
    pub(super) mixed: u64,
}

/// In which hours something holds all along, and in which it may hold in a part.
#[derive(Clone, Copy)]
struct Holds {
    always: u64,
    ever: u64,
}

impl Block {
    /// The number of hours. Each needs its beginning and its end, so there is one moment more.
    pub(super) const HOURS: usize = 63;

    /// Judges the hours from one on.
    ///
    /// Within an hour each end of an input's range changes evenly or not at all. So a comparison of
    /// it with a limit that holds at the beginning and at the end holds all along, and one that holds
    /// at neither never does. A rule that fits all along decides, unless an earlier one may fit in
    /// between.
    pub(super) fn of(rules: &Rules, ahead: &Ahead, told: Told, first: usize) -> Self {
        let hours = ahead.hours_from(first).min(Self::HOURS);
        let is_known = |kind: &InputKind| is_known(*kind, ahead, told, first);
        // The hours without a verdict yet, and those in which an earlier rule may fit in between.
        let mut left = rules.needs.iter().map(is_known).fold((1 << hours) - 1, |all, known| all & known);
        let mut unsteady = 0;
        let mut block = Self::default();
        for rule in &rules.in_order {
            if left == 0 {
                break;
            }
            let mut fits = Holds { always: left, ever: left };
            for condition in &rule.when {
                fits = fits.and(Holds::of(condition, rule.verdict, ahead, told, first));
            }
            left &= !fits.always;
            unsteady |= fits.ever & !fits.always;
            match rule.verdict {
                ChoreVerdict::No | ChoreVerdict::Unknown => continue,
                ChoreVerdict::Caution => block.caution |= fits.always & !unsteady,
                ChoreVerdict::Go => block.go |= fits.always & !unsteady,
            }
            block.mixed |= (fits.always & unsteady) | (fits.ever & !fits.always);
        }
        block
    }
}

impl Holds {
    fn of(condition: &Condition, verdict: ChoreVerdict, ahead: &Ahead, told: Told, first: usize) -> Self {
        match condition {
            Condition::Told { input, is } => {
                let all = if told.of_colony(*input) == Some(*is) { u64::MAX } else { 0 };
                Self { always: all, ever: all }
            }
            Condition::Within { input, range } => {
                Self::within(*input, range, verdict == ChoreVerdict::Go, ahead, first)
            }
        }
    }

    fn within(input: InputKind, range: &Range, for_certain: bool, ahead: &Ahead, first: usize) -> Self {
        let mut holds = Self { always: u64::MAX, ever: u64::MAX };
        let Some((column, before)) = ahead.column(input) else { return Self { always: 0, ever: 0 } };
        for comparison in range.comparisons(for_certain) {
            let begins = column.holds(&comparison, first as i64 - before as i64);
            let ends = if changes_evenly(input) { begins >> 1 } else { begins };
            holds = holds.and(Self { always: begins & ends, ever: begins | ends });
        }
        holds
    }

    fn and(self, other: Self) -> Self {
        Self { always: self.always & other.always, ever: self.ever & other.ever }
    }
}

/// In which hours an input is known.
fn is_known(kind: InputKind, ahead: &Ahead, told: Told, first: usize) -> u64 {
    match ahead.column(kind) {
        Some((column, before)) => {
            let begins = column.known(first as i64 - before as i64);
            if changes_evenly(kind) { begins & (begins >> 1) } else { begins }
        }
        None if told.of_colony(kind).is_some() => u64::MAX,
        None => 0,
    }
}
