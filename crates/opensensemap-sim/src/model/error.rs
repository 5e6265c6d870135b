//! The errors of temperature, humidity and wind.

use crate::model::wandering::Wandering;
use crate::seed::Seed;
use crate::weather::noise::Field;

/// The deviation of the persistent bias by place in kelvin: 0.8 from the landscape and 0.6 from the
/// grid cell, together 1. Station biases of operational models are of this size.
const LANDSCAPE_BIAS: f64 = 0.8;
const CELL_BIAS: f64 = 0.6;

/// The grids of these biases in degrees: about 80 km, and about a cell.
const LANDSCAPE_GRID: f64 = 0.75;
const CELL_GRID: f64 = 0.12;

/// The bias by hour of day in kelvin: models keep nights too warm and afternoons too cool, since
/// they mix stable air too well. It differs by place by this factor's deviation.
const HOUR_BIAS: f64 = 0.7;
const HOUR_BIAS_SPREAD: f64 = 0.4;

/// The variance of the random error of temperature in K²: 0.8 K at the start, 2.5 K after 72 h, and
/// never more than 4 K, as of a guess from the season. With the biases, the root mean square error is
/// about 1.7 K after 12 h and 2.7 K after 72 h.
const TEMPERATURE: Growth = Growth { start: 0.64, after_72_hours: 6.25, most: 16.0 };

/// Of relative humidity in %²: 4 % at the start, 10 % after 72 h. Besides, a model that is too warm is
/// too dry, and each place has its bias.
const HUMIDITY: Growth = Growth { start: 16.0, after_72_hours: 100.0, most: 196.0 };
const DRYNESS_PER_KELVIN: f64 = 1.5;
const HUMIDITY_BIAS: f64 = 4.0;

/// Of the logarithm of the wind speed: about 12 % at the start, 40 % after 72 h. Each place has its
/// bias, since the model's ground is rougher or smoother than the real one.
const WIND: Growth = Growth { start: 0.0144, after_72_hours: 0.16, most: 0.3 };
const WIND_BIAS: f64 = 0.15;

/// A variance that grows linearly with lead time, as that of a random walk.
struct Growth {
    start: f64,
    after_72_hours: f64,
    most: f64,
}

impl Growth {
    fn deviation(&self, lead_hours: f64) -> f64 {
        let variance = self.start + (self.after_72_hours - self.start) * lead_hours / 72.0;
        variance.min(self.most).sqrt()
    }
}

/// The errors at one place.
#[derive(Clone, Debug)]
pub(super) struct Errors {
    scale: f64,
    temperature_bias: f64,
    hour_bias: f64,
    humidity_bias: f64,
    wind_bias: f64,
    temperature: Wandering,
    humidity: Wandering,
    wind: Wandering,
}

/// What to add to the truth.
#[derive(Clone, Copy, Debug)]
pub(super) struct ErrorAt {
    /// K
    pub(super) temperature: f64,
    /// %
    pub(super) humidity: f64,
    pub(super) wind_factor: f64,
}

impl Errors {
    pub(super) fn over(seed: Seed, longitude: f64, latitude: f64, scale: f64) -> Self {
        // A field at one moment is a map.
        let map = |name, degrees| {
            Field::new(seed.with_text(name), degrees, 1.0).over(longitude, latitude).standard(0)
        };
        let wandering = |name| Wandering::over(seed.with_text(name), longitude, latitude);
        Self {
            scale,
            temperature_bias: LANDSCAPE_BIAS * map("landscape bias", LANDSCAPE_GRID)
                + CELL_BIAS * map("cell bias", CELL_GRID),
            hour_bias: HOUR_BIAS * (1.0 + HOUR_BIAS_SPREAD * map("hour bias", LANDSCAPE_GRID)),
            humidity_bias: HUMIDITY_BIAS * map("humidity bias", LANDSCAPE_GRID),
            wind_bias: WIND_BIAS * map("wind bias", LANDSCAPE_GRID),
            temperature: wandering("temperature"),
            humidity: wandering("humidity"),
            wind: wandering("wind"),
        }
    }

    /// `daytime` is 0 in the coldest hour of the day and 1 in the warmest.
    pub(super) fn at(&mut self, run: i64, valid: i64, lead_hours: f64, daytime: f64) -> ErrorAt {
        let random = TEMPERATURE.deviation(lead_hours) * self.temperature.at(run, valid);
        let temperature = self.temperature_bias + self.hour_bias * (1.0 - 2.0 * daytime) + random;
        let humidity = self.humidity_bias - DRYNESS_PER_KELVIN * random
            + HUMIDITY.deviation(lead_hours) * self.humidity.at(run, valid);
        let wind = self.wind_bias + WIND.deviation(lead_hours) * self.wind.at(run, valid);
        ErrorAt {
            temperature: self.scale * temperature,
            humidity: self.scale * humidity,
            wind_factor: (self.scale * wind).exp(),
        }
    }
}
