//! The budget of places in a sliding day, hour and minute.
//!
//! Each window keeps two counts: of the current fixed window, and of the one before. The earlier one counts by the
//! part of it that a window ending now still covers. So twice the limit cannot fall around the turn of a window,
//! wherever the source's own windows begin. `redis/forecast_claim.lua` computes the same for all replicas.

use std::time::Duration;

use hivebox_config::ForecastBudget;
use jiff::Timestamp;

use crate::claim::limits;

/// What is spent of one limit.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    index: i64,
    count: u64,
    count_before: u64,
}

/// What is spent of a budget.
#[derive(Debug, Clone)]
pub(super) struct Spending {
    limits: Option<[(Duration, u64); 3]>,
    windows: [Window; 3],
}

impl Spending {
    /// Nothing is spent. Without a budget there is no limit.
    pub(super) fn new(budget: Option<ForecastBudget>) -> Self {
        Self { limits: budget.map(limits), windows: Default::default() }
    }

    /// Takes up to `wanted` places out of the budget, and returns how many there were.
    pub(super) fn take(&mut self, wanted: u64, now: Timestamp) -> u64 {
        let lengths = limits(ForecastBudget { per_day: 0 }).map(|(length, _)| length);
        let mut room = wanted;
        for (at, window) in self.windows.iter_mut().enumerate() {
            window.roll(lengths[at], now);
            if let Some(limits) = self.limits {
                room = room.min(limits[at].1.saturating_sub(window.spent(lengths[at], now)));
            }
        }
        for window in &mut self.windows {
            window.count += room;
        }
        room
    }

    /// Places spent in the last day.
    pub(super) fn today(&mut self, now: Timestamp) -> u64 {
        let day = Duration::from_hours(24);
        self.windows[0].roll(day, now);
        self.windows[0].spent(day, now)
    }
}

impl Window {
    fn roll(&mut self, length: Duration, now: Timestamp) {
        let index = now.as_millisecond().div_euclid(length.as_millis() as i64);
        match index - self.index {
            0 => {}
            1 => *self = Self { index, count: 0, count_before: self.count },
            _ => *self = Self { index, count: 0, count_before: 0 },
        }
    }

    /// What is spent in the window that ends now, rounded up.
    fn spent(&self, length: Duration, now: Timestamp) -> u64 {
        let length_millis = length.as_millis() as i64;
        let left = length_millis - now.as_millisecond().rem_euclid(length_millis);
        let before = self.count_before as f64 * left as f64 / length_millis as f64;
        self.count + before.ceil() as u64
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        let midnight: Timestamp = "2026-11-30T00:00:00Z".parse().unwrap();
        midnight + SignedDuration::from_secs(seconds)
    }

    #[test]
    fn a_minute_an_hour_and_a_day_have_their_limits() {
        let mut spending = Spending::new(Some(ForecastBudget { per_day: 1000 }));
        assert_eq!(spending.take(60, at(59)), 50, "5 % in a minute");
        assert_eq!(spending.take(60, at(61)), 0, "a minute slides");
        assert_eq!(spending.take(60, at(90)), 25);
        let hour: u64 = (2..59).map(|minute| spending.take(60, at(minute * 60))).sum();
        assert_eq!(75 + hour, 450, "45 % in an hour");
        let day: u64 = (1..24 * 60).map(|minute| spending.take(60, at(minute * 60))).sum();
        assert_eq!(450 + day, 1000);
        assert_eq!(spending.today(at(86_399)), 1000);
        assert_eq!(spending.take(1, at(86_401)), 0, "a day slides");
        assert_eq!(spending.take(60, at(3 * 86_400)), 50);
    }

    #[test]
    fn without_a_budget_places_are_only_counted() {
        let mut spending = Spending::new(None);
        assert_eq!((spending.take(1_000_000, at(0)), spending.today(at(1))), (1_000_000, 1_000_000));
    }
}
