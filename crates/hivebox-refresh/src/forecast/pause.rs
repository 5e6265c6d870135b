//! How long a cell rests after a failure, and the pause that a source asks for.

use std::cell::Cell;
use std::time::Duration;

use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use jiff::Timestamp;

use crate::schedule;

const FIRST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(15);
/// A source that asks for a longer pause is asked again after this one.
const LONGEST_PAUSE: Duration = Duration::from_hours(12);

/// Until when a cell rests after so many failures in a row: from a minute, doubling to a quarter of an hour. `chance`,
/// from 0 to 1, spreads the cells.
pub(super) fn rests_until(failures: u32, now: Timestamp, chance: f64) -> Timestamp {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(8)).min(LONGEST);
    schedule::later(now, doubled.mul_f64(1.0 + 0.1 * chance.clamp(0.0, 1.0)))
}

/// The pause that the source asked for. It ends when its time is over: a question that was under way and is answered
/// does not take it back.
#[derive(Debug, Default)]
pub(super) struct Pause(Cell<Option<Span>>);

#[derive(Debug, Clone, Copy)]
struct Span {
    since: Timestamp,
    until: Timestamp,
}

impl Pause {
    /// Begins one, unless there is a longer one.
    pub(super) fn begin(&self, now: Timestamp, until: Timestamp) {
        let until = until.min(schedule::later(now, LONGEST_PAUSE));
        if self.until(now).is_none_or(|other| other < until) {
            self.0.set(Some(Span { since: now, until }));
        }
    }

    /// Until when the source is not asked, if it has a pause at `now`. One that began far ahead was begun by a clock
    /// that has been set back, and is over.
    pub(super) fn until(&self, now: Timestamp) -> Option<Timestamp> {
        let span = self.0.get()?;
        let has_begun = now.duration_since(span.since) >= -MAX_CLOCK_LEAD;
        (has_begun && now < span.until).then_some(span.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minute(number: i64) -> Timestamp {
        Timestamp::from_second(number * 60).unwrap()
    }

    #[test]
    fn rests_double_up_to_a_quarter_of_an_hour() {
        let minutes = |failures| rests_until(failures, minute(0), 0.0).as_second() / 60;
        assert_eq!([0, 1, 2, 3, 4, 5, 99].map(minutes), [1, 1, 2, 4, 8, 15, 15]);
        assert_eq!(rests_until(1, minute(0), 1.0).as_second(), 66);
    }

    #[test]
    fn a_pause_is_as_long_as_the_longest_that_was_asked_for_and_a_clock_set_back_ends_it() {
        let pause = Pause::default();
        pause.begin(minute(0), minute(40));
        pause.begin(minute(1), minute(5));
        assert_eq!([0, 39, 40].map(|at| pause.until(minute(at))), [Some(minute(40)), Some(minute(40)), None]);
        assert_eq!(pause.until(minute(-5)), Some(minute(40)), "clocks differ a little");
        assert_eq!(pause.until(minute(-6)), None);
        pause.begin(minute(-6), Timestamp::MAX);
        assert_eq!(pause.until(minute(0)), Some(minute(-6 + 720)));
    }
}
