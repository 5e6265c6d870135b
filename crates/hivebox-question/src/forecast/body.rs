//! The JSON body and the table rows of the coming hours.

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::forecast::{Outlook, OutlookHour, Ranged};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::origin::OriginBody;
use crate::at_place::{AtPlace, PlaceForecast};
use crate::table::{Row, hundredths};

/// The coming hours at a place.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Forecast)]
pub struct ForecastBody {
    /// The time of the boxes' readings.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// How many senseBoxes have been heard anywhere; 0 if nothing corrects the weather model, as when openSenseMap is
    /// down.
    pub boxes_heard: i64,
    /// Latitude in degrees (WGS 84).
    pub latitude: f64,
    /// Longitude in degrees (WGS 84).
    pub longitude: f64,
    /// Metres above sea level, if the request contained it.
    pub height: Option<f64>,
    /// Where the forecast is from.
    pub origin: OriginBody,
    /// The hours, from the current one on.
    pub hours: Vec<HourBody>,
}

/// The weather in one hour. `null` for what the weather model leaves out.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForecastHour)]
pub struct HourBody {
    /// The hour.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// The air temperature at that moment, 2 m above ground, in °C.
    pub air_temperature: Option<RangedBody>,
    /// The relative humidity at that moment, 2 m above ground, in %.
    pub relative_humidity: Option<RangedBody>,
    /// The wind speed at that moment, 10 m above ground, in m/s.
    pub wind_speed: Option<RangedBody>,
    /// The strongest gust in the hour that begins then, in m/s.
    pub wind_gust: Option<RangedBody>,
    /// The precipitation in the hour that begins then, in mm.
    pub precipitation: Option<RangedBody>,
    /// The probability of precipitation in that hour, in %.
    pub precipitation_probability: Option<f64>,
    /// For the rows of tables, which have no place for the origin.
    #[serde(skip)]
    source: &'static str,
}

/// A value with its ranges.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
#[schema(as = Ranged)]
pub struct RangedBody {
    /// The most likely value.
    pub value: f64,
    /// The lower end of the range that holds the true value in 68 of 100 cases.
    pub low_68: f64,
    /// The upper end of that range.
    pub high_68: f64,
    /// The lower end of the range that holds the true value in 95 of 100 cases.
    pub low_95: f64,
    /// The upper end of that range.
    pub high_95: f64,
}

impl ForecastBody {
    /// The body of an outlook.
    pub(super) fn of(place: &AtPlace<'_>, found: &PlaceForecast, outlook: Option<&Outlook>) -> Self {
        let position = place.spot.position;
        let hours = outlook.into_iter().flat_map(|outlook| &outlook.hours);
        Self {
            as_of: place.as_of,
            boxes_heard: place.boxes_heard(),
            latitude: position.latitude_degrees(),
            longitude: position.longitude_degrees(),
            height: place.spot.height.map(|height| height.0),
            origin: OriginBody::of(place, found),
            hours: hours.map(|hour| HourBody::of(hour, found.source.slug)).collect(),
        }
    }
}

impl HourBody {
    fn of(hour: &OutlookHour, source: &'static str) -> Self {
        Self {
            at: hour.at,
            air_temperature: hour.air_temperature.map(RangedBody::of),
            relative_humidity: hour.relative_humidity.map(RangedBody::of),
            wind_speed: hour.wind_speed.map(RangedBody::of),
            wind_gust: hour.wind_gust.map(RangedBody::of),
            precipitation: hour.precipitation.map(RangedBody::of),
            precipitation_probability: hour.precipitation_probability.map(hundredths),
            source,
        }
    }
}

impl RangedBody {
    fn of(ranged: Ranged) -> Self {
        Self {
            value: hundredths(ranged.value),
            low_68: hundredths(ranged.low_68),
            high_68: hundredths(ranged.high_68),
            low_95: hundredths(ranged.low_95),
            high_95: hundredths(ranged.high_95),
        }
    }
}

/// The columns of all hours: five for each quantity, in the order of [`RangedBody`].
macro_rules! columns {
    ($($name:literal $unit:literal $what:literal),*) => {
        &[
            TableColumn::new("at", CellKind::Time, false, "UTC, ms", "The hour"),
            $(
                TableColumn::new($name, CellKind::Number, true, $unit, $what),
                TableColumn::new(
                    concat!($name, "_low_68"), CellKind::Number, true, $unit, "Lower end of its 68 % range"
                ),
                TableColumn::new(
                    concat!($name, "_high_68"), CellKind::Number, true, $unit, "Upper end of its 68 % range"
                ),
                TableColumn::new(
                    concat!($name, "_low_95"), CellKind::Number, true, $unit, "Lower end of its 95 % range"
                ),
                TableColumn::new(
                    concat!($name, "_high_95"), CellKind::Number, true, $unit, "Upper end of its 95 % range"
                ),
            )*
            TableColumn::new(
                "precipitation_probability", CellKind::Number, true, "%", "Probability of precipitation in the hour"
            ),
            TableColumn::new("source", CellKind::Text, false, "", "The weather model"),
        ]
    };
}

impl Row for HourBody {
    const COLUMNS: &'static [TableColumn] = columns![
        "air_temperature" "°C" "Air temperature at the hour, 2 m above ground",
        "relative_humidity" "%" "Relative humidity at the hour, 2 m above ground",
        "wind_speed" "m/s" "Wind speed at the hour, 10 m above ground",
        "wind_gust" "m/s" "Strongest gust in the hour that begins then",
        "precipitation" "mm" "Precipitation in the hour that begins then"
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let ranged = [
            self.air_temperature,
            self.relative_humidity,
            self.wind_speed,
            self.wind_gust,
            self.precipitation,
        ];
        let mut cells = Vec::with_capacity(Self::COLUMNS.len());
        cells.push(self.at.into());
        for value in ranged {
            cells.extend([
                Cell::from(value.map(|it| it.value)),
                value.map(|it| it.low_68).into(),
                value.map(|it| it.high_68).into(),
                value.map(|it| it.low_95).into(),
                value.map(|it| it.high_95).into(),
            ]);
        }
        cells.extend([Cell::from(self.precipitation_probability), self.source.into()]);
        cells
    }
}
