//! The body of the chores.

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::chores::{ChoreSource, Chores, Given, InputKind, Judgement, Language, Origin};
use hivebox_climate::estimate::Spot;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use hivebox_question::table::Row;

/// The chores at a hive, each with a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chores)]
pub(crate) struct ChoresBody<'a> {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Latitude in degrees (WGS 84).
    latitude: f64,
    /// Longitude in degrees (WGS 84).
    longitude: f64,
    /// Metres above sea level, if the request contained it.
    height: Option<f64>,
    /// All chores, in the order of `docs/chores.md`.
    pub(super) chores: Vec<ChoreBody<'a>>,
}

/// A chore and its verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chore)]
pub(crate) struct ChoreBody<'a> {
    /// The chore's identifier.
    #[schema(example = "full_inspection")]
    chore: &'a str,
    /// The chore's name.
    #[schema(example = "Full inspection")]
    name: &'a str,
    /// `go`, `caution`, `no` or `unknown`.
    #[schema(example = "go")]
    verdict: &'static str,
    /// The reason for the verdict, in a few sentences.
    reason: &'a str,
    /// The inputs of the verdict.
    inputs: Vec<InputBody<'a>>,
    /// The inputs that the verdict needs but that no sensor nearby provides.
    missing: Vec<&'static str>,
    /// The sources of its limits.
    sources: Vec<SourceBody<'a>>,
    /// For a treatment, what the product's label requires; otherwise `null`.
    label: Option<&'a str>,
}

/// An input of a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreInput)]
struct InputBody<'a> {
    /// The input's identifier.
    #[schema(example = "air_temperature")]
    input: &'static str,
    /// The input's name.
    #[schema(example = "air temperature now")]
    name: &'a str,
    /// The value in `unit`, if it was measured.
    value: Option<f64>,
    /// The unit.
    #[schema(example = "°C")]
    unit: Option<&'a str>,
    /// The value in the request, if it is not measured.
    told: Option<bool>,
    /// The uncertainty of the value, if known.
    uncertainty: Option<f64>,
    /// The age of the oldest reading in it, at `as_of`.
    age_seconds: Option<i64>,
    /// How many sensors contributed.
    sensors: Option<i64>,
    /// The distance to the nearest of them.
    nearest_km: Option<f64>,
}

/// A publication.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreSource)]
struct SourceBody<'a> {
    /// The title.
    title: &'a str,
    /// The address, if known.
    address: &'a str,
    /// What it says, if the reason does not say it.
    says: Option<&'a str>,
}

impl<'a> ChoresBody<'a> {
    /// The chores at `spot`.
    pub(super) fn of(as_of: Timestamp, spot: Spot, chores: Vec<ChoreBody<'a>>) -> Self {
        let (latitude, longitude) = (spot.position.latitude_degrees(), spot.position.longitude_degrees());
        Self { as_of, latitude, longitude, height: spot.height.map(|height| height.0), chores }
    }
}

impl<'a> ChoreBody<'a> {
    /// The body of one judged chore.
    pub(super) fn of(judgement: &'a Judgement<'a>, as_of: Timestamp, language: Language) -> Self {
        let chore = judgement.chore;
        let input = |&(kind, given): &(InputKind, Given)| InputBody::of(kind, given, as_of, language);
        Self {
            chore: chore.slug(),
            name: chore.name(language),
            verdict: judgement.verdict.slug(),
            reason: &judgement.reason,
            inputs: judgement.used.iter().map(input).collect(),
            missing: judgement.missing.iter().map(|kind| kind.slug()).collect(),
            sources: chore.sources().iter().map(SourceBody::of).collect(),
            label: chore.label(language),
        }
    }
}

impl InputBody<'_> {
    fn of(kind: InputKind, given: Given, as_of: Timestamp, language: Language) -> Self {
        let nothing = Self {
            input: kind.slug(),
            name: Chores::builtin().input_name(kind, language),
            value: None,
            unit: Chores::builtin().input_unit(kind),
            told: None,
            uncertainty: None,
            age_seconds: None,
            sensors: None,
            nearest_km: None,
        };
        match given {
            Given::Told(told) => Self { told: Some(told), ..nothing },
            Given::Weather(input) => {
                let known = Self {
                    value: Some(input.rounded()),
                    uncertainty: Some(input.uncertainty()).filter(|uncertainty| *uncertainty > 0.0),
                    ..nothing
                };
                match input.origin {
                    Origin::Measured { oldest, sensors, nearest_metres, .. } => Self {
                        age_seconds: Some(age_seconds(as_of, oldest)),
                        sensors: Some(sensors as i64),
                        nearest_km: Some(nearest_metres / 1000.0),
                        ..known
                    },
                    Origin::Model { .. } | Origin::Told => known,
                }
            }
        }
    }
}

/// The age of `moment` at `as_of`; zero if it is later.
fn age_seconds(as_of: Timestamp, moment: Timestamp) -> i64 {
    as_of.duration_since(moment).as_secs().max(0)
}

impl<'a> SourceBody<'a> {
    fn of(source: &'a ChoreSource) -> Self {
        Self { title: &source.title, address: &source.address, says: source.says.as_deref() }
    }
}

impl Row for ChoreBody<'_> {
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("chore", CellKind::Text, false, "", "The chore's identifier"),
        TableColumn::new("name", CellKind::Text, false, "", "The chore's name"),
        TableColumn::new("verdict", CellKind::Text, false, "", "go, caution, no or unknown"),
        TableColumn::new("reason", CellKind::Text, false, "", "The reason for the verdict"),
        TableColumn::new(
            "label",
            CellKind::Text,
            true,
            "",
            "For a treatment, what the product's label requires",
        ),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![self.chore.into(), self.name.into(), self.verdict.into(), self.reason.into(), self.label.into()]
    }
}
