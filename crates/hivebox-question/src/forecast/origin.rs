//! Says where a forecast is from, or why there is none.

use hivebox_climate::chores::Language;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::at_place::{AtPlace, Correction, PlaceForecast};
use crate::table::hundredths;
use crate::words::Words;

/// Where a forecast is from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForecastOrigin)]
pub struct OriginBody {
    /// The source's identifier.
    #[schema(example = "open-meteo")]
    pub source: &'static str,
    /// The source's name.
    #[schema(example = "Open-Meteo")]
    pub name: &'static str,
    /// The place that the source was asked about.
    pub cell: CellBody,
    /// When the source updated the forecast; `null` if it does not say.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub updated_at: Option<Timestamp>,
    /// When HiveBox fetched it, or found that it had not changed.
    #[schema(value_type = String, format = DateTime)]
    pub fetched_at: Timestamp,
    /// How long before `as_of` that was, or before the last multiple of ten minutes if that is later than `as_of`; 0 if
    /// neither.
    #[schema(example = 780)]
    pub age_seconds: i64,
    /// The attribution that the licence requires of whoever shows the data.
    #[schema(example = "Weather data by Open-Meteo.com")]
    pub attribution: &'static str,
    /// The address that the attribution must link to.
    #[schema(example = "https://open-meteo.com/")]
    pub attribution_link: &'static str,
    /// The licence of the data.
    #[schema(example = "CC BY 4.0")]
    pub licence: &'static str,
    /// The address of the licence.
    #[schema(example = "https://creativecommons.org/licenses/by/4.0/")]
    pub licence_link: &'static str,
    /// How boxes correct its temperatures; `null` if no box nearby measures them.
    pub corrected_by: Option<CorrectedByBody>,
}

/// A place, rounded to 0.1° so that the source does not learn where a hive is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForecastCell)]
pub struct CellBody {
    /// Latitude in degrees (WGS 84).
    #[schema(example = 52.0)]
    pub latitude: f64,
    /// Longitude in degrees (WGS 84).
    #[schema(example = 7.6)]
    pub longitude: f64,
}

/// How boxes correct the temperatures of a forecast.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForecastCorrection)]
pub struct CorrectedByBody {
    /// How many boxes do.
    pub boxes: i64,
    /// The distance to the nearest of them.
    pub nearest_km: f64,
    /// How much warmer they are now than the weather model, in K. The correction shrinks hour by hour.
    pub difference_kelvin: f64,
}

/// Whether a forecast was used.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ForecastState)]
pub struct ForecastStateBody {
    /// `known`; otherwise `off`, `pending`, `source_failed`, `paused`, `budget_spent` or `busy`.
    #[schema(example = "known")]
    pub state: &'static str,
    /// Why there is no forecast; `null` if there is one.
    pub why: Option<String>,
    /// Where the forecast is from; `null` if there is none.
    pub origin: Option<OriginBody>,
}

impl OriginBody {
    /// The origin of the forecast that `place` uses.
    #[must_use]
    pub fn of(place: &AtPlace<'_>, found: &PlaceForecast) -> Self {
        let PlaceForecast { source, cell, forecast } = found;
        let centre = cell.centre();
        Self {
            source: source.slug,
            name: source.name,
            cell: CellBody { latitude: centre.latitude_degrees(), longitude: centre.longitude_degrees() },
            updated_at: forecast.updated_at,
            fetched_at: forecast.fetched_at,
            age_seconds: place.age_seconds(forecast.fetched_at),
            attribution: source.attribution,
            attribution_link: source.attribution_address,
            licence: source.licence,
            licence_link: source.licence_address,
            corrected_by: place.correction().map(CorrectedByBody::of),
        }
    }
}

impl CorrectedByBody {
    fn of(correction: Correction) -> Self {
        Self {
            boxes: correction.boxes as i64,
            nearest_km: hundredths(correction.nearest_metres / 1000.0),
            difference_kelvin: hundredths(correction.difference_kelvin),
        }
    }
}

impl ForecastStateBody {
    /// The state of the forecast at `place`.
    #[must_use]
    pub fn of(place: &AtPlace<'_>, language: Language) -> Self {
        match place.forecast {
            Ok(found) => Self { state: "known", why: None, origin: Some(OriginBody::of(place, found)) },
            Err(reason) => Self {
                state: reason.slug(),
                why: Some(Words::of(language).no_forecast(*reason)),
                origin: None,
            },
        }
    }
}
