//! The position of the sun: enough astronomy for seasons, days and nights.

use std::f64::consts::TAU;

const DAY: f64 = 86_400_000.0;
const YEAR: f64 = 365.2425;

/// The sun over a place at a time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sun {
    /// Sine of the elevation, 0 at night.
    pub(crate) height: f64,
    /// Sine of the highest elevation of the day, 0 in the polar night.
    pub(crate) noon_height: f64,
    /// 1 in full daylight, 0 at night, with a transition around sunrise and sunset.
    pub(crate) twilight: f64,
    /// -1 in the coldest weeks of the year, 1 in the warmest, a month behind the sun.
    pub(crate) season: f64,
    /// -1 in the coldest hours of the day, 1 in the warmest, three hours after noon.
    pub(crate) warmth: f64,
}

impl Sun {
    pub(crate) fn at(longitude: f64, latitude: f64, millis: i64) -> Self {
        let days = millis as f64 / DAY;
        // 1970 began with January, ten days after the solstice.
        let year = (days.rem_euclid(YEAR)) / YEAR * TAU;
        let declination = -23.44_f64.to_radians() * (year + TAU * 10.0 / YEAR).cos();
        let hour = (days.fract() + longitude / 360.0) * TAU;
        let (latitude_sin, latitude_cos) = latitude.to_radians().sin_cos();
        let (sine, cosine) = declination.sin_cos();
        let elevation = latitude_sin * sine - latitude_cos * cosine * hour.cos();
        let northern = -(year - TAU * 20.0 / YEAR).cos();
        Self {
            height: elevation.max(0.0),
            noon_height: (latitude_sin * sine + latitude_cos * cosine).max(0.0),
            twilight: ((elevation + 0.1) / 0.2).clamp(0.0, 1.0),
            season: if latitude < 0.0 { -northern } else { northern },
            warmth: -(hour - TAU / 8.0).cos(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::Sun;

    fn sun(longitude: f64, latitude: f64, time: &str) -> Sun {
        Sun::at(longitude, latitude, time.parse::<Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn noon_follows_the_longitude() {
        assert!(sun(0.0, 51.0, "2026-06-21T12:00:00Z").height > 0.86);
        assert!(sun(180.0, 51.0, "2026-06-21T12:00:00Z").height < 0.01);
        assert!(sun(180.0, 51.0, "2026-06-21T00:00:00Z").height > 0.86);
    }

    #[test]
    fn the_arctic_has_polar_nights_and_midnight_suns() {
        assert!(sun(0.0, 75.0, "2026-12-21T12:00:00Z").noon_height < f64::EPSILON);
        assert!(sun(0.0, 75.0, "2026-06-21T00:00:00Z").height > 0.0);
    }
}
