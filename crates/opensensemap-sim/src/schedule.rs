//! When a station measures: at ticks of its own period and phase, from its birth to its end.

use std::iter;

use crate::seed::Seed;
use crate::stations::Station;

/// The times of measurements, all in milliseconds since 1970.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    period: i64,
    phase: i64,
    birth: i64,
    end: ScheduleEnd,
}

#[derive(Clone, Copy, Debug)]
enum ScheduleEnd {
    /// It still measures.
    Open,
    /// It stopped after this tick.
    At(i64),
    /// It has never measured.
    Never,
}

impl Schedule {
    /// The shortest and longest time between two measurements of a station, in milliseconds.
    const PERIODS: (f64, f64) = (60_000.0, 600_000.0);

    /// The schedule of something that has never measured.
    pub(crate) const NEVER: Self = Self { period: 60_000, phase: 0, birth: 0, end: ScheduleEnd::Never };

    pub(crate) fn of(station: &Station, seed: Seed) -> Self {
        let period = seed.with(1).between(Self::PERIODS.0, Self::PERIODS.1) as i64;
        let end = match station.last_measurement_at {
            _ if station.active => ScheduleEnd::Open,
            Some(last) => ScheduleEnd::At(last),
            None => ScheduleEnd::Never,
        };
        // For most, `createdAt` is the day of a database migration; the id holds the date of
        // registration.
        let birth = station.id.millis().min(station.created_at);
        Self { period, phase: (seed.with(2).unit() * period as f64) as i64, birth, end }
    }

    /// The same schedule, ended at a random moment of its life before the given one.
    pub(crate) fn cut_short(self, seed: Seed, before: i64) -> Self {
        let moment = self.birth + (seed.unit() * (before - self.birth).max(0) as f64) as i64;
        let end = self.last(moment).map_or(ScheduleEnd::Never, ScheduleEnd::At);
        Self { end, ..self }
    }

    pub(crate) fn period(&self) -> i64 {
        self.period
    }

    /// The last tick at or before `now`.
    pub(crate) fn last(&self, now: i64) -> Option<i64> {
        match self.end {
            ScheduleEnd::Never => None,
            ScheduleEnd::At(end) if now >= end => Some(end),
            ScheduleEnd::At(_) | ScheduleEnd::Open => Some(self.tick(now)).filter(|&tick| tick >= self.birth),
        }
    }

    /// The first tick after `from` and before `to` that has happened by `now`.
    pub(crate) fn first_within(&self, from: i64, to: i64, now: i64) -> Option<i64> {
        let next = self.tick(from.max(self.birth)) + self.period;
        let happened = |&tick: &i64| tick > from && tick < to && tick <= now;
        match self.end {
            ScheduleEnd::Never => None,
            ScheduleEnd::At(end) if next > end => Some(end).filter(happened),
            ScheduleEnd::At(_) | ScheduleEnd::Open => Some(next).filter(happened),
        }
    }

    /// All ticks from `from` up to but not including `to` that have happened by `now`; the latest
    /// first.
    pub(crate) fn backwards(self, from: i64, to: i64, now: i64) -> impl Iterator<Item = i64> + Clone {
        let latest = self.last(now.min(to.saturating_sub(1)));
        iter::successors(latest, move |&tick| self.last(tick - 1)).take_while(move |&tick| tick >= from)
    }

    fn tick(&self, at: i64) -> i64 {
        at - (at - self.phase).rem_euclid(self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::{Schedule, ScheduleEnd};

    const OPEN: Schedule = Schedule { period: 100, phase: 7, birth: 1000, end: ScheduleEnd::Open };

    #[test]
    fn the_last_tick_is_never_after_now_nor_before_birth() {
        assert_eq!(OPEN.last(1999), Some(1907));
        assert_eq!(OPEN.last(2007), Some(2007));
        assert_eq!(OPEN.last(1006), None);
    }

    #[test]
    fn a_station_that_ended_says_when() {
        let ended = Schedule { end: ScheduleEnd::At(1555), ..OPEN };
        assert_eq!(
            (ended.last(1540), ended.last(1600), ended.last(9000)),
            (Some(1507), Some(1555), Some(1555))
        );
        assert_eq!(Schedule { end: ScheduleEnd::Never, ..OPEN }.last(9000), None);
    }

    #[test]
    fn the_first_tick_of_a_window_lies_within_it() {
        assert_eq!(OPEN.first_within(1907, 2100, 5000), Some(2007));
        assert_eq!(OPEN.first_within(1907, 2007, 5000), None);
        assert_eq!(OPEN.first_within(1907, 2100, 2000), None);
        assert_eq!(OPEN.first_within(0, 2100, 5000), Some(1007));
        let ended = Schedule { end: ScheduleEnd::At(1555), ..OPEN };
        assert_eq!(ended.first_within(1520, 1600, 5000), Some(1555));
        assert_eq!(ended.first_within(1555, 1600, 5000), None);
    }

    #[test]
    fn ticks_of_a_time_come_backwards_and_each_was_once_the_last() {
        let ticks = |schedule: Schedule, from, to, now| schedule.backwards(from, to, now).collect::<Vec<_>>();
        assert_eq!(ticks(OPEN, 1907, 2107, 5000), [2007, 1907]);
        assert_eq!(ticks(OPEN, 0, 1108, 5000), [1107, 1007], "not before birth");
        assert_eq!(ticks(OPEN, 1900, 3000, 2010), [2007, 1907], "not after now");
        let ended = Schedule { end: ScheduleEnd::At(1555), ..OPEN };
        assert_eq!(ticks(ended, 1400, 3000, 5000), [1555, 1507, 1407]);
        assert!(ticks(Schedule { end: ScheduleEnd::Never, ..OPEN }, 0, 3000, 5000).is_empty());
    }
}
