//! The budget of places in a sliding day, hour and minute.
//!
//! Each window keeps two counts: of the current fixed window, and of the one before. The earlier one counts by the
//! part of it that a window ending now still covers. So twice the limit cannot fall around the turn of a window,
//! wherever the source's own windows begin. `redis/forecast_claim.lua` computes the same for all replicas.

use std::time::Duration;

use hivebox_climate::verdict::MAX_CLOCK_LEAD;
use hivebox_config::ForecastBudget;
use jiff::{SignedDuration, Timestamp};

use crate::claim::limits;

/// What is spent of one limit.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    index: i64,
    count: u64,
    count_before: u64,
}

/// What is spent of a budget.
#[derive(Debug, Clone, Default)]
pub(super) struct Spending {
    windows: [Window; 3],
}

/// What is spent, as replicas tell each other: index and both counts of a day, an hour and a minute.
pub(crate) type Spent = [i64; 9];

impl Spending {
    /// Takes up to `wanted` places out of a budget, and returns how many there were. Each counts `weight` times.
    pub(super) fn take(
        &mut self,
        wanted: u64,
        budget: Option<ForecastBudget>,
        weight: u64,
        now: Timestamp,
    ) -> u64 {
        self.roll(now);
        let mut room = wanted;
        for (at, (length, limit)) in budget.map(limits).into_iter().flatten().enumerate() {
            let left = limit.saturating_sub(self.windows[at].spent(length, now));
            // A minute has so few places that a part of them may be none at all.
            room = room.min(if at == MINUTE { left.div_ceil(weight) } else { left / weight });
        }
        for window in &mut self.windows {
            window.count += room * weight;
        }
        room
    }

    /// Places spent in the last day.
    pub(super) fn today(&mut self, now: Timestamp) -> u64 {
        self.roll(now);
        self.windows[0].spent(Duration::from_hours(24), now)
    }

    /// What is spent, for other replicas.
    pub(super) fn tell(&mut self, now: Timestamp) -> Spent {
        self.roll(now);
        let [day, hour, minute] = self
            .windows
            .map(|window| [window.index, window.count.cast_signed(), window.count_before.cast_signed()]);
        std::array::from_fn(|at| [day, hour, minute][at / 3][at % 3])
    }

    /// Takes over what all replicas have spent.
    pub(super) fn hear(&mut self, spent: &Spent) {
        for (window, [index, count, count_before]) in self.windows.iter_mut().zip(spent.as_chunks().0) {
            let [count, count_before] = [count, count_before].map(|count| u64::try_from(*count).unwrap_or(0));
            *window = Window { index: *index, count, count_before };
        }
    }

    fn roll(&mut self, now: Timestamp) {
        let lengths = limits(ForecastBudget { per_day: 0 }).map(|(length, _)| length);
        for (window, length) in self.windows.iter_mut().zip(lengths) {
            window.roll(length, now);
        }
    }
}

/// The index of the window of a minute.
const MINUTE: usize = 2;

impl Window {
    fn roll(&mut self, length: Duration, now: Timestamp) {
        let index = now.as_millisecond().div_euclid(length.as_millis() as i64);
        let lead = SignedDuration::from_millis_i128(
            i128::from(self.index) * length.as_millis() as i128 - i128::from(now.as_millisecond()),
        );
        match index.saturating_sub(self.index) {
            0 => {}
            1 => *self = Self { index, count: 0, count_before: self.count },
            // Another clock is a little ahead.
            ..0 if lead <= MAX_CLOCK_LEAD => {}
            // This clock was set back: what has been counted counts on.
            ..0 => self.index = index,
            _ => *self = Self { index, count: 0, count_before: 0 },
        }
    }

    /// What is spent in the window that ends now, rounded up.
    fn spent(&self, length: Duration, now: Timestamp) -> u64 {
        let length_millis = length.as_millis() as i64;
        let ends = self.index.saturating_add(1).saturating_mul(length_millis);
        let left = ends.saturating_sub(now.as_millisecond()).clamp(0, length_millis);
        let before = self.count_before as f64 * left as f64 / length_millis as f64;
        self.count.saturating_add(before.ceil() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let midnight: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        midnight + SignedDuration::from_secs(seconds)
    }

    const BUDGET: Option<ForecastBudget> = Some(ForecastBudget { per_day: 1000 });

    #[test]
    fn a_minute_an_hour_and_a_day_have_their_limits() {
        let mut spending = Spending::default();
        let mut take = |wanted, now| spending.take(wanted, BUDGET, 1, now);
        assert_eq!(take(60, at(59)), 50, "5 % in a minute");
        assert_eq!(take(60, at(61)), 0, "a minute slides");
        assert_eq!(take(60, at(90)), 25);
        let hour: u64 = (2..59).map(|minute| take(60, at(minute * 60))).sum();
        assert_eq!(75 + hour, 450, "45 % in an hour");
        let day: u64 = (1..24 * 60).map(|minute| take(60, at(minute * 60))).sum();
        assert_eq!(450 + day, 1000);
        assert_eq!(take(1, at(86_401)), 0, "a day slides");
        assert_eq!(take(60, at(3 * 86_400)), 50);
        assert_eq!(spending.today(at(3 * 86_400)), 50);
    }

    #[test]
    fn a_place_may_count_for_ten() {
        let mut spending = Spending::default();
        spending.take(960, None, 1, at(-3 * 3600));
        assert_eq!(spending.take(60, BUDGET, 10, at(0)), 4, "ten replicas take the 40 that are left");
        assert_eq!((spending.take(60, BUDGET, 10, at(1)), spending.today(at(1))), (0, 1000));
    }

    #[test]
    fn without_a_budget_places_are_only_counted() {
        let mut spending = Spending::default();
        assert_eq!((spending.take(1_000_000, None, 1, at(0)), spending.today(at(1))), (1_000_000, 1_000_000));
    }

    #[test]
    fn what_is_spent_is_known_elsewhere_and_after_a_clock_was_set_back() {
        let mut here = Spending::default();
        here.take(50, BUDGET, 1, at(30));
        let mut there = Spending::default();
        there.hear(&here.tell(at(30)));
        for moment in [30, -30, -3600] {
            assert_eq!(there.take(1, BUDGET, 1, at(moment)), 0, "{moment}");
        }
        assert_eq!(there.take(60, BUDGET, 1, at(-3600 + 120)), 50, "the minutes go on");
    }
}
