//! Consecutive whole hours around now, filled in any order.

use jiff::Timestamp;

use crate::forecast::Hour;
use crate::quantity::Quantity;

pub(crate) const HOUR_SECONDS: i64 = 3600;
/// How far back hours are kept.
const PAST_HOURS: i64 = 7 * 24;
/// How far ahead hours are kept: no model's hours are worth more.
const FUTURE_HOURS: i64 = 16 * 24;

/// The hours from 7 days ago to 16 days ahead. What is outside, and between whole hours, is dropped.
#[derive(Debug)]
pub(crate) struct Timeline {
    /// In hours since 1970.
    first: i64,
    hours: Vec<Hour>,
    disbelieved_values: usize,
}

impl Timeline {
    pub(crate) fn around(now: Timestamp) -> Self {
        let now = now.as_second().div_euclid(HOUR_SECONDS);
        let hours = (now - PAST_HOURS..=now + FUTURE_HOURS).filter_map(|hour| {
            let at = Timestamp::from_second(hour * HOUR_SECONDS).ok()?;
            Some(Hour::empty(at))
        });
        let hours: Vec<Hour> = hours.collect();
        // Near the ends of the calendar there are fewer.
        let first = hours.first().map_or(0, |hour| hour.at.as_second() / HOUR_SECONDS);
        Self { first, hours, disbelieved_values: 0 }
    }

    /// Sets a value of the hour that begins so many seconds after 1970, if it is believed and the hour has none yet.
    pub(crate) fn set(&mut self, epoch_seconds: i64, quantity: Quantity, value: f64) {
        let Some(hour) = self.index(epoch_seconds).and_then(|index| self.hours.get_mut(index)) else {
            return;
        };
        let believed = quantity.believed(value);
        self.disbelieved_values += usize::from(believed.is_none());
        let slot = quantity.of(hour);
        *slot = slot.or(believed);
    }

    fn index(&self, epoch_seconds: i64) -> Option<usize> {
        if epoch_seconds.rem_euclid(HOUR_SECONDS) != 0 {
            return None;
        }
        usize::try_from(epoch_seconds.div_euclid(HOUR_SECONDS).checked_sub(self.first)?).ok()
    }

    /// The hours from the first to the last that has a value, and the number of values that were not believed.
    pub(crate) fn finish(mut self) -> (Vec<Hour>, usize) {
        let has_value = |hour: &Hour| *hour != Hour::empty(hour.at);
        let end = self.hours.iter().rposition(has_value).map_or(0, |last| last + 1);
        let begin = self.hours.iter().position(has_value).unwrap_or(0);
        self.hours.truncate(end);
        self.hours.drain(..begin);
        (self.hours, self.disbelieved_values)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: i64 = 1_796_040_000;

    fn timeline() -> Timeline {
        Timeline::around(Timestamp::from_second(NOON + 1234).unwrap())
    }

    #[test]
    fn hours_come_in_order_and_without_gaps_however_they_were_set() {
        let mut timeline = timeline();
        timeline.set(NOON + 3 * HOUR_SECONDS, Quantity::AirTemperature, 3.0);
        timeline.set(NOON, Quantity::WindSpeed, 1.0);
        timeline.set(NOON, Quantity::WindSpeed, 2.0);
        timeline.set(NOON + 60, Quantity::WindGust, 2.0);
        timeline.set(NOON + HOUR_SECONDS, Quantity::AirTemperature, 400.0);
        let (hours, disbelieved) = timeline.finish();
        let at: Vec<_> = hours.iter().map(|hour| (hour.at.as_second() - NOON) / HOUR_SECONDS).collect();
        assert_eq!((at, disbelieved), (vec![0, 1, 2, 3], 1));
        assert_eq!(hours[0].wind_speed_metres_per_second, Some(1.0), "the first one counts");
        assert_eq!((hours[1], hours[2]), (Hour::empty(hours[1].at), Hour::empty(hours[2].at)));
    }

    #[test]
    fn hours_that_are_long_ago_or_far_ahead_are_dropped() {
        let mut timeline = timeline();
        for days in [-8, -7, 0, 16, 17, 1_000_000] {
            timeline.set(NOON + days * 24 * HOUR_SECONDS, Quantity::AirTemperature, 3.0);
        }
        for seconds in [i64::MIN, i64::MIN / 3600 * 3600, i64::MAX / 3600 * 3600, i64::MAX] {
            timeline.set(seconds, Quantity::AirTemperature, 3.0);
        }
        assert_eq!(timeline.finish().0.len(), 23 * 24 + 1);
        assert_eq!(Timeline::around(Timestamp::MAX).hours.len(), 7 * 24 + 1);
        assert_eq!(Timeline::around(Timestamp::UNIX_EPOCH).finish(), (Vec::new(), 0));
    }
}
