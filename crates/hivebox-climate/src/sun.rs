//! When the sun is up at a place.

use jiff::{SignedDuration, Timestamp};
use solar_positioning::{Horizon, Location, SolarEvents};

use crate::place::Position;

/// The daylight at a place in an asked stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Daylight {
    /// The sun does not set in it, as in a polar day.
    Always,
    /// The sun does not rise in it, as in a polar night.
    Never,
    /// The sun is up in these parts of it, one after the other. The first may begin at the beginning
    /// and the last end at the end of the stretch, instead of at sunrise and sunset.
    Between(Vec<SunUp>),
}

/// Whether the sun is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Light {
    /// It is up.
    Day,
    /// It is down.
    Dark,
}

impl Light {
    /// Whether a moment is in one of the stretches in which the sun is up.
    #[must_use]
    pub fn at(moment: Timestamp, sun: &[SunUp]) -> Self {
        let is_up = sun.iter().any(|up| up.from <= moment && moment < up.to);
        if is_up { Self::Day } else { Self::Dark }
    }
}

/// A stretch of time in which the sun is up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SunUp {
    /// Sunrise.
    pub from: Timestamp,
    /// Sunset.
    pub to: Timestamp,
}

impl Daylight {
    /// The daylight at `position` between two moments. `None` outside the years 2010 to 2110, for
    /// which the formula holds, and if `to` is before `from`.
    ///
    /// Sunrise and sunset are those of almanacs: the upper limb of the sun is at a flat horizon at
    /// sea level, with 34′ of refraction. Mountains and haze shift what a beekeeper sees by minutes.
    /// The position of the sun is from Grena 2012 (algorithm 3, doi 10.1016/j.solener.2012.01.024),
    /// accurate to 0.01°, which is a few seconds except near the poles.
    ///
    /// ```
    /// use hivebox_climate::place::Position;
    /// use hivebox_climate::sun::Daylight;
    ///
    /// let tromso = Position::new(69.65, 18.96).unwrap();
    /// let (noon, next) = ("2026-12-21T12:00:00Z".parse()?, "2026-12-22T12:00:00Z".parse()?);
    /// assert_eq!(Daylight::at(tromso, noon, next), Some(Daylight::Never));
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn at(position: Position, from: Timestamp, to: Timestamp) -> Option<Self> {
        let location =
            Location { latitude: position.latitude_degrees(), longitude: position.longitude_degrees() };
        let (begin, end, sun) = (julian_day(from), julian_day(to), SolarEvents::grena3());
        let next_rise =
            |after| sun.next_rise_from_julian(after, end, location, DELTA_T_SECONDS, Horizon::SunriseSunset);
        let next_set =
            |after| sun.next_set_from_julian(after, end, location, DELTA_T_SECONDS, Horizon::SunriseSunset);
        let (mut rises, mut sets, mut after) = (Vec::new(), Vec::new(), begin);
        // A sunset is looked for only after the sunrise before it, and the other way round.
        if let Some(set) = next_set(begin).ok()?
            && next_rise(begin).ok()?.is_none_or(|rise| set < rise)
        {
            sets.push(set);
            after = set;
        }
        while let Some(rise) = next_rise(after).ok()? {
            rises.push(rise);
            let Some(set) = next_set(rise).ok()? else { break };
            sets.push(set);
            after = set;
        }
        if rises.is_empty() && sets.is_empty() {
            let events = sun
                .for_interval_from_julian(begin, end, location, DELTA_T_SECONDS, Horizon::SunriseSunset)
                .ok()?;
            return Some(if events.always_above() { Self::Always } else { Self::Never });
        }
        let mut stretches = Vec::with_capacity(rises.len() + 1);
        let mut sets_left = sets.iter().copied().map(moment).peekable();
        let mut add = |rise: Timestamp, set: Timestamp| {
            if rise < set {
                stretches.push(SunUp { from: rise, to: set });
            }
        };
        // A first sunset without a sunrise before it ends a day that began earlier.
        if rises.first().is_none_or(|rise| sets.first().is_some_and(|set| set < rise))
            && let Some(set) = sets_left.next()
        {
            add(from, set);
        }
        for rise in rises.iter().copied().map(moment) {
            add(rise, sets_left.next().unwrap_or(to));
        }
        Some(Self::Between(stretches))
    }

    /// When the sun is up at `position` between two moments: none in a polar night, one stretch in a
    /// polar day, and none where [`at`](Self::at) knows nothing.
    #[must_use]
    pub fn stretches(position: Position, from: Timestamp, to: Timestamp) -> Vec<SunUp> {
        match Self::at(position, from, to) {
            Some(Self::Always) => vec![SunUp { from, to }],
            Some(Self::Between(stretches)) => stretches,
            Some(Self::Never) | None => Vec::new(),
        }
    }
}

