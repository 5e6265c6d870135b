//! How wrong a weather model and the boxes may be, and for how long an error lasts.

use super::model::ModelQuantity;

/// The errors of a weather model in one quantity, as standard deviations in its unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ErrorModel {
    /// The bias at a place that lasts for weeks.
    pub(super) bias: f64,
    /// The bias at an hour of the day, beside that.
    pub(super) daily_bias: f64,
    /// The passing error of a forecast for now.
    pub(super) now: f64,
    /// The passing error of a forecast for a time so far ahead that it tells nothing.
    pub(super) far: f64,
    /// The share of an estimate's uncertainty that was seen: it allows for boxes that stand alone, and
    /// most do not.
    pub(super) seen: f64,
    /// The shares of the value that are added to `bias`, `now` and `far`.
    relative: [f64; 3],
}

/// After this many hours, the variance of the passing error has gone 63 % of the way from `now` to
/// `far`.
const GROWTH_HOURS: f64 = 100.0;
/// After this many hours, 37 % of a passing error are left.
pub(super) const FADING_HOURS: f64 = 8.0;

impl ErrorModel {
    /// The errors of an air temperature. Root mean square errors of 1.5 to 2 K on the first day and 2.5
    /// to 3 K on the third are usual for regional models; Nipen et al. 2020, doi
    /// 10.1175/BAMS-D-18-0237.1, show some of MET Norway. Decision 51 has the experiment.
    const AIR_TEMPERATURE: Self =
        Self { bias: 1.0, daily_bias: 0.5, now: 0.75, far: 3.1, seen: 0.8, relative: [0.0; 3] };
    /// Those of a relative humidity.
    const RELATIVE_HUMIDITY: Self =
        Self { bias: 3.5, daily_bias: 0.5, now: 3.8, far: 14.0, seen: 0.5, relative: [0.0; 3] };
    /// Those of a wind speed, most of which grow with it.
    const WIND_SPEED: Self =
        Self { bias: 0.1, daily_bias: 0.0, now: 0.1, far: 0.3, seen: 1.0, relative: [0.10, 0.10, 0.43] };

    /// The errors of a quantity around this value; `None` if boxes do not correct it.
    pub(super) fn of(quantity: ModelQuantity, value: f64) -> Option<Self> {
        let model = match quantity {
            ModelQuantity::AirTemperature => Self::AIR_TEMPERATURE,
            ModelQuantity::RelativeHumidity => Self::RELATIVE_HUMIDITY,
            ModelQuantity::WindSpeed | ModelQuantity::WindGust => Self::WIND_SPEED,
            ModelQuantity::Precipitation | ModelQuantity::PrecipitationProbability => return None,
        };
        let [bias, now, far] = model.relative.map(|share| share * value.abs());
        Some(Self { bias: model.bias + bias, now: model.now + now, far: model.far + far, ..model })
    }

    /// The same if the passing error for now turned out to be of another size.
    pub(super) fn with_now(self, now: f64) -> Self {
        Self { now, far: self.far * now / self.now, ..self }
    }

    /// The variance of the passing error of a forecast for `hours` ahead.
    pub(super) fn variance(&self, hours: f64) -> f64 {
        let way = 1.0 - (-hours.max(0.0) / GROWTH_HOURS).exp();
        let (now, far) = (self.now.powi(2), self.far.powi(2));
        now + (far - now) * way
    }

    /// The share of a passing error that is left after `hours`.
    pub(super) fn left_after(hours: f64) -> f64 {
        (-hours.abs() / FADING_HOURS).exp()
    }
}
