//! The parameters of a question about the coming hours.

use hivebox_climate::estimate::Spot;
use hivebox_climate::extremes::Extremes;
use hivebox_climate::quantity::Metres;
use hivebox_kinds::{Integer, Number};
use hivebox_present::{NoForecast, Present};
use jiff::Timestamp;

use super::body::ForecastBody;
use crate::at_place::{AtPlace, PlaceForecast};
use crate::parameters::filter::{self, HEIGHT};
use crate::parameters::{Ask, Parameter, Reader};

const FORECAST_HEIGHT: Parameter<Number> = Parameter {
    description: "Height of the place at `lat` and `lon` above sea level, in metres. Without it the temperatures are for \
                  the height of the weather model and of the boxes around.",
    ..HEIGHT
};

/// Two days are what beekeepers plan by, and what forecasts of wind and rain are good for.
const HOURS: Parameter<Integer> = Parameter {
    name: "hours",
    description: "How many hours, from the current one on. There are fewer if the weather model does not reach so far.",
    kind: Integer { range: 1..=168, unit: "" },
    example: "24",
    default: Some("48"),
};

/// A question about the coming hours at a place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AskForecast {
    /// The place.
    pub spot: Spot,
    /// How many hours.
    pub hours: usize,
}

impl Ask for AskForecast {
    fn read(reader: &mut Reader) -> Option<Self> {
        let position = filter::position(reader);
        let height = reader.query(&FORECAST_HEIGHT).map(Metres);
        let hours = reader.query(&HOURS);
        Some(Self { spot: Spot { position: position?, height }, hours: usize::try_from(hours?).ok()? })
    }
}

impl AskForecast {
    /// The answer, from the parts of what is known.
    ///
    /// # Errors
    /// There is no forecast for the place.
    pub fn answer(
        &self,
        present: &Present,
        extremes: &Extremes,
        forecast: &Result<PlaceForecast, NoForecast>,
        now: Timestamp,
    ) -> Result<ForecastBody, NoForecast> {
        let found = forecast.as_ref().map_err(|reason| *reason)?;
        let place = AtPlace::new(present, self.spot, forecast, now);
        let outlook = place.outlook(extremes, &place.neighbours(), self.hours);
        Ok(ForecastBody::of(&place, found, outlook.as_ref()))
    }
}
