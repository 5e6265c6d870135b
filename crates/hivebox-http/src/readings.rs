//! `GET /api/v1/readings`: the newest reading of each sensor, in any format.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::http::header::ETAG;
use axum::response::Response;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quality::Level;
use hivebox_climate::readings::{BoxReadings, Reading};
use hivebox_climate::selection::Selection;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::current::current;
use crate::describe::{Operation, ResponseDoc, Tag};
use crate::error::ApiError;
use crate::example;
use crate::params::Params;
use crate::pieces;
use crate::reading_row::ReadingRow;
use crate::table;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, PHENOMENON, QUALITY};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::{Heading, Row};

const FORMATS: Formats =
    Formats(&[Format::Json, Format::Csv, Format::GeoJson, Format::Parquet, Format::Arrow]);

/// A request for readings.
#[derive(Debug)]
pub(super) struct AskReadings {
    selection: Selection,
    phenomena: Option<Vec<PhenomenonId>>,
    quality: Option<Level>,
    format: Format,
}

impl Ask for AskReadings {
    fn read(reader: &mut Reader) -> Option<Self> {
        let selection = filter::selection(reader);
        let (phenomena, quality) = (reader.query(&PHENOMENON), reader.query(&QUALITY));
        Some(Self { selection, phenomena, quality, format: reader.format(FORMATS)? })
    }
}

/// `GET /api/v1/readings`, ordered by the id of the box. Sensors without a current reading are left out.
pub(super) async fn readings(
    State(app): State<Arc<App>>,
    uri: Uri,
    Params(asked): Params<AskReadings>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let heading = Heading { name: "readings", as_of: present.readings.as_of() };
    let tag = table::tag(asked.format, heading, uri.query());
    let mut response = table::streamed(asked.format, heading, ReadingRow::COLUMNS, move |writer| {
        let (readings, detail) = (&present.readings, present.detail());
        let oldest = asked.selection.oldest(readings);
        let mut boxes: Vec<_> = asked.selection.boxes(readings, &detail.places).collect();
        boxes.sort_unstable_by_key(BoxReadings::id);
        for reading in boxes.into_iter().flat_map(|sense_box| sense_box.readings()) {
            let is_good = asked.quality.is_none_or(|level| detail.quality.is_at_least(reading.row(), level));
            if is_good && asked.wants(reading, oldest) {
                writer.push(&ReadingRow::of(reading, detail))?;
            }
        }
        Ok(())
    })?;
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

impl AskReadings {
    fn wants(&self, reading: Reading<'_>, oldest: Option<Timestamp>) -> bool {
        let phenomenon = reading.phenomenon();
        reading.verdict().is_current()
            && self.phenomena.as_ref().is_none_or(|wanted| phenomenon.is_some_and(|it| wanted.contains(&it)))
            && oldest.is_none_or(|oldest| reading.measured_at().is_some_and(|at| at >= oldest))
    }
}

/// The readings in JSON.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readings)]
struct ReadingList<'a> {
    /// The time as of which the readings are judged.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The readings, ordered by the id of the box.
    readings: Vec<ReadingRow<'a>>,
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let (as_of, detail) = (present.readings.as_of(), present.detail());
    let rows =
        || present.readings.iter().take(2).map(|reading| ReadingRow::of(reading, detail)).collect::<Vec<_>>();
    let response = ResponseDoc::ok("The newest reading of each sensor, if it is current.");
    let response = response.json(&ReadingList { as_of, readings: rows() });
    let heading = Heading { name: "readings", as_of };
    Operation::new("listReadings", Tag::Now, "All current readings, with verdict and quality")
        .description(
            "The response is streamed and has no limit. Without `quality`, it includes readings that do not count.",
        )
        .asks::<AskReadings>()
        .responds(table::described_with_places(response, heading, &rows()))
        .needs_present()
        .fails("Too many large responses are in progress.", &pieces::busy())
        .may_fail()
}
