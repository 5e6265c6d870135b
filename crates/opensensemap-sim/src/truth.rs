//! The true weather: what perfect instruments would show, so that the skill of a forecast can be
//! measured.

use jiff::Timestamp;

use crate::weather::WeatherAt;

/// The true weather outdoors at one place and time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueWeather {
    /// The air temperature at that moment, in °C.
    pub air_temperature_celsius: f64,
    /// The relative humidity at that moment, in %.
    pub relative_humidity_percent: f64,
    /// The wind speed at that moment, in m/s.
    pub wind_speed_metres_per_second: f64,
    /// The strongest gust in the hour that begins then, in m/s; never less than the wind then.
    pub wind_gust_metres_per_second: f64,
    /// The rain at that moment, in mm/h.
    pub rain_millimetres_per_hour: f64,
    /// The precipitation in the hour that begins then, in mm.
    pub precipitation_millimetres: f64,
}

/// The true weather at one place. It keeps what consecutive moments share, which makes them cheap.
#[derive(Clone, Debug)]
pub struct TrueWeatherOver {
    weather: WeatherAt,
}

impl TrueWeatherOver {
    pub(crate) fn new(weather: WeatherAt) -> Self {
        Self { weather }
    }

    /// The true weather at that time.
    #[must_use]
    pub fn at(&mut self, at: Timestamp) -> TrueWeather {
        let millis = at.as_millisecond();
        let now = self.weather.at(millis);
        TrueWeather {
            air_temperature_celsius: now.temperature,
            relative_humidity_percent: now.humidity,
            wind_speed_metres_per_second: now.wind_speed,
            wind_gust_metres_per_second: self.weather.gust_in_hour_from(millis),
            rain_millimetres_per_hour: now.rain,
            precipitation_millimetres: self.weather.rain_in_hour_from(millis),
        }
    }

    /// The true weather at each of these times.
    pub fn each(
        mut self,
        times: impl IntoIterator<Item = Timestamp>,
    ) -> impl Iterator<Item = (Timestamp, TrueWeather)> {
        times.into_iter().map(move |at| (at, self.at(at)))
    }
}
