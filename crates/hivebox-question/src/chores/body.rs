//! The JSON body and the table rows of the chores.

use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::chores::{
    ChoreSource, Chores, Given, Input, InputKind, Judgement, Language, Origin, Window,
};
use hivebox_climate::sun::SunUp;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::at_place::AtPlace;
use crate::forecast::ForecastStateBody;
use crate::table::{Row, hundredths};

/// The chores at a hive, each with a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chores)]
pub struct ChoresBody {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    pub as_of: Timestamp,
    /// How many senseBoxes have been heard anywhere; 0 if the weather model alone answers, as when openSenseMap is down.
    pub boxes_heard: i64,
    /// Latitude in degrees (WGS 84).
    pub latitude: f64,
    /// Longitude in degrees (WGS 84).
    pub longitude: f64,
    /// Metres above sea level, if the request contained it.
    pub height: Option<f64>,
    /// Whether a forecast was used, and where it is from.
    pub forecast: ForecastStateBody,
    /// When the sun is up, today and in the next 7 days.
    pub daylight: Vec<DaylightBody>,
    /// All chores, in the order of `docs/chores.md`.
    pub chores: Vec<ChoreBody>,
}

/// A stretch of time in which the sun is up.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Daylight)]
pub struct DaylightBody {
    /// Sunrise; in a polar day the beginning of what was computed.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Sunset; in a polar day the end of what was computed.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
}

/// A chore and its verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chore)]
pub struct ChoreBody {
    /// The chore's identifier.
    #[schema(example = "full_inspection")]
    pub chore: &'static str,
    /// The chore's name.
    #[schema(example = "Full inspection")]
    pub name: &'static str,
    /// `go`, `caution`, `no` or `unknown`.
    #[schema(example = "go")]
    pub verdict: &'static str,
    /// The reason for the verdict, in a few sentences.
    pub reason: String,
    /// The inputs of the verdict.
    pub inputs: Vec<InputBody>,
    /// The inputs that the verdict needs but that neither a sensor nearby nor a weather model provides.
    pub missing: Vec<&'static str>,
    /// When the weather of the next 7 days allows the chore; empty without a forecast.
    pub windows: Vec<WindowBody>,
    /// The sources of its limits.
    pub sources: Vec<SourceBody>,
    /// For a treatment, what the product's label requires; otherwise `null`.
    pub label: Option<&'static str>,
}

/// A stretch of time in which the weather allows a chore.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreWindow)]
pub struct WindowBody {
    /// Its beginning.
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    /// Its end.
    #[schema(value_type = String, format = DateTime)]
    pub to: Timestamp,
    /// `go` or `caution`.
    #[schema(example = "go")]
    pub verdict: &'static str,
    /// The input that is most likely to change the verdict; `null` if no weather decides.
    #[schema(example = "wind_speed")]
    pub weakest: Option<&'static str>,
    /// The probability, 0 to 1, that this input allows the verdict or a better one all the time.
    #[schema(example = 0.87)]
    pub certainty: f64,
}

/// An input of a verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreInput)]
pub struct InputBody {
    /// The input's identifier.
    #[schema(example = "air_temperature")]
    pub input: &'static str,
    /// The input's name.
    #[schema(example = "air temperature now")]
    pub name: &'static str,
    /// Where it is from: `measured` (boxes), `model` (the weather model of `forecast`) or `told` (the request).
    #[schema(example = "measured")]
    pub origin: &'static str,
    /// The weather model, if it is from one.
    #[schema(example = "open-meteo")]
    pub source: Option<&'static str>,
    /// The value in `unit`. For `rain` and `wind` in the request, it stands for the word.
    pub value: Option<f64>,
    /// The unit.
    #[schema(example = "°C")]
    pub unit: Option<&'static str>,
    /// What the request says about the colony.
    pub told: Option<bool>,
    /// The uncertainty of the value, if known: half the width of its range.
    pub uncertainty: Option<f64>,
    /// The lower end of the range that holds the true value in 68 of 100 cases, if known.
    pub low: Option<f64>,
    /// The upper end of that range, if known.
    pub high: Option<f64>,
    /// The age of the oldest reading in it at `as_of`; or that of the forecast, as `forecast.origin` has it.
    pub age_seconds: Option<i64>,
    /// How many sensors contributed.
    pub sensors: Option<i64>,
    /// The distance to the nearest of them.
    pub nearest_km: Option<f64>,
}

/// A publication.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ChoreSource)]
pub struct SourceBody {
    /// The title.
    pub title: &'static str,
    /// The address of the very page; `null` if it is not known.
    pub address: Option<&'static str>,
    /// What it says, if the reason does not say it.
    pub says: Option<&'static str>,
}

