//! How cold and how warm it was at each box, hour by hour, over the last three days.
//!
//! Built up from readings as they come, newest or oldest first. A day is 24 hours of the clock in UTC, the
//! one at hand included, so that it reaches back 23 to 24 hours. [`Extremes::fill`] makes inputs of chores of it.

mod hours;
mod near;

use jiff::{SignedDuration, Timestamp};

pub use near::Neighbour;

use crate::quantity::Celsius;
use hours::{Hours, Span};

/// The days that are kept, counted back from now.
pub const DAYS: usize = 3;
/// The hours of a day.
pub const HOURS_A_DAY: usize = 24;
/// A day is known if so many of its hours are: with fewer, its warmest or coldest hour may be among the others.
pub const HOURS_NEEDED: usize = 20;

/// An air temperature that a box measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The temperature.
    pub temperature: Celsius,
}

/// What the hours of one day at one box come to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Day {
    /// The lowest temperature.
    pub min: Celsius,
    /// The highest.
    pub max: Celsius,
    /// The mean of the hours, each taken as the middle between its lowest and highest: no more is kept.
    pub mean: Celsius,
    /// How many hours are known.
    pub hours: usize,
    /// When the first of them began.
    pub from: Timestamp,
    /// When the last of them ended, or now.
    pub to: Timestamp,
}

/// The lowest and highest air temperature of each box in each hour of the last three days.
///
/// 15,000 boxes take about 5 MB. A clone shares all hours with what it was cloned from, and a change copies the
/// hours that it touches; so a new state can be made beside the one that others read.
///
/// ```
/// use hivebox_climate::extremes::{Extremes, Observation};
/// use hivebox_climate::quantity::Celsius;
/// use jiff::{SignedDuration, Timestamp};
///
/// let now: Timestamp = "2026-11-24T23:30:00Z".parse()?;
/// let mut extremes = Extremes::default();
/// for hour in 0..24 {
///     let measured_at = now - SignedDuration::from_hours(hour);
///     extremes.add(now, [Observation { box_id: "b1", measured_at, temperature: Celsius(hour as f64) }]);
/// }
/// let day = extremes.day("b1", 0, now).unwrap();
/// assert_eq!((day.min, day.max), (Celsius(0.0), Celsius(23.0)));
/// assert_eq!(extremes.day("b1", 1, now), None);
/// # Ok::<(), jiff::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Extremes {
    hours: Hours,
}

impl Extremes {
    /// Takes note of observations, as of `now`. Those of before the last three days are of no account; one from
    /// the future is taken as of now.
    pub fn add<'a>(&mut self, now: Timestamp, observations: impl IntoIterator<Item = Observation<'a>>) {
        self.hours.move_to(hour(now));
        for observation in observations {
            let at = hour(observation.measured_at.min(now));
            self.hours.add(observation.box_id, at, observation.temperature);
        }
    }

    /// What a day at a box comes to: 0 is the day up to `now`, 1 the one before. `None` if fewer than
    /// [`HOURS_NEEDED`] of its hours are known.
    #[must_use]
    pub fn day(&self, box_id: &str, day: usize, now: Timestamp) -> Option<Day> {
        let last = hour(now).checked_sub((day * HOURS_A_DAY) as i64)?;
        let first = last - HOURS_A_DAY as i64 + 1;
        let row = self.hours.row(box_id)?;
        let known = || (first..=last).filter_map(|hour| Some((hour, self.hours.span(row, hour)?)));
        let (mut all, mut middles, mut hours) = (Span::EMPTY, 0.0, 0);
        for (_, span) in known() {
            all.include(span);
            middles += span.middle().0;
            hours += 1;
        }
        if hours < HOURS_NEEDED {
            return None;
        }
        let (from, to) = (known().next()?.0, known().next_back()?.0);
        Some(Day {
            min: all.min(),
            max: all.max(),
            mean: Celsius(middles / hours as f64),
            hours,
            from: start_of(from)?,
            to: start_of(to + 1)?.min(now),
        })
    }

    /// The number of boxes that are known.
    #[must_use]
    pub fn box_count(&self) -> usize {
        self.hours.box_count()
    }

    /// The bytes of memory that it holds, as if it shared none.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.hours.heap_bytes()
    }
}

const HOUR_SECONDS: i64 = SignedDuration::from_hours(1).as_secs();

/// The hour since the epoch.
fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR_SECONDS)
}

/// `None` at the end of time.
fn start_of(hour: i64) -> Option<Timestamp> {
    Timestamp::from_second(hour * HOUR_SECONDS).ok()
}
