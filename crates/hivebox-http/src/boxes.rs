//! `GET /api/v1/boxes`: list and search senseBoxes.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::Response;
use hivebox_archive::{Cell, CellKind, TableColumn};
use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::nearby::BoxIndex;
use hivebox_climate::readings::{BoxReadings, Readings};
use hivebox_climate::selection::Selection;
use hivebox_climate::verdict::Verdict;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::table;
use hivebox_present::Present;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, NAME};
use hivebox_question::parameters::page::{CURSOR, Cursor, LIMIT};
use hivebox_question::parameters::{Ask, Reader, query_string};
use hivebox_question::table::{Coordinates, Heading, Row};

const FORMATS: Formats =
    Formats(&[Format::Json, Format::Csv, Format::GeoJson, Format::Parquet, Format::Arrow]);

/// A request for a page of boxes.
#[derive(Debug)]
pub(super) struct AskBoxes {
    selection: Selection,
    /// Part of the name, in lower case.
    name: Option<String>,
    limit: usize,
    cursor: Option<Cursor>,
    format: Format,
}

impl Ask for AskBoxes {
    fn read(reader: &mut Reader) -> Option<Self> {
        let selection = filter::boxes(reader);
        let name = reader.query(&NAME).map(|name| name.to_lowercase());
        let (limit, cursor) = (reader.query(&LIMIT), reader.query(&CURSOR));
        let format = reader.format(FORMATS);
        Some(Self { selection, name, limit: limit? as usize, cursor, format: format? })
    }
}

/// A page of senseBoxes, ordered by id.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct BoxPage<'a> {
    /// The time of the readings.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// How many boxes match the request, on all pages.
    total: usize,
    /// The boxes.
    boxes: Vec<SenseBoxRow<'a>>,
    /// The `cursor` of the next page; missing on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    next_cursor: Option<String>,
}

/// A senseBox.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BoxRow)]
pub(super) struct SenseBoxRow<'a> {
    /// The id in openSenseMap.
    #[schema(example = "5386026e5f08822009b8b60d")]
    pub(super) id: &'a str,
    /// The name, as the owner wrote it.
    pub(super) name: &'a str,
    /// The model.
    #[schema(example = "homeV2Wifi")]
    pub(super) model: &'a str,
    /// `indoor`, `outdoor`, `mobile` or `unknown`.
    #[schema(example = "outdoor")]
    pub(super) exposure: &'static str,
    /// Latitude in degrees (WGS 84); `null` if the location is unknown.
    pub(super) latitude: Option<f64>,
    /// Longitude in degrees (WGS 84).
    pub(super) longitude: Option<f64>,
    /// Metres above sea level, if the owner entered it.
    pub(super) height: Option<f64>,
    /// The tags by which the owner groups boxes.
    pub(super) grouptags: Vec<&'a str>,
    /// How many sensors it has.
    pub(super) sensors: i64,
    /// How many of the sensors have a reading that counts.
    pub(super) readings: i64,
    /// The phenomena of those readings.
    pub(super) phenomena: Vec<&'static str>,
    /// When the newest of those readings was measured.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub(super) freshest: Option<Timestamp>,
}

/// `GET /api/v1/boxes`.
pub(super) async fn boxes(
    State(app): State<Arc<App>>,
    uri: Uri,
    Params(asked): Params<AskBoxes>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    // Searching all names takes a few milliseconds, for which it must not block a thread of the runtime.
    let made = tokio::task::spawn_blocking(move || page(&present, &asked, &uri)).await;
    made.map_err(ApiError::internal)?
}

fn page(present: &Present, asked: &AskBoxes, uri: &Uri) -> Result<Response, ApiError> {
    let found = asked.find(&present.readings, &present.detail().places);
    let total = found.len();
    let from =
        asked.cursor.as_ref().map_or(0, |cursor| found.partition_point(|it| !cursor.is_before(it.id())));
    let page = &found[from..found.len().min(from + asked.limit)];
    let is_last = from + page.len() == total;
    let next = page.last().filter(|_| !is_last).and_then(|last| Cursor::after(last.id()));
    let rows: Vec<SenseBoxRow<'_>> = page.iter().copied().map(SenseBoxRow::of).collect();
    let as_of = present.readings.as_of();
    let heading = Heading { name: "boxes", as_of };
    let next_cursor = next.map(|next| next.to_string());
    let link = next_cursor.as_deref().and_then(|cursor| next_link(uri, cursor));
    let page = BoxPage { as_of, total, boxes: rows, next_cursor };
    let mut response = table::whole(asked.format, heading, &page.boxes, &page)?;
    if let Some(link) = link {
        response.headers_mut().insert(LINK, link);
    }
    Ok(response)
}