impl ChoresBody {
    /// The chores at `place`, and when the sun is up there.
    pub(super) fn of(
        place: &AtPlace<'_>,
        daylight: &[SunUp],
        chores: Vec<ChoreBody>,
        language: Language,
    ) -> Self {
        let position = place.spot.position;
        let daylight = daylight.iter().map(|&SunUp { from, to }| DaylightBody { from, to });
        Self {
            as_of: place.as_of,
            boxes_heard: place.boxes_heard(),
            latitude: position.latitude_degrees(),
            longitude: position.longitude_degrees(),
            height: place.spot.height.map(|height| height.0),
            forecast: ForecastStateBody::of(place, language),
            daylight: daylight.collect(),
            chores,
        }
    }
}

impl ChoreBody {
    /// The body of one judged chore.
    pub(super) fn of(
        judgement: Judgement<'static>,
        windows: Vec<Window>,
        place: &AtPlace<'_>,
        language: Language,
    ) -> Self {
        let Judgement { chore, verdict, reason, used, missing, .. } = judgement;
        let input = |(kind, given)| InputBody::of(kind, given, place, language);
        Self {
            chore: chore.slug(),
            name: chore.name(language),
            verdict: verdict.slug(),
            reason,
            inputs: used.into_iter().map(input).collect(),
            missing: missing.into_iter().map(InputKind::slug).collect(),
            windows: windows.into_iter().map(WindowBody::of).collect(),
            sources: chore.sources().iter().map(SourceBody::of).collect(),
            label: chore.label(language),
        }
    }
}

impl WindowBody {
    fn of(window: Window) -> Self {
        Self {
            from: window.from,
            to: window.to,
            verdict: window.verdict.slug(),
            weakest: window.weakest.map(InputKind::slug),
            certainty: hundredths(window.certainty),
        }
    }
}

impl InputBody {
    fn of(kind: InputKind, given: Given, place: &AtPlace<'_>, language: Language) -> Self {
        let nothing = Self {
            input: kind.slug(),
            name: Chores::builtin().input_name(kind, language),
            origin: "told",
            source: None,
            value: None,
            unit: Chores::builtin().input_unit(kind),
            told: None,
            uncertainty: None,
            low: None,
            high: None,
            age_seconds: None,
            sensors: None,
            nearest_km: None,
        };
        match given {
            Given::Told(told) => Self { told: Some(told), ..nothing },
            Given::Weather(input) => nothing.with(input, place),
        }
    }

    fn with(self, input: Input, place: &AtPlace<'_>) -> Self {
        let end = |value: f64| Some(hundredths(value)).filter(|value| value.is_finite());
        let known = Self {
            value: Some(input.rounded()),
            uncertainty: Some(hundredths(input.uncertainty())).filter(|uncertainty| *uncertainty > 0.0),
            low: end(input.low),
            high: end(input.high),
            ..self
        };
        match input.origin {
            Origin::Measured { oldest, sensors, nearest_metres, .. } => Self {
                origin: "measured",
                age_seconds: Some(place.as_of.duration_since(oldest).as_secs().max(0)),
                sensors: Some(sensors as i64),
                nearest_km: Some(hundredths(nearest_metres / 1000.0)),
                ..known
            },
            Origin::Model { fetched_at } => Self {
                origin: "model",
                source: place.forecast.as_ref().ok().map(|found| found.source.slug),
                age_seconds: Some(place.age_seconds(fetched_at)),
                ..known
            },
            Origin::Told => known,
        }
    }
}

impl SourceBody {
    fn of(source: &'static ChoreSource) -> Self {
        Self { title: &source.title, address: source.address.as_deref(), says: source.says.as_deref() }
    }
}

impl Row for ChoreBody {
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
        TableColumn::new(
            "next_from",
            CellKind::Time,
            true,
            "UTC, ms",
            "The beginning of the first window in the next 7 days",
        ),
        TableColumn::new("next_to", CellKind::Time, true, "UTC, ms", "The end of that window"),
        TableColumn::new(
            "next_verdict",
            CellKind::Text,
            true,
            "",
            "The verdict in that window, go or caution",
        ),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        let next = self.windows.first();
        vec![
            self.chore.into(),
            self.name.into(),
            self.verdict.into(),
            (&*self.reason).into(),
            self.label.into(),
            next.map(|window| window.from).into(),
            next.map(|window| window.to).into(),
            next.map(|window| window.verdict).into(),
        ]
    }
}
