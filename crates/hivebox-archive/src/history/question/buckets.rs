//! Cuts a period into buckets.

use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::error::{MAX_BUCKETS, QuestionError};
use super::every::Every;

/// Buckets of time, in order and without gaps. Each ends where the next begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buckets {
    /// Strictly increasing, at least two.
    edges: Vec<Timestamp>,
}

impl Buckets {
    /// The number of buckets, at least 1.
    #[expect(clippy::len_without_is_empty, reason = "there is always a bucket")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.edges.len() - 1
    }

    /// The beginning and the end of each.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (Timestamp, Timestamp)> + '_ {
        self.edges.windows(2).map(|edges| (edges[0], edges[1]))
    }

    /// The beginning of each and the end of the last, in milliseconds, rounded up: times of readings are whole milliseconds.
    #[must_use]
    pub fn edges_millis(&self) -> Vec<i64> {
        self.edges.iter().map(|&edge| ceil_millis(edge)).collect()
    }
}

fn ceil_millis(at: Timestamp) -> i64 {
    const NANOS: i128 = 1_000_000;
    -(-at.as_nanosecond()).div_euclid(NANOS) as i64
}

/// Cuts the period from `from` to `to`, which must be later.
pub(super) fn cut(
    from: Timestamp,
    to: Timestamp,
    every: Option<Every>,
    zone: &TimeZone,
) -> Result<Buckets, QuestionError> {
    let grid = every.map(|every| Grid::new(every, zone)).transpose()?;
    let first = grid.as_ref().map_or(0, |grid| grid.place(from));
    let inner = (first + 1..).map_while(|place| grid.as_ref()?.edge(place));
    let mut edges = vec![from];
    for edge in inner.take_while(|edge| *edge < to) {
        // If a zone skipped a day, two edges coincide.
        if edges.last().is_some_and(|last| edge > *last) {
            edges.push(edge);
        }
        if edges.len() > MAX_BUCKETS {
            return Err(QuestionError::TooManyBuckets);
        }
    }
    edges.push(to);
    Ok(Buckets { edges })
}

impl Every {
    /// The beginning of the bucket that contains a moment; `None` if it is out of range.
    ///
    /// # Errors
    /// The length is invalid.
    pub fn floor(self, at: Timestamp, zone: &TimeZone) -> Result<Option<Timestamp>, QuestionError> {
        let grid = Grid::new(self, zone)?;
        Ok(grid.edge(grid.place(at)))
    }

    /// The first edge at or after a moment; `None` if it is out of range.
    ///
    /// # Errors
    /// The length is invalid.
    pub fn ceil(self, at: Timestamp, zone: &TimeZone) -> Result<Option<Timestamp>, QuestionError> {
        let grid = Grid::new(self, zone)?;
        Ok((grid.place(at)..).map_while(|place| grid.edge(place)).find(|edge| *edge >= at))
    }
}

const EPOCH: Date = date(1970, 1, 1);
const MONDAY: Date = date(1969, 12, 29);

/// The edges of all buckets of a length, by consecutive numbers.
struct Grid<'a> {
    unit: Unit,
    zone: &'a TimeZone,
}

/// The distance of edges, never zero.
#[derive(Clone, Copy)]
enum Unit {
    Seconds(i64),
    Days { anchor: Date, days: i64 },
    Months(i64),
}

impl<'a> Grid<'a> {
    fn new(every: Every, zone: &'a TimeZone) -> Result<Self, QuestionError> {
        let unit = match every {
            Every::Fixed(length) if length < Every::SHORTEST || length.subsec_nanos() > 0 => None,
            Every::Fixed(length) => i64::try_from(length.as_secs()).ok().map(Unit::Seconds),
            Every::Days(0) | Every::Weeks(0) | Every::Months(0) => None,
            Every::Days(days) => Some(Unit::Days { anchor: EPOCH, days: days.into() }),
            Every::Weeks(weeks) => Some(Unit::Days { anchor: MONDAY, days: 7 * i64::from(weeks) }),
            Every::Months(months) => Some(Unit::Months(months.into())),
        };
        Ok(Self { unit: unit.ok_or(QuestionError::Every)?, zone })
    }

