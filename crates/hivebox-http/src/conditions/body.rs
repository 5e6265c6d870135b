//! The body of conditions.

use std::collections::BTreeMap;

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::estimate::Estimate;
use hivebox_climate::forecast::Ranged;
use hivebox_climate::phenomenon::{Phenomenon, PhenomenonId};
use hivebox_climate::quantity::Canonical;
use hivebox_climate::sample::Sample;
use hivebox_climate::statistics::{Percentile, Statistics};
use hivebox_question::at_place::{AtPlace, PlaceForecast};
use hivebox_question::forecast::ForecastStateBody;
use hivebox_question::table::{Row, hundredths, shown};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

/// The conditions measured by some boxes.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "they are the names in JSON")]
pub(crate) struct Conditions {
    /// The time as of which the readings are judged.
    #[schema(value_type = String, format = DateTime)]
    pub(crate) as_of: Timestamp,
    /// Whether a forecast was used, and where it is from; missing if boxes measure all that was asked for, or the request
    /// names no place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) forecast: Option<ForecastStateBody>,
    /// One entry per phenomenon, in the order of the request or of the catalogue.
    pub(crate) conditions: Vec<Condition>,
}

/// Statistics over the readings of one phenomenon.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Condition {
    /// The phenomenon.
    #[schema(example = "air_temperature")]
    phenomenon: &'static str,
    /// Its name in English.
    #[schema(example = "Air temperature")]
    name: &'static str,
    /// The unit of all values.
    #[schema(example = "°C")]
    unit: &'static str,
    /// How many boxes were selected.
    boxes: i64,
    /// How many of them have such a sensor.
    boxes_with_sensor: i64,
    /// How many of them have a usable reading.
    boxes_usable: i64,
    /// The share of the selected boxes with a usable reading, 0 to 1; `null` if no box was selected.
    #[schema(example = 0.83)]
    coverage: Option<f64>,
    /// How many readings were used. Each sensor counts once.
    count: i64,
    /// Their mean.
    mean: Option<f64>,
    /// Their median.
    median: Option<f64>,
    /// The mean without the lowest and the highest 10 %.
    trimmed_mean: Option<f64>,
    /// The standard deviation of the sample.
    standard_deviation: Option<f64>,
    /// The lowest.
    min: Option<f64>,
    /// The highest.
    max: Option<f64>,
    /// The requested percentiles.
    percentiles: Vec<PercentileValue>,
    /// When the newest reading was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    freshest: Option<Timestamp>,
    /// When the oldest reading was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest: Option<Timestamp>,
    /// How many readings were excluded, by reason: a verdict, `too_old`, `excluded`, a failed check, `alone` or `unconfirmed`.
    left_out: BTreeMap<&'static str, u64>,
    /// The estimate for the place; missing if the request names no place, or neither a box nearby nor a weather
    /// model knows the phenomenon.
    #[serde(skip_serializing_if = "Option::is_none")]
    estimate: Option<EstimateBody>,
}

/// A percentile.
#[derive(Debug, Serialize, ToSchema)]
struct PercentileValue {
    /// The percentile, 0 to 100.
    #[schema(example = 95.0)]
    percentile: f64,
    /// Its value; `null` without readings.
    value: Option<f64>,
}

/// An estimate for a place: by inverse-distance weighting of the nearest outdoor boxes, or else by a weather model.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Estimate)]
pub(super) struct EstimateBody {
    /// Where it is from: `measured` (boxes) or `model` (the weather model of `forecast`).
    #[schema(example = "measured")]
    origin: &'static str,
    /// The weather model, if it is from one.
    #[schema(example = "open-meteo")]
    source: Option<&'static str>,
    /// The estimate.
    value: f64,
    /// The standard deviation of its error.
    uncertainty: f64,
    /// The lower end of the range that holds the true value in 68 of 100 cases; `null` for directions.
    low: Option<f64>,
    /// The upper end of that range; `null` for directions.
    high: Option<f64>,
    /// How many boxes contributed.
    boxes: i64,
    /// The distance to the nearest of them; `null` without boxes.
    nearest_km: Option<f64>,
    /// The distance to the furthest of them; `null` without boxes.
    furthest_km: Option<f64>,
    /// The age of the oldest reading in it, or of the forecast, at `as_of`.
    age_seconds: Option<i64>,
    /// The height above sea level in metres that it is corrected to; `null` if it is not corrected for height.
    height: Option<f64>,
    /// When the newest of their readings was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    freshest: Option<Timestamp>,
    /// When the oldest of their readings was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    oldest: Option<Timestamp>,
}

impl Condition {
    /// The statistics of one phenomenon over `sample`.
    pub(super) fn of(
        phenomenon: &'static Phenomenon,
        sample: &Sample<'_>,
        statistics: &Statistics,
        estimate: Option<EstimateBody>,
    ) -> Self {
        let boxes = sample.boxes();
        let percentile = |&(percentile, value): &(Percentile, _)| PercentileValue {
            percentile: percentile.get(),
            value: number(value),
        };
        Self {
            phenomenon: phenomenon.slug(),
            name: phenomenon.name(),
            unit: phenomenon.unit(),
            boxes: boxes.selected as i64,
            boxes_with_sensor: boxes.with_sensor as i64,
            boxes_usable: boxes.usable as i64,
            coverage: boxes.coverage().map(hundredths),
            count: statistics.count as i64,
            mean: number(statistics.mean),
            median: number(statistics.median),
            trimmed_mean: number(statistics.trimmed_mean),
            standard_deviation: number(statistics.standard_deviation),
            min: number(statistics.min),
            max: number(statistics.max),
            percentiles: statistics.percentiles.iter().map(percentile).collect(),
            freshest: statistics.freshest,
            oldest: statistics.oldest,
            left_out: sample.left_out().iter().collect(),
            estimate,
        }
    }
}

