//! A part of an hour, judged every ten minutes.

use super::ahead::{Ahead, HOUR_SECONDS, Moment};
use super::condition::Condition;
use super::rule::Rules;
use super::told::Told;
use super::values::between;
use super::verdict::ChoreVerdict;

/// The two ends, and at most six multiples of ten minutes between them.
const MOST: usize = 8;

/// A part of an hour: its beginning, the multiples of ten minutes in it, and its end.
pub(super) struct Part<'a> {
    seconds: [i64; MOST],
    count: usize,
    /// Its beginning.
    pub(super) begin: Moment<'a>,
    hour_begins: i64,
}

/// A stretch within a part of an hour in which the verdict is the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Steady {
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) verdict: ChoreVerdict,
}

impl<'a> Part<'a> {
    pub(super) fn of(ahead: &'a Ahead, hour: usize, [from, to]: [i64; 2], told: Told, sees: bool) -> Self {
        let mut part = Self {
            seconds: [from; MOST],
            count: 1,
            begin: ahead.moment(hour, from, told, sees),
            hour_begins: ahead.second(hour),
        };
        let mut next = from - from.rem_euclid(Ahead::STEP_SECONDS) + Ahead::STEP_SECONDS;
        while next < to {
            part.seconds[part.count] = next;
            part.count += 1;
            next += Ahead::STEP_SECONDS;
        }
        part.seconds[part.count] = to;
        part.count += 1;
        part
    }

    /// The stretches in which a chore can be done. Of the verdicts at the two ends of ten minutes,
    /// the more careful one counts.
    pub(super) fn steady(&self, rules: &Rules, mut add: impl FnMut(Steady)) {
        let mut left = (1_u16 << self.count) - 1;
        let (mut go, mut good) = (0, 0);
        for rule in &rules.in_order {
            let mut fits = left;
            for condition in &rule.when {
                if fits == 0 {
                    break;
                }
                fits &= self.holds(condition, rule.verdict == ChoreVerdict::Go);
            }
            left &= !fits;
            good |= if rule.verdict.is_good() { fits } else { 0 };
            go |= if rule.verdict == ChoreVerdict::Go { fits } else { 0 };
            if left == 0 {
                break;
            }
        }
        // A pair is a moment and the next one.
        let (good_pairs, go_pairs) = (good & (good >> 1), go & (go >> 1));
        if good_pairs == 0 || !rules.are_met_by(&self.begin) {
            return;
        }
        let mut at = 0;
        while good_pairs >> at != 0 {
            at += (good_pairs >> at).trailing_zeros() as usize;
            let is_go = (go_pairs >> at) & 1 == 1;
            let alike = if is_go { go_pairs } else { good_pairs & !go_pairs };
            let end = at + (alike >> at).trailing_ones() as usize;
            let verdict = if is_go { ChoreVerdict::Go } else { ChoreVerdict::Caution };
            add(Steady { from: self.seconds[at], to: self.seconds[end], verdict });
            at = end;
        }
    }

    /// At which moments a condition holds, the first as the lowest bit.
    fn holds(&self, condition: &Condition, for_certain: bool) -> u16 {
        let range = match condition {
            Condition::Told { input, is } => {
                let holds = self.begin.told.of_colony(*input) == Some(*is);
                return if holds { u16::MAX } else { 0 };
            }
            Condition::Within { range, .. } => range,
        };
        let Some([begin, end]) = self.begin.ends(condition.input()) else { return 0 };
        let mut holds = u16::MAX;
        for comparison in range.comparisons(for_certain) {
            let (begin, end) = (comparison.end.of(&begin), comparison.end.of(&end));
            // What is the same at both ends of the hour is the same in between.
            holds &= match (comparison.holds(begin), comparison.holds(end)) {
                (true, true) => u16::MAX,
                (false, false) => 0,
                _ => self.bits(|share| comparison.holds(between(begin, end, share))),
            };
        }
        holds
    }

    /// At which moments something is true, by the share of the hour that has passed.
    fn bits(&self, is_so: impl Fn(f64) -> bool) -> u16 {
        let mut bits = 0;
        for (index, second) in self.seconds[..self.count].iter().enumerate() {
            let share = (second - self.hour_begins) as f64 / HOUR_SECONDS as f64;
            bits |= u16::from(is_so(share)) << index;
        }
        bits
    }
}
