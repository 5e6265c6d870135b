//! The lowest and highest air temperature of each box in each hour of the last three days.
//!
//! Readings may be added in any order. A day is 24 UTC clock hours including the current one, so it
//! reaches back 23 to 24 hours. [`Extremes::fill`] turns the extremes into inputs of chores.

mod hours;
mod near;

use jiff::{SignedDuration, Timestamp};

pub use near::Neighbour;

use crate::quantity::Celsius;
use hours::{HourExtremes, Hours};

/// The number of days kept, counted back from now.
pub const DAYS: usize = 3;
/// The hours in a day.
pub const HOURS_A_DAY: usize = 24;
/// The number of hours that must be known for a day to be known: with fewer, the missing hours may
/// hold its warmest or coldest.
pub const HOURS_NEEDED: usize = 20;

/// An air temperature measured by a box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TemperatureObservation<'a> {
    /// The box's id.
    pub box_id: &'a str,
    /// When it was measured.
    pub measured_at: Timestamp,
    /// The temperature.
    pub temperature: Celsius,
}

/// The extremes of one day at one box.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayExtremes {
    /// The lowest temperature.
    pub min: Celsius,
    /// The highest temperature.
    pub max: Celsius,
    /// The mean over the hours. Only extremes are kept, so each hour counts as the middle of its
    /// own.
    pub mean: Celsius,
    /// The number of known hours.
    pub hours: usize,
    /// The start of the first known hour.
    pub from: Timestamp,
    /// The end of the last known hour, or now if that is earlier.
    pub to: Timestamp,
}

/// The lowest and highest air temperature of each box in each hour of the last three days.
///
/// 15,000 boxes take about 5 MB. A clone shares all hours with the original, and a change copies
/// only the hours that it touches: a new state can be built while others read the old one.
///
/// ```
/// use hivebox_climate::extremes::{Extremes, TemperatureObservation};
/// use hivebox_climate::quantity::Celsius;
/// use jiff::{SignedDuration, Timestamp};
///
/// let now: Timestamp = "2026-11-24T23:30:00Z".parse()?;
/// let mut extremes = Extremes::default();
/// for hour in 0..24 {
///     let measured_at = now - SignedDuration::from_hours(hour);
///     extremes.add(now, [TemperatureObservation { box_id: "b1", measured_at, temperature: Celsius(hour as f64) }]);
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
    /// Adds observations as of `now`. Those older than three days are ignored; one from the future
    /// counts as observed now.
    pub fn add<'a>(
        &mut self,
        now: Timestamp,
        observations: impl IntoIterator<Item = TemperatureObservation<'a>>,
    ) {
        self.hours.move_to(hour(now));
        for observation in observations {
            let at = hour(observation.measured_at.min(now));
            self.hours.add(observation.box_id, at, observation.temperature);
        }
    }

    /// The extremes of a day at a box: day 0 ends at `now`, day 1 is the one before. `None` if
    /// fewer than [`HOURS_NEEDED`] of its hours are known.
    #[must_use]
    pub fn day(&self, box_id: &str, day: usize, now: Timestamp) -> Option<DayExtremes> {
        let last = hour(now).checked_sub((day * HOURS_A_DAY) as i64)?;
        let first = last - HOURS_A_DAY as i64 + 1;
        let row = self.hours.row(box_id)?;
        let known = || (first..=last).filter_map(|hour| Some((hour, self.hours.span(row, hour)?)));
        let (mut all, mut middles, mut hours) = (HourExtremes::EMPTY, 0.0, 0);
        for (_, span) in known() {
            all.include(span);
            middles += span.middle().0;
            hours += 1;
        }
        if hours < HOURS_NEEDED {
            return None;
        }
        let (from, to) = (known().next()?.0, known().next_back()?.0);
        Some(DayExtremes {
            min: all.min(),
            max: all.max(),
            mean: Celsius(middles / hours as f64),
            hours,
            from: start_of(from)?,
            to: start_of(to + 1)?.min(now),
        })
    }

    /// The number of known boxes.
    #[must_use]
    pub fn box_count(&self) -> usize {
        self.hours.box_count()
    }

    /// The heap memory in bytes, counting shared hours as its own.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.hours.heap_bytes()
    }
}

const HOUR_SECONDS: i64 = SignedDuration::from_hours(1).as_secs();

/// The hour counted from the epoch.
fn hour(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR_SECONDS)
}

/// The start of an hour; `None` outside the range of [`Timestamp`].
fn start_of(hour: i64) -> Option<Timestamp> {
    Timestamp::from_second(hour * HOUR_SECONDS).ok()
}
