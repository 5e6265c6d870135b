//! UTC days.

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// The length of a UTC day.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;
const EPOCH: Date = date(1970, 1, 1);

/// The day of a moment.
pub(crate) fn day_of(moment: Timestamp) -> Date {
    Offset::UTC.to_datetime(moment).date()
}

/// The milliseconds from midnight to a moment, fewer than 2^32. Drops fractions.
pub(super) fn millis_of_day(moment: Timestamp) -> u32 {
    moment.as_millisecond().rem_euclid(DAY_MILLIS) as u32
}

/// The number of days from 1970-01-01 to a day, a few millions at most.
pub(super) fn epoch_day(day: Date) -> i32 {
    (day.duration_since(EPOCH).as_hours() / 24) as i32
}

/// The day by its number; `None` if it is out of range.
pub(super) fn of_epoch_day(day: i32) -> Option<Date> {
    EPOCH.checked_add(i64::from(day).days()).ok()
}
