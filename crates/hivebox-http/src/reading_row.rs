//! The row of a reading, with everything known about its quality.

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::phenomenon::Phenomenon;
use hivebox_climate::quality::{Check, Level};
use hivebox_climate::readings::Reading;
use hivebox_present::Detail;
use hivebox_question::table::{Coordinates, Row};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::comparison::NeighbourComparison;

/// A sensor with its newest reading.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SensorReading<'a> {
    /// The sensor's id in openSenseMap.
    pub(super) sensor_id: &'a str,
    /// What it measures, in the owner's words.
    pub(super) title: &'a str,
    /// The unit of `raw_value`, in the owner's spelling.
    pub(super) unit: &'a str,
    /// The sensor's chip, in the owner's spelling.
    pub(super) sensor_type: &'a str,
    /// The phenomenon that HiveBox derives from the title; `null` if it recognises none.
    pub(super) phenomenon: Option<&'a str>,
    /// The value as the sensor sent it.
    pub(super) raw_value: Option<f64>,
    /// The value in the phenomenon's canonical unit.
    pub(super) value: Option<f64>,
    /// The phenomenon's canonical unit.
    pub(super) value_unit: Option<&'a str>,
    /// Whether `value` is not `raw_value` converted from `unit`, because that is impossible: the sensor sends another
    /// unit than its owner says, and no other can be meant.
    pub(super) unit_corrected: bool,
    /// When it was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) measured_at: Option<Timestamp>,
    /// `ok`, or why the reading does not count.
    pub(super) verdict: &'static str,
    /// The level of quality: `plausible`, `alone`, `unsuspicious` or `confirmed`; `null` if the verdict is not `ok`.
    pub(super) quality: Option<&'static str>,
    /// The outcome of each check.
    pub(super) checks: CheckOutcomes,
    /// What the checks `neighbours` and `indoor` compared the reading with; `null` if they did not.
    pub(super) comparison: Option<NeighbourComparison>,
    /// Since when the sensor has sent this value, as far as HiveBox has seen.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) unchanged_since: Option<Timestamp>,
}

/// The outcome of each check: `passed`, `failed` or `not_checked`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Checks)]
pub(super) struct CheckOutcomes {
    /// The reading agrees with those of boxes nearby.
    #[schema(example = "passed")]
    neighbours: &'static str,
    /// The value has not been constant for longer than weather allows.
    #[schema(example = "passed")]
    stuck: &'static str,
    /// The value does not suggest a heated room.
    #[schema(example = "passed")]
    indoor: &'static str,
    /// No other box at the same place sends the same values.
    #[schema(example = "not_checked")]
    duplicate: &'static str,
    /// The box does not seem to stand where its latitude and longitude would be swapped.
    #[schema(example = "passed")]
    place: &'static str,
    /// No other value of the same chip says that the chip has failed.
    #[schema(example = "passed")]
    chip: &'static str,
}

/// A reading with its box.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReadingRow<'a> {
    /// The senseBox's id in openSenseMap.
    box_id: &'a str,
    /// The senseBox's name, as the owner wrote it.
    box_name: &'a str,
    /// The senseBox's model.
    model: &'a str,
    /// `indoor`, `outdoor`, `mobile` or `unknown`.
    exposure: &'static str,
    /// Latitude in degrees (WGS 84).
    latitude: Option<f64>,
    /// Longitude in degrees (WGS 84).
    longitude: Option<f64>,
    /// Metres above sea level.
    height: Option<f64>,
    /// The sensor.
    #[serde(flatten)]
    sensor: SensorReading<'a>,
}

impl<'a> SensorReading<'a> {
    /// The row of a sensor without its box.
    pub(super) fn of(reading: Reading<'a>, detail: &Detail) -> Self {
        let kind = reading.kind();
        let phenomenon = reading.phenomenon().map(|id| Catalogue::builtin().phenomenon(id));
        let outcome = |check: Check| detail.quality.outcome(reading.row(), check).slug();
        Self {
            sensor_id: reading.sensor_id(),
            title: &kind.title,
            unit: &kind.unit,
            sensor_type: &kind.sensor_type,
            phenomenon: phenomenon.map(Phenomenon::slug),
            raw_value: reading.raw_value(),
            value: reading.value().map(|value| value.0),
            value_unit: phenomenon.map(Phenomenon::unit),
            unit_corrected: reading.is_unit_corrected(),
            measured_at: reading.measured_at(),
            verdict: reading.verdict().slug(),
            quality: detail.quality.level(reading.row()).map(Level::slug),
            checks: CheckOutcomes {
                neighbours: outcome(Check::Neighbours),
                stuck: outcome(Check::Stuck),
                indoor: outcome(Check::Indoor),
                duplicate: outcome(Check::Duplicate),
                place: outcome(Check::Place),
                chip: outcome(Check::Chip),
            },
            comparison: detail.quality.comparison(reading.row()).map(NeighbourComparison::of),
            unchanged_since: reading.unchanged_since(),
        }
    }
}

impl<'a> ReadingRow<'a> {
    /// The row of a reading with its box.
    pub(super) fn of(reading: Reading<'a>, detail: &Detail) -> Self {
        let place = reading.place();
        Self {
            box_id: reading.box_id(),
            box_name: reading.box_name(),
            model: reading.model(),
            exposure: reading.exposure().slug(),
            latitude: place.map(|place| place.latitude_degrees()),
            longitude: place.map(|place| place.longitude_degrees()),
            height: place.and_then(|place| place.height_metres()),
            sensor: SensorReading::of(reading, detail),
        }
    }
}

