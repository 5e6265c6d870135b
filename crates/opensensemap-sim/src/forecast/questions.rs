//! Counts the places that were asked about, so a test can tell whether a client is polite.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;

use crate::weather::hour::HOUR;

/// The most cells and hours that are counted one by one, which take some 50 MB.
const MOST_COUNTS: usize = 1_000_000;

/// Questions about the weather ahead, by place and hour. Places are rounded to 0.1°, and hours are
/// those of the simulated clock. A question that a fault answered or that was malformed does not
/// count; one that a rate limit refused does.
#[derive(Debug, Default)]
pub struct ForecastQuestions {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// By tenths of degrees of latitude and longitude, and by hours since 1970.
    by_cell_and_hour: BTreeMap<(i16, i16, i64), u64>,
    total: u64,
    left_out: u64,
}

impl Counts {
    /// Counts a question; a new cell or hour only while there are fewer than `most`.
    fn add(&mut self, key: (i16, i16, i64), most: usize) {
        self.total += 1;
        if self.by_cell_and_hour.len() < most || self.by_cell_and_hour.contains_key(&key) {
            *self.by_cell_and_hour.entry(key).or_default() += 1;
        } else {
            self.left_out += 1;
        }
    }
}

/// How often a cell was asked about in an hour.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AskedCell {
    /// Degrees north, rounded to 0.1.
    pub latitude_degrees: f64,
    /// Degrees east, rounded to 0.1.
    pub longitude_degrees: f64,
    /// The beginning of the hour.
    pub hour: Timestamp,
    /// How often.
    pub questions: u64,
}

impl ForecastQuestions {
    /// The number of places in all questions; a place that is asked about twice counts twice.
    pub fn total(&self) -> u64 {
        self.with(|counts| counts.total)
    }

    /// The number of different cells.
    pub fn cells(&self) -> usize {
        self.with(|counts| {
            let mut cells: Vec<_> =
                counts.by_cell_and_hour.keys().map(|&(north, east, _)| (north, east)).collect();
            cells.dedup();
            cells.len()
        })
    }

    /// The number of questions about the cell of a place.
    pub fn about(&self, latitude_degrees: f64, longitude_degrees: f64) -> u64 {
        let (north, east) = (tenths(latitude_degrees), tenths(longitude_degrees));
        let hours = (north, east, i64::MIN)..=(north, east, i64::MAX);
        self.with(|counts| counts.by_cell_and_hour.range(hours).map(|(_, count)| count).sum())
    }

    /// The largest number of questions about one cell in one hour: 1 if the client is polite.
    pub fn most_per_cell_and_hour(&self) -> u64 {
        self.with(|counts| counts.by_cell_and_hour.values().copied().max().unwrap_or_default())
    }

    /// The cells that were asked about more than `times` in an hour.
    pub fn more_often_than(&self, times: u64) -> Vec<AskedCell> {
        let degrees = |tenths: i16| f64::from(tenths) / 10.0;
        self.with(|counts| {
            let often = counts.by_cell_and_hour.iter().filter(|&(_, &count)| count > times);
            let asked = often.map(|(&(north, east, hour), &questions)| AskedCell {
                latitude_degrees: degrees(north),
                longitude_degrees: degrees(east),
                hour: Timestamp::from_millisecond(hour * HOUR).unwrap_or(Timestamp::MAX),
                questions,
            });
            asked.collect()
        })
    }

    /// The number of questions that are in the total alone, because too many different cells and hours
    /// were asked about.
    pub fn left_out(&self) -> u64 {
        self.with(|counts| counts.left_out)
    }

    /// Sets all counts to zero.
    pub fn clear(&self) {
        self.with(|counts| *counts = Counts::default());
    }

    pub(crate) fn add(&self, latitude: f64, longitude: f64, now: Timestamp) {
        let hour = now.as_millisecond().div_euclid(HOUR);
        let key = (tenths(latitude), tenths(longitude), hour);
        self.with(|counts| counts.add(key, MOST_COUNTS));
    }

    /// No panic can leave a count half-written, so a poisoned lock can be used.
    fn with<T>(&self, work: impl FnOnce(&mut Counts) -> T) -> T {
        work(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Degrees are at most 180, so tenths fit.
fn tenths(degrees: f64) -> i16 {
    (degrees * 10.0).round() as i16
}

#[cfg(test)]
mod tests {
    use super::{Counts, ForecastQuestions};

    #[test]
    fn questions_are_counted_by_cell_and_hour() {
        let questions = ForecastQuestions::default();
        let at = |text: &str| text.parse().unwrap();
        questions.add(52.52, 13.41, at("2026-11-24T12:01:00Z"));
        questions.add(52.5, 13.4, at("2026-11-24T12:59:59Z"));
        questions.add(52.5, 13.4, at("2026-11-24T13:00:00Z"));
        questions.add(-52.5, 13.4, at("2026-11-24T13:00:00Z"));
        assert_eq!((questions.total(), questions.cells(), questions.about(52.47, 13.43)), (4, 2, 3));
        assert_eq!(questions.most_per_cell_and_hour(), 2);
        let often = questions.more_often_than(1);
        assert_eq!((often.len(), often[0].latitude_degrees, often[0].questions), (1, 52.5, 2));
        assert_eq!(often[0].hour, at("2026-11-24T12:00:00Z"));
        questions.clear();
        assert_eq!((questions.total(), questions.left_out()), (0, 0));
    }

    #[test]
    fn memory_is_bounded_and_what_is_left_out_is_counted() {
        let mut counts = Counts::default();
        for key in [(1, 1, 1), (1, 1, 2), (2, 2, 2), (1, 1, 1), (3, 3, 3)] {
            counts.add(key, 2);
        }
        assert_eq!((counts.total, counts.left_out, counts.by_cell_and_hour.len()), (5, 2, 2));
        assert_eq!(counts.by_cell_and_hour[&(1, 1, 1)], 2);
    }
}
