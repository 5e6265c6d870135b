//! The truth and the weather model, by which the skill of forecasts is measured.

use jiff::Timestamp;

use crate::model::{ModelOver, ModelWeather};
use crate::simulation::Simulation;
use crate::stations::StationPlace;
use crate::truth::{TrueWeather, TrueWeatherOver};

impl Simulation {
    /// The true weather at a place and time. For many moments, [`weather_over`](Self::weather_over) is
    /// cheaper.
    ///
    /// ```
    /// use opensensemap_sim::{Options, Simulation, Stations};
    ///
    /// let simulation = Simulation::new(Options { stations: Stations::Generated(1), ..Options::default() });
    /// let weather = simulation.weather_at(52.5, 13.4, 40.0, "2026-11-24T12:00:00Z".parse()?);
    /// assert!((-20.0..20.0).contains(&weather.air_temperature_celsius));
    /// assert!(weather.wind_gust_metres_per_second >= weather.wind_speed_metres_per_second);
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn weather_at(
        &self,
        latitude_degrees: f64,
        longitude_degrees: f64,
        height_metres: f64,
        at: Timestamp,
    ) -> TrueWeather {
        self.weather_over(latitude_degrees, longitude_degrees, height_metres).at(at)
    }

    /// The true weather at a place, for many moments.
    #[must_use]
    pub fn weather_over(
        &self,
        latitude_degrees: f64,
        longitude_degrees: f64,
        height_metres: f64,
    ) -> TrueWeatherOver {
        let (latitude, longitude) = (latitude_degrees, longitude_degrees);
        let place = StationPlace { longitude, latitude, height: Some(height_metres) };
        TrueWeatherOver::new(self.weather.over(place))
    }

    /// What the model's run of that time says about a place and a time. For many hours,
    /// [`model_over`](Self::model_over) is cheaper.
    #[must_use]
    pub fn model_at(
        &self,
        latitude_degrees: f64,
        longitude_degrees: f64,
        run: Timestamp,
        valid: Timestamp,
    ) -> ModelWeather {
        self.model_over(latitude_degrees, longitude_degrees).at(run, valid)
    }

    /// The model at a place: at the middle of its grid cell of 0.1°.
    ///
    /// ```
    /// use opensensemap_sim::{ForecastError, Options, Simulation, Stations};
    ///
    /// let options = Options { stations: Stations::Generated(50), ..Options::default() };
    /// let simulation = Simulation::new(options).with_forecast_error(ForecastError { scale: 0.0 });
    /// let (run, valid) = ("2026-11-24T12:00:00Z".parse()?, "2026-11-25T06:00:00Z".parse()?);
    /// let mut model = simulation.model_over(52.52, 13.41);
    /// let truth = simulation.weather_at(52.5, 13.4, model.height_metres(), valid);
    /// let difference = model.at(run, valid).air_temperature_celsius - truth.air_temperature_celsius;
    /// assert!(difference.abs() < 1e-9, "without an error it is the truth");
    /// # Ok::<(), jiff::Error>(())
    /// ```
    #[must_use]
    pub fn model_over(&self, latitude_degrees: f64, longitude_degrees: f64) -> ModelOver<'_> {
        let place = [latitude_degrees, longitude_degrees];
        ModelOver::new(&self.weather, self.model_seed, self.terrain(), self.forecast_error, place)
    }
}
