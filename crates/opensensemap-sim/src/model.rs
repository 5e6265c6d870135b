//! A weather model over the true weather, whose error is known: see `docs/decisions/0053-simulated-forecasts.md`.

use jiff::Timestamp;

use crate::seed::Seed;
use crate::stations::StationPlace;
use crate::weather::hour::HOUR;
use crate::weather::{LAPSE, Weather, WeatherAt};
use error::Errors;
use rain::Showers;
pub(crate) use terrain::Terrain;

mod error;
mod rain;
mod terrain;
mod wandering;

/// How wrong the weather model is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ForecastError {
    /// A factor to every error: 1 is like real models, 0 is perfect. Negative values and NaN count as 0.
    ///
    /// Even a perfect model speaks of the middle of its grid cell, at the height that it believes.
    pub scale: f64,
}

impl Default for ForecastError {
    /// Like real models.
    fn default() -> Self {
        Self { scale: 1.0 }
    }
}

/// What the weather model says about one place and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ModelWeather {
    /// The air temperature at that moment, in °C, at the height of the model.
    pub air_temperature_celsius: f64,
    /// The relative humidity at that moment, in %.
    pub relative_humidity_percent: f64,
    /// The wind speed at that moment, in m/s.
    pub wind_speed_metres_per_second: f64,
    /// The strongest gust in the hour that begins then, in m/s.
    pub wind_gust_metres_per_second: f64,
    /// The precipitation in the hour that begins then, in mm.
    pub precipitation_millimetres: f64,
    /// The probability of at least 0.1 mm of precipitation in that hour, in %.
    pub precipitation_probability_percent: f64,
    pub(crate) sea_level_pressure: f64,
    pub(crate) wind_direction: f64,
}

/// The weather model at one place. It keeps what consecutive hours share, which makes them cheap.
#[derive(Clone, Debug)]
pub struct ModelOver<'a> {
    weather: &'a Weather,
    place: StationPlace,
    height: f64,
    truth: WeatherAt,
    errors: Errors,
    showers: Showers,
}

impl<'a> ModelOver<'a> {
    pub(crate) fn new(
        weather: &'a Weather,
        seed: Seed,
        terrain: &Terrain,
        error: ForecastError,
        [latitude, longitude]: [f64; 2],
    ) -> Self {
        let (latitude, longitude) = (tenth(latitude), tenth(longitude));
        let height = terrain.model_height(latitude, longitude);
        let place = StationPlace { longitude, latitude, height: Some(height) };
        let scale = error.scale.max(0.0);
        Self {
            weather,
            place,
            height,
            truth: weather.over(place),
            errors: Errors::over(seed, longitude, latitude, scale),
            showers: Showers::over(seed, longitude, latitude, scale),
        }
    }

    /// Gives temperatures for another height by the lapse rate, as both services do when asked.
    pub(crate) fn at_height(self, height: f64) -> Self {
        Self { height, ..self }
    }

    /// Latitude of the middle of the grid cell, in degrees.
    #[must_use]
    pub fn latitude_degrees(&self) -> f64 {
        self.place.latitude
    }

    /// Longitude of the middle of the grid cell, in degrees.
    #[must_use]
    pub fn longitude_degrees(&self) -> f64 {
        self.place.longitude
    }

    /// The height that the model gives temperatures for, in metres: that of its smooth ground, which
    /// in hills is up to some 100 m from the real one.
    #[must_use]
    pub fn height_metres(&self) -> f64 {
        self.height
    }

    /// What the run of that time says about a time. A time before the run counts as the run's own.
    #[must_use]
    pub fn at(&mut self, run: Timestamp, valid: Timestamp) -> ModelWeather {
        self.at_millis(run.as_millisecond(), valid.as_millisecond())
    }

    pub(crate) fn at_millis(&mut self, run: i64, valid: i64) -> ModelWeather {
        let truth = self.truth.at(valid);
        let lead_hours = (valid - run).max(0) as f64 / HOUR as f64;
        let error = self.errors.at(run, valid, lead_hours, truth.daytime);
        let rain = self.showers.at(self.weather, run, valid, lead_hours);
        let model_height = self.place.height.unwrap_or_default();
        let wind = truth.wind_speed * error.wind_factor;
        ModelWeather {
            air_temperature_celsius: truth.temperature
                + error.temperature
                + LAPSE * (model_height - self.height),
            relative_humidity_percent: (truth.humidity + error.humidity).clamp(5.0, 100.0),
            wind_speed_metres_per_second: wind,
            wind_gust_metres_per_second: (self.truth.gust_in_hour_from(valid) * error.wind_factor).max(wind),
            precipitation_millimetres: rain.millimetres,
            precipitation_probability_percent: rain.probability_percent,
            sea_level_pressure: truth.sea_level_pressure,
            wind_direction: truth.wind_direction,
        }
    }
}

/// Rounds to the grid of the model.
fn tenth(degrees: f64) -> f64 {
    (degrees * 10.0).round() / 10.0
}