/// Terrestrial minus universal time, as in the 2020s. It changes by seconds in decades, in which the
/// sun moves by 0.0001°.
const DELTA_T_SECONDS: f64 = 69.0;
/// The Julian day of 1970-01-01T00:00:00Z.
const EPOCH: f64 = 2_440_587.5;
const DAY_SECONDS: f64 = 86_400.0;

fn julian_day(at: Timestamp) -> f64 {
    EPOCH + at.as_duration().as_secs_f64() / DAY_SECONDS
}

/// To the nearest second.
fn moment(julian_day: f64) -> Timestamp {
    let seconds = ((julian_day - EPOCH) * DAY_SECONDS).round() as i64;
    Timestamp::UNIX_EPOCH.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(latitude: f64, longitude: f64, from: &str) -> Daylight {
        let from = at(from);
        let position = Position::new(latitude, longitude).unwrap();
        Daylight::at(position, from, from + SignedDuration::from_hours(24)).unwrap()
    }

    /// Tables of the United States Naval Observatory (<https://aa.usno.navy.mil/data/RS_OneYear>), to
    /// minutes.
    #[test]
    fn sunrise_and_sunset_are_those_of_the_almanac() {
        let (longyearbyen, anchorage) = ((78.216_667, 15.633_333), (61.216_667, -149.866_667));
        for ((latitude, longitude), date, rise, set) in [
            (longyearbyen, "2020-03-15", "05:27", "16:49"),
            (longyearbyen, "2020-10-15", "07:29", "13:54"),
            (longyearbyen, "2020-10-25", "09:50", "11:31"),
            (anchorage, "2020-03-15", "16:14", "04:01"),
            (anchorage, "2020-06-15", "12:21", "07:40"),
            (anchorage, "2020-12-15", "19:10", "00:40"),
        ] {
            let (begin, end) = (
                at(&format!("{date}T00:00:00Z")),
                at(&format!("{date}T00:00:00Z")) + SignedDuration::from_hours(24),
            );
            let Daylight::Between(days) = day(latitude, longitude, &begin.to_string()) else {
                panic!("the sun rises and sets");
            };
            let rises = days.iter().map(|day| day.from).filter(|from| *from != begin);
            let sets = days.iter().map(|day| day.to).filter(|to| *to != end);
            for (mut found, known) in [(rises.collect::<Vec<_>>(), rise), (sets.collect(), set)] {
                let known = at(&format!("{date}T{known}:00Z"));
                let found = found.pop().unwrap();
                assert!(found.duration_since(known).abs() < SignedDuration::from_secs(90), "{found} {known}");
            }
        }
    }

    #[test]
    fn tromso_has_midnight_sun_in_june_and_polar_night_in_december() {
        assert_eq!(day(69.65, 18.96, "2026-06-21T00:00:00Z"), Daylight::Always);
        assert_eq!(day(69.65, 18.96, "2026-12-21T00:00:00Z"), Daylight::Never);
        assert!(matches!(day(69.65, 18.96, "2026-03-21T00:00:00Z"), Daylight::Between(_)));
        assert_eq!(day(90.0, 0.0, "2026-06-21T00:00:00Z"), Daylight::Always);
        assert_eq!(day(-90.0, 0.0, "2026-06-21T00:00:00Z"), Daylight::Never);
    }

    #[test]
    fn a_stretch_may_begin_and_end_by_day() {
        let berlin = Position::new(52.5, 13.4).unwrap();
        let (noon, days_later) = (at("2026-04-01T11:00:00Z"), at("2026-04-04T11:00:00Z"));
        let Some(Daylight::Between(days)) = Daylight::at(berlin, noon, days_later) else {
            panic!("the sun rises and sets");
        };
        assert_eq!((days.len(), days[0].from, days[3].to), (4, noon, days_later));
        assert!(days.iter().all(|day| day.from < day.to));
        assert!(days.windows(2).all(|pair| pair[0].to < pair[1].from));
        assert_eq!(Daylight::at(berlin, noon, noon + SignedDuration::from_mins(5)), Some(Daylight::Always));
        let night = at("2026-04-01T23:00:00Z");
        assert_eq!(Daylight::at(berlin, night, night + SignedDuration::from_mins(5)), Some(Daylight::Never));
        assert_eq!(Daylight::at(berlin, days_later, noon), None);
        assert_eq!(Daylight::at(berlin, at("1999-01-01T00:00:00Z"), noon), None);
    }

    #[test]
    fn a_short_night_splits_the_light() {
        // At 78° north the sun sets for the last time of the spring for less than three hours.
        let Daylight::Between(days) = day(78.216_667, 15.633_333, "2020-04-15T12:00:00Z") else {
            panic!("there is a night");
        };
        assert_eq!(days.len(), 2);
    }
}
