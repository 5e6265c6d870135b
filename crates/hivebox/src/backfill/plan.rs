//! What is asked at a time: enough to spare requests, so little that no answer is cut.

use std::ops::Range;

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};

/// The longest time that is asked for at once, in days: less than the 31 of the API.
pub(super) const MAX_DAYS: u64 = 30;

/// The readings of a window are in memory at once, so it has fewer days the more sensors there are.
const ROWS_IN_MEMORY: u64 = 2_000_000;

/// What a sensor measures on a day, if it does so every three minutes.
const ROWS_OF_A_DAY: u64 = 480;

/// Days in a row that are asked for together.
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

    /// From the first moment to the one after the last.
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

/// How many days fit into memory at once.
pub(super) fn days_at_once(sensors: usize) -> u64 {
    (ROWS_IN_MEMORY / (sensors.max(1) as u64 * ROWS_OF_A_DAY)).clamp(1, MAX_DAYS)
}

/// Joins days that follow upon each other, up to so many.
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

/// How many boxes, and how much time, the next request asks for. It learns from the answers: networks measure every minute or every hour.
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
    /// An answer of fewer values could have been one of more boxes.
    const FEW: usize = 3_000;
    /// An answer of more values was close to being cut.
    const MANY: usize = 9_000;

    pub(super) fn boxes(&self) -> usize {
        self.boxes
    }

    pub(super) fn span(&self) -> SignedDuration {
        self.span
    }

    /// Learns from an answer about so many boxes and so much time.
    pub(super) fn learn(&mut self, boxes: usize, span: SignedDuration, rows: usize) {
        if rows > Self::MANY {
            if boxes > 1 {
                self.boxes = self.boxes.min(boxes / 2).max(1);
            } else {
                self.span = self.span.min(span / 2).max(SignedDuration::from_mins(1));
            }
        } else if rows < Self::FEW {
            // What was smaller than allowed tells nothing.
            if span >= self.span {
                self.span = (self.span * 2).min(Self::LONGEST);
            }
            if boxes >= self.boxes {
                self.boxes = (self.boxes * 2).min(Self::MAX_BOXES);
            }
        }
    }
}

/// The pieces of a time, the earliest first, none longer than `span`.
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

/// Both halves of a time, if it is longer than a second.
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
    fn days_in_a_row_are_asked_for_together_up_to_so_many() {
        let days: Vec<Date> = [1, 2, 3, 4, 5, 9, 30].map(|day| date(2026, 11, day)).into();
        let got: Vec<(Date, u64)> =
            windows(&days, 3).iter().map(|window| (window.first, window.days)).collect();
        let expected = [(1, 3), (4, 2), (9, 1), (30, 1)].map(|(day, days)| (date(2026, 11, day), days));
        assert_eq!(got, expected);
        let all = windows(&days, 3).iter().flat_map(Window::dates).collect::<Vec<_>>();
        assert_eq!(all, days, "none is left out, none is done twice");
        let times = windows(&days, 3)[0].times();
        assert_eq!(times.start.to_string(), "2026-11-01T00:00:00Z");
        assert_eq!(times.end.to_string(), "2026-11-04T00:00:00Z");
    }

    #[test]
    fn the_more_sensors_the_fewer_days() {
        assert_eq!([1, 500, 3_000_000].map(days_at_once), [30, 8, 1]);
    }

    #[test]
    fn a_pace_is_found_at_which_answers_are_large_but_whole() {
        // A value a minute: a box has 43,200 in 30 days.
        let (mut size, mut asked) = (RequestSize::default(), Vec::new());
        for _ in 0..30 {
            let minutes = size.span().as_secs() as usize / 60;
            let rows = (size.boxes() * minutes).min(10_000);
            asked.push(rows);
            size.learn(size.boxes(), size.span(), rows);
        }
        assert!(asked[10..].iter().all(|&rows| (2_000..10_000).contains(&rows)), "{asked:?}");
        // Nothing at all: as much as may be asked for.
        for _ in 0..30 {
            size.learn(size.boxes(), size.span(), 0);
        }
        assert_eq!(size, RequestSize { boxes: RequestSize::MAX_BOXES, span: RequestSize::LONGEST });
    }

    #[test]
    fn pieces_and_halves_leave_nothing_out() {
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
