//! The size of each request: large to save requests, but small enough for a complete answer.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The longest time of one request, in days. The API allows 31.
pub(super) const MAX_DAYS: u64 = 30;

/// The most readings of a window, which are in memory together: more sensors mean fewer days.
const ROWS_IN_MEMORY: u64 = 2_000_000;

/// The values of a sensor on one day, if it measures every three minutes.
const ROWS_OF_A_DAY: u64 = 480;

/// Consecutive days that are fetched together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    first: Date,
    days: u64,
}

impl Window {
    pub(super) fn days(&self) -> u64 {
        self.days
    }

    pub(super) fn first(&self) -> Date {
        self.first
    }

    pub(super) fn dates(&self) -> impl Iterator<Item = Date> + use<> {
        self.first.series(1.day()).take(self.days as usize)
    }

    /// From the first moment of the window to its end (exclusive).
    pub(super) fn times(&self) -> Range<Timestamp> {
        let midnight = |date: Date| {
            Offset::UTC
                .to_timestamp(date.at(0, 0, 0, 0))
                .expect("a request reaches from a century ago to yesterday, which timestamps can hold")
        };
        let end = self.first.saturating_add((self.days as i64).days());
        midnight(self.first)..midnight(end)
    }
}

/// The number of days that fit into memory together.
pub(super) fn days_at_once(sensors: usize) -> u64 {
    (ROWS_IN_MEMORY / (sensors.max(1) as u64 * ROWS_OF_A_DAY)).clamp(1, MAX_DAYS)
}

/// Joins consecutive days into windows of at most `most` days.
pub(super) fn windows(days: &[Date], most: u64) -> Vec<Window> {
    let mut windows: Vec<Window> = Vec::new();
    for &day in days {
        match windows.last_mut() {
            Some(last)
                if last.days < most
                    && last.dates().last().map(|date| date.tomorrow().ok()) == Some(Some(day)) =>
            {
                last.days += 1;
            }
            _ => windows.push(Window { first: day, days: 1 }),
        }
    }
    windows
}

/// The number of boxes and the time of the next request. It adapts to the answers, because some sensors measure every
/// minute and others every hour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RequestSize {
    boxes: usize,
    span: SignedDuration,
}

impl Default for RequestSize {
    fn default() -> Self {
        Self { boxes: 8, span: SignedDuration::from_hours(24 * MAX_DAYS as i64) }
    }
}

impl RequestSize {
    const MAX_BOXES: usize = 128;
    const LONGEST: SignedDuration = SignedDuration::from_hours(24 * MAX_DAYS as i64);
    /// After an answer with fewer values the next request grows.
    const FEW: usize = 3_000;
    /// After an answer with more values the next request shrinks, to avoid a truncated answer.
    const MANY: usize = 9_000;

    pub(super) fn boxes(&self) -> usize {
        self.boxes
    }

    pub(super) fn span(&self) -> SignedDuration {
        self.span
    }

    /// Adapts to an answer with `rows` values, for this many boxes and this time.
    pub(super) fn learn(&mut self, boxes: usize, span: SignedDuration, rows: usize) {
        if rows > Self::MANY {
            if boxes > 1 {
                self.boxes = self.boxes.min(boxes / 2).max(1);
            } else {
                self.span = self.span.min(span / 2).max(SignedDuration::from_mins(1));
            }
        } else if rows < Self::FEW {
            // A request below the current size says nothing about it.
            if span >= self.span {
                self.span = (self.span * 2).min(Self::LONGEST);
            }
            if boxes >= self.boxes {
                self.boxes = (self.boxes * 2).min(Self::MAX_BOXES);
            }
        }
    }
}

/// Splits a time into pieces of at most `span`, earliest first.
pub(super) fn pieces(times: &Range<Timestamp>, span: SignedDuration) -> Vec<Range<Timestamp>> {
    let mut pieces = Vec::new();
    let mut start = times.start;
    while start < times.end {
        let end = start.checked_add(span).map_or(times.end, |end| end.min(times.end));
        pieces.push(start..end);
        start = end;
    }
    pieces
}

/// Splits a time in two halves; `None` if it is a second or shorter.
pub(super) fn halves(times: &Range<Timestamp>) -> Option<[Range<Timestamp>; 2]> {
    let span = times.end.duration_since(times.start);
    let half = SignedDuration::from_millis((span.as_millis() / 2) as i64);
    let middle = times.start.checked_add(half).ok()?;
    (span > SignedDuration::from_secs(1)).then_some([times.start..middle, middle..times.end])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn consecutive_days_are_joined_up_to_a_limit() {
        let days: Vec<Date> = [1, 2, 3, 4, 5, 9, 30].map(|day| date(2026, 11, day)).into();
        let got: Vec<(Date, u64)> =
            windows(&days, 3).iter().map(|window| (window.first, window.days)).collect();
        let expected = [(1, 3), (4, 2), (9, 1), (30, 1)].map(|(day, days)| (date(2026, 11, day), days));
        assert_eq!(got, expected);
        let all = windows(&days, 3).iter().flat_map(Window::dates).collect::<Vec<_>>();
        assert_eq!(all, days, "no day is missing or doubled");
        let times = windows(&days, 3)[0].times();
        assert_eq!(times.start.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(times.end.to_string(), "2026-11-04T00:00:00Z");
    }

    #[test]
    fn more_sensors_mean_fewer_days() {
        assert_eq!([1, 500, 3_000_000].map(days_at_once), [30, 8, 1]);
    }

    #[test]
    fn the_request_size_adapts_until_answers_are_large_but_complete() {
        // One value a minute makes 43,200 values of a box in 30 days.
        let (mut size, mut asked) = (RequestSize::default(), Vec::new());
        for _ in 0..30 {
            let minutes = size.span().as_secs() as usize / 60;
            let rows = (size.boxes() * minutes).min(10_000);
            asked.push(rows);
            size.learn(size.boxes(), size.span(), rows);
        }
        assert!(asked[10..].iter().all(|&rows| (2_000..10_000).contains(&rows)), "{asked:?}");
        // Empty answers lead to the largest request.
        for _ in 0..30 {
            size.learn(size.boxes(), size.span(), 0);
        }
        assert_eq!(size, RequestSize { boxes: RequestSize::MAX_BOXES, span: RequestSize::LONGEST });
    }

    #[test]
    fn pieces_and_halves_cover_the_whole_time() {
        let window = Window { first: date(2026, 11, 1), days: 3 };
        let pieces = pieces(&window.times(), SignedDuration::from_hours(40));
        assert_eq!(pieces.len(), 2);
        assert_eq!((pieces[0].start, pieces[1].end), (window.times().start, window.times().end));
        assert_eq!(pieces[0].end, pieces[1].start);
        let [left, right] = halves(&pieces[0]).unwrap();
        assert_eq!((left.start, left.end, right.end), (pieces[0].start, right.start, pieces[0].end));
        let second = left.start..left.start + SignedDuration::from_secs(1);
        assert_eq!(halves(&second), None);
    }
}