fn number(value: Option<Canonical>) -> Option<f64> {
    value.map(|value| shown(value.0))
}

impl EstimateBody {
    /// An estimate by boxes, as of `as_of`.
    pub(super) fn of(estimate: &Estimate, as_of: Timestamp) -> Self {
        let Estimate { value: Canonical(value), uncertainty: Canonical(uncertainty), .. } = *estimate;
        let is_direction = Catalogue::builtin().phenomenon(estimate.phenomenon).is_direction();
        let end = |value: f64| Some(shown(value)).filter(|_| !is_direction);
        let kilometres = |metres: f64| Some(hundredths(metres / 1000.0));
        Self {
            origin: "measured",
            source: None,
            value: shown(value),
            uncertainty: shown(uncertainty),
            low: end(value - uncertainty),
            high: end(value + uncertainty),
            boxes: estimate.boxes as i64,
            nearest_km: kilometres(estimate.nearest.0),
            furthest_km: kilometres(estimate.furthest.0),
            age_seconds: estimate.oldest.map(|oldest| as_of.duration_since(oldest).as_secs().max(0)),
            height: estimate.height.map(|height| hundredths(height.0)),
            freshest: estimate.freshest,
            oldest: estimate.oldest,
        }
    }

    /// An estimate by a weather model.
    pub(super) fn of_model(
        phenomenon: PhenomenonId,
        ranged: Ranged,
        found: &PlaceForecast,
        place: &AtPlace<'_>,
    ) -> Self {
        let is_of_height = phenomenon == Catalogue::builtin().air_temperature();
        Self {
            origin: "model",
            source: Some(found.source.slug),
            value: hundredths(ranged.value),
            uncertainty: hundredths((ranged.high_68 - ranged.low_68) / 2.0),
            low: Some(hundredths(ranged.low_68)),
            high: Some(hundredths(ranged.high_68)),
            boxes: 0,
            nearest_km: None,
            furthest_km: None,
            age_seconds: Some(place.age_seconds(found.forecast.fetched_at)),
            height: place.spot.height.filter(|_| is_of_height).map(|height| height.0),
            freshest: None,
            oldest: None,
        }
    }
}

impl Row for Condition {
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("phenomenon", CellKind::Text, false, "", "The phenomenon"),
        TableColumn::new("unit", CellKind::Text, false, "", "The unit of all values"),
        TableColumn::new("boxes", CellKind::Integer, false, "", "How many boxes were selected"),
        TableColumn::new(
            "boxes_with_sensor",
            CellKind::Integer,
            false,
            "",
            "How many of them have such a sensor",
        ),
        TableColumn::new(
            "boxes_usable",
            CellKind::Integer,
            false,
            "",
            "How many of them have a usable reading",
        ),
        TableColumn::new("coverage", CellKind::Number, true, "", "boxes_usable / boxes, 0 to 1"),
        TableColumn::new("count", CellKind::Integer, false, "", "How many readings were used"),
        TableColumn::new("mean", CellKind::Number, true, "as in unit", "Their mean"),
        TableColumn::new("median", CellKind::Number, true, "as in unit", "Their median"),
        TableColumn::new(
            "trimmed_mean",
            CellKind::Number,
            true,
            "as in unit",
            "The mean without the lowest and the highest 10 %",
        ),
        TableColumn::new(
            "standard_deviation",
            CellKind::Number,
            true,
            "as in unit",
            "Their standard deviation",
        ),
        TableColumn::new("min", CellKind::Number, true, "as in unit", "The lowest"),
        TableColumn::new("max", CellKind::Number, true, "as in unit", "The highest"),
        TableColumn::new("freshest", CellKind::Time, true, "UTC, ms", "When the newest reading was measured"),
        TableColumn::new("oldest", CellKind::Time, true, "UTC, ms", "When the oldest reading was measured"),
        TableColumn::new("estimate", CellKind::Number, true, "as in unit", "The estimate for the place"),
        TableColumn::new(
            "uncertainty",
            CellKind::Number,
            true,
            "as in unit",
            "The standard deviation of the estimate's error",
        ),
        TableColumn::new("origin", CellKind::Text, true, "", "Where the estimate is from: measured or model"),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let estimate = self.estimate.as_ref();
        vec![
            self.phenomenon.into(),
            self.unit.into(),
            self.boxes.into(),
            self.boxes_with_sensor.into(),
            self.boxes_usable.into(),
            self.coverage.into(),
            self.count.into(),
            self.mean.into(),
            self.median.into(),
            self.trimmed_mean.into(),
            self.standard_deviation.into(),
            self.min.into(),
            self.max.into(),
            self.freshest.into(),
            self.oldest.into(),
            estimate.map(|estimate| estimate.value).into(),
            estimate.map(|estimate| estimate.uncertainty).into(),
            estimate.map(|estimate| estimate.origin).into(),
        ]
    }
}
