//! What a forecast says about now, where boxes say nothing.

use hivebox_climate::chores::Inputs;
use hivebox_climate::estimate::Estimate;
use hivebox_climate::extremes::Extremes;
use hivebox_climate::forecast::{OutlookHour, Ranged};
use jiff::Timestamp;

use super::AtPlace;

/// What a forecast says about now, corrected by the boxes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelNow {
    hour: OutlookHour,
    next: OutlookHour,
    /// How much of the hour has passed, from 0 to 1.
    passed: f64,
}

impl ModelNow {
    /// The phenomena that it knows.
    pub const PHENOMENA: [&str; 5] =
        ["air_temperature", "relative_humidity", "wind_speed", "wind_gust", "precipitation_rate"];

    /// The value of a phenomenon, in its canonical unit; `None` if the model leaves it out.
    #[must_use]
    pub fn of(&self, phenomenon: &str) -> Option<Ranged> {
        let Self { hour, next, passed } = self;
        let between = |begin: Option<Ranged>, end: Option<Ranged>| Some(begin?.towards(end?, *passed));
        match phenomenon {
            "air_temperature" => between(hour.air_temperature, next.air_temperature),
            "relative_humidity" => between(hour.relative_humidity, next.relative_humidity),
            "wind_speed" => between(hour.wind_speed, next.wind_speed),
            "wind_gust" => hour.wind_gust,
            // So many millimetres in an hour.
            "precipitation_rate" => hour.precipitation,
            _ => None,
        }
    }

    /// Whether boxes are so near, and their readings so fresh, that they count more than the model, as for chores.
    #[must_use]
    pub fn is_outdone_by(phenomenon: &str, measured: &Estimate, now: Timestamp) -> bool {
        let is_near = phenomenon != "precipitation_rate" || measured.nearest <= Inputs::RAIN_REACH;
        is_near && measured.freshest.is_some_and(|freshest| now.duration_since(freshest) <= Inputs::FRESH)
    }
}

impl AtPlace<'_> {
    /// What the forecast says about now; `None` without one.
    #[must_use]
    pub fn model_now(&self, extremes: &Extremes) -> Option<ModelNow> {
        let outlook = self.outlook(extremes, &self.neighbours(), 2)?;
        let [hour, next] = outlook.hours[..] else { return None };
        let passed = self.step().duration_since(hour.at).as_secs_f64() / 3600.0;
        Some(ModelNow { hour, next, passed })
    }
}
