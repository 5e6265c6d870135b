//! Chores as answers have them.

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::chores::{ChoreSource, Chores, Given, InputKind, Judgement, Language};
use hivebox_climate::estimate::Spot;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::age_seconds;
use hivebox_question::table::Row;

/// What can be done at a hive.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chores)]
pub(crate) struct ChoresBody<'a> {
    /// The moment that is judged.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// Degrees north, by WGS 84.
    latitude: f64,
    /// Degrees east, by WGS 84.
    longitude: f64,
    /// Metres above sea level, if the request said.
    height: Option<f64>,
    /// All chores, in the order of `docs/chores.md`.
    pub(super) chores: Vec<ChoreBody<'a>>,
}

/// A chore, and whether it can be done.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chore)]
pub(crate) struct ChoreBody<'a> {
    /// Its name in programs.
    #[schema(example = "full_inspection")]
    chore: &'a str,
    /// Its name.
    #[schema(example = "Full inspection")]
    name: &'a str,
    /// `go`, `caution`, `no` or `unknown`.
    #[schema(example = "go")]
    verdict: &'static str,
    /// Why, in a sentence or a few.
    reason: &'a str,
    /// What it was judged by.
    inputs: Vec<InputBody<'a>>,
    /// What it needs and nobody near tells.
    missing: Vec<&'static str>,
    /// Where its limits are from.
    sources: Vec<SourceBody<'a>>,
    /// What to heed with a treatment: the label of the product. `null` if it is no treatment.
    label: Option<&'a str>,
}

/// One thing that a chore was judged by.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreInput)]
struct InputBody<'a> {
    /// What it is.
    #[schema(example = "air_temperature")]
    input: &'static str,
    /// Its name.
    #[schema(example = "air temperature now")]
    name: &'a str,
    /// The number, in `unit`, if it was measured.
    value: Option<f64>,
    /// The unit.
    #[schema(example = "°C")]
    unit: Option<&'a str>,
    /// What the request said, if it is not measured.
    told: Option<bool>,
    /// How far the truth may be from the number, if that is known.
    uncertainty: Option<f64>,
    /// How long before `as_of` the oldest of what it is made of was measured.
    age_seconds: Option<i64>,
    /// How many sensors it is made of.
    sensors: Option<i64>,
    /// How far the nearest of them is.
    nearest_km: Option<f64>,
}

/// A publication.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreSource)]
struct SourceBody<'a> {
    /// What it is called.
    title: &'a str,
    /// Where it is, as far as that is known.
    address: &'a str,
    /// What it says, if that is not what the reason says.
    says: Option<&'a str>,
}

impl<'a> ChoresBody<'a> {
    pub(super) fn of(as_of: Timestamp, spot: Spot, chores: Vec<ChoreBody<'a>>) -> Self {
        let (latitude, longitude) = (spot.position.latitude_degrees(), spot.position.longitude_degrees());
        Self { as_of, latitude, longitude, height: spot.height.map(|height| height.0), chores }
    }
}

impl<'a> ChoreBody<'a> {
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
            Given::Measured(input) => Self {
                value: Some(input.rounded()),
                uncertainty: input.uncertainty,
                age_seconds: Some(age_seconds(as_of, input.oldest)),
                sensors: Some(input.sensors as i64),
                nearest_km: Some(input.nearest_metres / 1000.0),
                ..nothing
            },
        }
    }
}

impl<'a> SourceBody<'a> {
    fn of(source: &'a ChoreSource) -> Self {
        Self { title: &source.title, address: &source.address, says: source.says.as_deref() }
    }
}

impl Row for ChoreBody<'_> {
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("chore", CellKind::Text, false, "", "The chore's name in programs"),
        TableColumn::new("name", CellKind::Text, false, "", "The chore's name"),
        TableColumn::new("verdict", CellKind::Text, false, "", "go, caution, no or unknown"),
        TableColumn::new("reason", CellKind::Text, false, "", "Why"),
        TableColumn::new("label", CellKind::Text, true, "", "What to heed with a treatment"),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![self.chore.into(), self.name.into(), self.verdict.into(), self.reason.into(), self.label.into()]
    }
}