impl Row for ReadingRow<'_> {
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("box_id", CellKind::Text, false, "", "The senseBox's id in openSenseMap"),
        TableColumn::new("box_name", CellKind::Text, false, "", "The senseBox's name, as the owner wrote it"),
        TableColumn::new("model", CellKind::Text, false, "", "The senseBox's model"),
        TableColumn::new("exposure", CellKind::Text, false, "", "indoor, outdoor, mobile or unknown"),
        TableColumn::new("latitude", CellKind::Number, true, "° north, WGS 84", "The senseBox's latitude"),
        TableColumn::new("longitude", CellKind::Number, true, "° east, WGS 84", "The senseBox's longitude"),
        TableColumn::new("height", CellKind::Number, true, "m above sea level", "The senseBox's height"),
        TableColumn::new("sensor_id", CellKind::Text, false, "", "The sensor's id in openSenseMap"),
        TableColumn::new(
            "title",
            CellKind::Text,
            false,
            "",
            "What the sensor measures, in the owner's words",
        ),
        TableColumn::new("unit", CellKind::Text, false, "", "The unit of raw_value, in the owner's spelling"),
        TableColumn::new(
            "sensor_type",
            CellKind::Text,
            false,
            "",
            "The sensor's chip, in the owner's spelling",
        ),
        TableColumn::new(
            "phenomenon",
            CellKind::Text,
            true,
            "",
            "The phenomenon that HiveBox derives from the title",
        ),
        TableColumn::new(
            "raw_value",
            CellKind::Number,
            true,
            "as in unit",
            "The value as the sensor sent it",
        ),
        TableColumn::new(
            "value",
            CellKind::Number,
            true,
            "as in value_unit",
            "The value in the phenomenon's canonical unit",
        ),
        TableColumn::new("value_unit", CellKind::Text, true, "", "The phenomenon's canonical unit"),
        TableColumn::new(
            "unit_corrected",
            CellKind::Boolean,
            false,
            "",
            "Whether the sensor sends another unit than its owner says, and the value allows for it",
        ),
        TableColumn::new(
            "measured_at",
            CellKind::Time,
            true,
            "UTC, ms",
            "When the sensor measured the value",
        ),
        TableColumn::new("verdict", CellKind::Text, false, "", "ok, or why the reading does not count"),
        TableColumn::new(
            "quality",
            CellKind::Text,
            true,
            "",
            "plausible, alone, unsuspicious or confirmed, if the verdict is ok",
        ),
        TableColumn::new(
            "neighbours",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: boxes nearby agree",
        ),
        TableColumn::new(
            "stuck",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: the value changes like weather",
        ),
        TableColumn::new(
            "indoor",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: the value does not suggest a heated room",
        ),
        TableColumn::new(
            "duplicate",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: no other box sends the same values",
        ),
        TableColumn::new(
            "place",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: latitude and longitude do not seem swapped",
        ),
        TableColumn::new(
            "chip",
            CellKind::Text,
            false,
            "",
            "passed, failed or not_checked: no other value of the chip is a sentinel",
        ),
        TableColumn::new(
            "neighbours_median",
            CellKind::Number,
            true,
            "as in value_unit",
            "The median of the boxes nearby, at the height of this one",
        ),
        TableColumn::new(
            "neighbours_spread",
            CellKind::Number,
            true,
            "as in value_unit",
            "How far a reading here may be from that, as one standard deviation",
        ),
        TableColumn::new("neighbours_count", CellKind::Number, true, "", "The number of these boxes"),
        TableColumn::new(
            "deviation",
            CellKind::Number,
            true,
            "as in value_unit",
            "How far the value is above neighbours_median",
        ),
        TableColumn::new(
            "unchanged_since",
            CellKind::Time,
            true,
            "UTC, ms",
            "Since when the sensor has sent this value",
        ),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let sensor = &self.sensor;
        let compared =
            |figure: fn(&NeighbourComparison) -> f64| sensor.comparison.as_ref().map(figure).into();
        vec![
            self.box_id.into(),
            self.box_name.into(),
            self.model.into(),
            self.exposure.into(),
            self.latitude.into(),
            self.longitude.into(),
            self.height.into(),
            sensor.sensor_id.into(),
            sensor.title.into(),
            sensor.unit.into(),
            sensor.sensor_type.into(),
            sensor.phenomenon.into(),
            sensor.raw_value.into(),
            sensor.value.into(),
            sensor.value_unit.into(),
            sensor.unit_corrected.into(),
            sensor.measured_at.into(),
            sensor.verdict.into(),
            sensor.quality.into(),
            sensor.checks.neighbours.into(),
            sensor.checks.stuck.into(),
            sensor.checks.indoor.into(),
            sensor.checks.duplicate.into(),
            sensor.checks.place.into(),
            sensor.checks.chip.into(),
            compared(|it| it.median),
            compared(|it| it.spread),
            compared(|it| it.neighbours as f64),
            compared(|it| it.deviation),
            sensor.unchanged_since.into(),
        ]
    }

    fn coordinates(&self) -> Option<Coordinates> {
        Coordinates::at(self.latitude, self.longitude, self.height)
    }
}
