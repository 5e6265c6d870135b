//! Sums and extremes over an hour, which meters of rain and gusts keep.

use super::WeatherAt;

const MINUTE: i64 = 60_000;

/// In milliseconds.
pub(crate) const HOUR: i64 = 60 * MINUTE;

impl WeatherAt {
    /// The precipitation in the hour that begins then, in mm.
    pub(crate) fn rain_in_hour_from(&mut self, millis: i64) -> f64 {
        // Rain changes over hours, so the middles of three parts of the hour are enough.
        [10, 30, 50].iter().map(|minute| self.at(millis + minute * MINUTE).rain).sum::<f64>() / 3.0
    }

    /// The strongest gust in the hour that begins then, in m/s: 1.2 to 2.2 times the wind, as 10-minute
    /// means and gusts over land relate.
    pub(crate) fn gust_in_hour_from(&mut self, millis: i64) -> f64 {
        let moments = [0, 20, 40, 60].map(|minute| millis + minute * MINUTE);
        let gusts = moments.map(|moment| {
            let factor = 1.7 + self.turbulence.at(moment);
            self.at(moment).wind_speed * factor
        });
        gusts.into_iter().fold(0.0, f64::max)
    }
}