impl AskBoxes {
    /// The matching boxes, ordered by id.
    fn find<'a>(&self, readings: &'a Readings, places: &'a BoxIndex) -> Vec<BoxReadings<'a>> {
        let is_called = |it: &BoxReadings<'_>| {
            self.name.as_ref().is_none_or(|name| it.name().to_lowercase().contains(name))
        };
        let mut found: Vec<_> = self.selection.boxes(readings, places).filter(is_called).collect();
        found.sort_unstable_by_key(BoxReadings::id);
        found
    }
}

/// The link to the next page (RFC 8288): the same request with another cursor.
fn next_link(uri: &Uri, cursor: &str) -> Option<HeaderValue> {
    let others = uri.query().unwrap_or_default().split('&');
    let is_cursor = |pair: &str| {
        query_string::pairs(pair).is_ok_and(|pairs| pairs.iter().any(|(name, _)| name == CURSOR.name))
    };
    let others = others.filter(|pair| !pair.is_empty() && !is_cursor(pair));
    let query: Vec<&str> = others.collect();
    let and = if query.is_empty() { "" } else { "&" };
    let link = format!("<{}?{}{and}cursor={cursor}>; rel=\"next\"", uri.path(), query.join("&"));
    // A query may contain a raw DEL, which no header may; the body has the cursor as well.
    HeaderValue::try_from(link).ok()
}

impl<'a> SenseBoxRow<'a> {
    /// The row of a box.
    pub(super) fn of(sense_box: BoxReadings<'a>) -> Self {
        let place = sense_box.place();
        let good = || sense_box.readings().filter(|reading| reading.verdict() == Verdict::Ok);
        let mut measured: Vec<_> = good().filter_map(|reading| reading.phenomenon()).collect();
        measured.sort_unstable();
        measured.dedup();
        let slug = |id| Catalogue::builtin().phenomenon(id).slug();
        Self {
            id: sense_box.id(),
            name: sense_box.name(),
            model: sense_box.model(),
            exposure: sense_box.exposure().slug(),
            latitude: place.map(|place| place.latitude_degrees()),
            longitude: place.map(|place| place.longitude_degrees()),
            height: place.and_then(|place| place.height_metres()),
            grouptags: sense_box.grouptags().collect(),
            sensors: sense_box.rows().len() as i64,
            readings: good().count() as i64,
            phenomena: measured.into_iter().map(slug).collect(),
            freshest: good().filter_map(|reading| reading.measured_at()).max(),
        }
    }
}

impl Row for SenseBoxRow<'_> {
    const COLUMNS: &'static [TableColumn] = &[
        TableColumn::new("id", CellKind::Text, false, "", "The senseBox's id in openSenseMap"),
        TableColumn::new("name", CellKind::Text, false, "", "The senseBox's name, as the owner wrote it"),
        TableColumn::new("model", CellKind::Text, false, "", "The senseBox's model"),
        TableColumn::new("exposure", CellKind::Text, false, "", "indoor, outdoor, mobile or unknown"),
        TableColumn::new("latitude", CellKind::Number, true, "° north, WGS 84", "The senseBox's latitude"),
        TableColumn::new("longitude", CellKind::Number, true, "° east, WGS 84", "The senseBox's longitude"),
        TableColumn::new("height", CellKind::Number, true, "m above sea level", "The senseBox's height"),
        TableColumn::new("sensors", CellKind::Integer, false, "", "How many sensors the senseBox has"),
        TableColumn::new(
            "readings",
            CellKind::Integer,
            false,
            "",
            "How many of the sensors have a reading that counts",
        ),
        TableColumn::new(
            "freshest",
            CellKind::Time,
            true,
            "UTC, ms",
            "When the newest of those readings was measured",
        ),
    ];

    fn cells(&self) -> Vec<Cell<'_>> {
        vec![
            self.id.into(),
            self.name.into(),
            self.model.into(),
            self.exposure.into(),
            self.latitude.into(),
            self.longitude.into(),
            self.height.into(),
            self.sensors.into(),
            self.readings.into(),
            self.freshest.into(),
        ]
    }

    fn coordinates(&self) -> Option<Coordinates> {
        Coordinates::at(self.latitude, self.longitude, self.height)
    }
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let as_of = present.readings.as_of();
    let boxes = || present.readings.boxes().take(2).map(SenseBoxRow::of).collect::<Vec<_>>();
    let next = present.readings.boxes().nth(1).and_then(|last| Cursor::after(last.id()));
    let page = BoxPage {
        as_of,
        total: present.readings.box_count(),
        boxes: boxes(),
        next_cursor: next.map(|next| next.to_string()),
    };
    let answer = ResponseDoc::ok("A page of senseBoxes, ordered by id.").json(&page);
    let heading = Heading { name: "boxes", as_of };
    Operation::new("listBoxes", Tag::Now, "List and search senseBoxes")
        .description("A cursor stays valid when boxes appear or disappear, and when new readings arrive.")
        .asks::<AskBoxes>()
        .responds(table::described_with_places(answer, heading, &boxes()).headers(&[headers::LINK]))
        .needs_present()
        .may_fail()
}
