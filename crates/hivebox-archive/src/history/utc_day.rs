//! Days, as UTC has them.

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Timestamp, ToSpan};

/// As long as each of them is.
pub(crate) const DAY_MILLIS: i64 = 86_400_000;
const EPOCH: Date = date(1970, 1, 1);

/// The day of a moment.
pub(super) fn day_of(moment: Timestamp) -> Date {
    Offset::UTC.to_datetime(moment).date()
}

/// The milliseconds since the day of a moment began, of which there are less than 2^32; fractions of one are dropped.
pub(super) fn millis_of_day(moment: Timestamp) -> u32 {
    moment.as_millisecond().rem_euclid(DAY_MILLIS) as u32
}

/// A day as the number of days since 1970 began, of which there are no more than some millions.
pub(super) fn epoch_day(day: Date) -> i32 {
    (day.duration_since(EPOCH).as_hours() / 24) as i32
}

/// `None` if it is out of all time.
pub(super) fn of_epoch_day(day: i32) -> Option<Date> {
    EPOCH.checked_add(i64::from(day).days()).ok()
}
