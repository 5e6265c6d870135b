//! How long a cell rests after a failure.

use std::time::Duration;

use jiff::Timestamp;

use crate::schedule;

const FIRST: Duration = Duration::from_mins(1);
const LONGEST: Duration = Duration::from_mins(15);
/// A source that asks for a longer pause is asked again after this one.
const LONGEST_ASKED_FOR: Duration = Duration::from_hours(12);

/// Until when a cell rests after so many failures in a row: from a minute, doubling to a quarter of an hour, and at
/// least until the moment that the source asked for. `chance`, from 0 to 1, spreads the cells.
pub(super) fn rests_until(
    failures: u32,
    asked_for: Option<Timestamp>,
    now: Timestamp,
    chance: f64,
) -> Timestamp {
    let doubled = FIRST.saturating_mul(1 << failures.saturating_sub(1).min(8)).min(LONGEST);
    let own = schedule::later(now, doubled.mul_f64(1.0 + 0.1 * chance.clamp(0.0, 1.0)));
    let asked_for = asked_for.map(|until| until.min(schedule::later(now, LONGEST_ASKED_FOR)));
    asked_for.map_or(own, |until| until.max(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_up_to_a_quarter_of_an_hour_unless_the_source_asks_for_more() {
        let now = Timestamp::UNIX_EPOCH;
        let minutes = |failures, asked_for: Option<i64>| {
            let asked_for = asked_for.map(|minutes| Timestamp::from_second(minutes * 60).unwrap());
            rests_until(failures, asked_for, now, 0.0).as_second() / 60
        };
        assert_eq!([0, 1, 2, 3, 4, 5, 99].map(|failures| minutes(failures, None)), [1, 1, 2, 4, 8, 15, 15]);
        assert_eq!(minutes(1, Some(40)), 40);
        assert_eq!(minutes(5, Some(1)), 15);
        assert_eq!(minutes(1, Some(1_000_000)), 720);
        assert_eq!(rests_until(1, None, now, 1.0).as_second(), 66);
    }
}