    /// The number of the last edge that is not after a moment.
    fn place(&self, at: Timestamp) -> i64 {
        let date = || self.zone.to_datetime(at).date();
        match self.unit {
            Unit::Seconds(seconds) => at.as_second().div_euclid(seconds),
            Unit::Days { anchor, days } => {
                let since = date().duration_since(anchor).as_hours() / 24;
                since.div_euclid(days)
            }
            Unit::Months(months) => {
                let day = date();
                (i64::from(day.year()) * 12 + i64::from(day.month()) - 1).div_euclid(months)
            }
        }
    }

    /// The edge with a number; `None` if it is out of range.
    fn edge(&self, place: i64) -> Option<Timestamp> {
        let day = match self.unit {
            Unit::Seconds(seconds) => return Timestamp::from_second(place.checked_mul(seconds)?).ok(),
            Unit::Days { anchor, days } => {
                anchor.checked_add(Span::new().try_days(place.checked_mul(days)?).ok()?).ok()?
            }
            Unit::Months(months) => {
                let month = place.checked_mul(months)?;
                let year = i16::try_from(month.div_euclid(12)).ok()?;
                Date::new(year, month.rem_euclid(12) as i8 + 1, 1).ok()?
            }
        };
        midnight(day, self.zone)
    }
}

/// The first moment of a day. It is not 0:00 if the clocks go forward at midnight.
fn midnight(day: Date, zone: &TimeZone) -> Option<Timestamp> {
    Some(day.to_zoned_datetime(zone.clone()).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap()
    }

    fn edges(from: &str, to: &str, every: Every, zone: &TimeZone) -> Vec<String> {
        let buckets = cut(from.parse().unwrap(), to.parse().unwrap(), Some(every), zone).unwrap();
        buckets.edges.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn fixed_buckets_count_from_1970_and_are_cut_at_both_ends() {
        let every = Every::Fixed(Duration::from_hours(6));
        assert_eq!(
            edges("2026-01-01T05:59:59.5Z", "2026-01-01T12:00:00Z", every, &berlin()),
            ["2026-01-01T05:59:59.5Z", "2026-01-01T06:00:00Z", "2026-01-01T12:00:00Z"]
        );
        assert_eq!(
            edges("1969-12-31T20:00:00Z", "1970-01-01T00:00:01Z", every, &berlin()),
            ["1969-12-31T20:00:00Z", "1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"]
        );
    }

    #[test]
    fn days_have_23_or_25_hours_where_clocks_are_changed() {
        assert_eq!(
            edges("2026-03-28T23:00:00Z", "2026-03-30T22:00:00Z", Every::Days(1), &berlin()),
            ["2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", "2026-03-30T22:00:00Z"]
        );
        assert_eq!(
            edges("2026-10-24T22:00:00Z", "2026-10-26T23:00:00Z", Every::Days(1), &berlin()),
            ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", "2026-10-26T23:00:00Z"]
        );
    }

    #[test]
    fn a_day_begins_after_the_gap_where_clocks_are_put_forward_at_midnight() {
        let santiago = TimeZone::posix("<-04>4<-03>,M9.1.6/24,M4.1.6/24").unwrap();
        assert_eq!(
            edges("2026-09-05T12:00:00Z", "2026-09-07T12:00:00Z", Every::Days(1), &santiago),
            ["2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z", "2026-09-07T03:00:00Z", "2026-09-07T12:00:00Z"]
        );
    }

    #[test]
    fn weeks_begin_on_mondays_and_months_on_the_first() {
        assert_eq!(
            edges("2026-11-20T00:00:00Z", "2026-12-02T00:00:00Z", Every::Weeks(1), &TimeZone::UTC),
            ["2026-11-20T00:00:00Z", "2026-11-23T00:00:00Z", "2026-11-30T00:00:00Z", "2026-12-02T00:00:00Z"]
        );
        assert_eq!(
            edges("2026-02-14T00:00:00Z", "2026-07-02T00:00:00Z", Every::Months(3), &berlin()),
            ["2026-02-14T00:00:00Z", "2026-03-31T22:00:00Z", "2026-06-30T22:00:00Z", "2026-07-02T00:00:00Z"]
        );
    }

    #[test]
    fn there_are_ten_thousand_buckets_at_most() {
        let minutes = |count: i64| {
            let to = Timestamp::from_second(count * 60).unwrap();
            cut(Timestamp::UNIX_EPOCH, to, Some(Every::Fixed(Every::SHORTEST)), &TimeZone::UTC)
        };
        assert_eq!(minutes(10_000).map(|buckets| buckets.len()), Ok(10_000));
        assert_eq!(minutes(10_001), Err(QuestionError::TooManyBuckets));
    }

    #[test]
    fn the_ends_of_time_are_no_trap() {
        for every in [
            Every::Fixed(Duration::from_secs(u64::MAX / 2)),
            Every::Days(u32::MAX),
            Every::Weeks(u32::MAX / 7),
            Every::Months(u32::MAX),
        ] {
            let buckets = cut(Timestamp::MIN, Timestamp::MAX, Some(every), &berlin()).unwrap();
            assert!(buckets.len() <= 2, "{every:?}: {buckets:?}");
        }
    }

    #[test]
    fn the_edges_around_a_moment_are_those_of_its_bucket() {
        let around = |every: Every, at: &str| {
            let at = at.parse().unwrap();
            let edges = [every.floor(at, &berlin()), every.ceil(at, &berlin())];
            edges.map(|edge| edge.unwrap().unwrap().to_string())
        };
        let noon = "2026-10-25T12:00:00Z";
        assert_eq!(around(Every::Days(1), noon), ["2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"]);
        assert_eq!(around(Every::Weeks(1), noon), ["2026-10-18T22:00:00Z", "2026-10-25T23:00:00Z"]);
        assert_eq!(around(Every::Months(12), noon), ["2025-12-31T23:00:00Z", "2026-12-31T23:00:00Z"]);
        assert_eq!(around(Every::Fixed(Every::SHORTEST * 60), noon), [noon, noon]);
        assert_eq!(around(Every::Days(1), "2026-10-24T22:00:00Z"), ["2026-10-24T22:00:00Z"; 2]);
        assert_eq!(Every::Days(1).ceil(Timestamp::MAX, &berlin()), Ok(None));
        assert_eq!(Every::Days(0).floor(Timestamp::MAX, &berlin()), Err(QuestionError::Every));
    }

    fn any_every() -> impl Strategy<Value = Every> {
        prop_oneof![
            (60_u64..1_000_000).prop_map(|seconds| Every::Fixed(Duration::from_secs(seconds))),
            (1_u32..40).prop_map(Every::Days),
            (1_u32..6).prop_map(Every::Weeks),
            (1_u32..25).prop_map(Every::Months),
        ]
    }

    proptest! {
        #[test]
        fn what_is_asked_about_a_part_is_cut_as_the_whole_is(
            every in any_every(),
            start in 0_i64..2_000_000_000,
            length in 2_i64..5_000_000,
            part in 0.0..1.0_f64,
        ) {
            let at = |seconds: i64| Timestamp::from_second(seconds).unwrap();
            let middle = start + 1 + ((length - 2) as f64 * part) as i64;
            let (Ok(whole), Ok(part)) = (
                cut(at(start), at(start + length), Some(every), &berlin()),
                cut(at(middle), at(start + length), Some(every), &berlin()),
            ) else {
                return Ok(());
            };
            let after: Vec<_> = whole.edges.iter().copied().filter(|edge| *edge > at(middle)).collect();
            prop_assert_eq!(&part.edges[1..], &after[..]);
        }
    }
}
