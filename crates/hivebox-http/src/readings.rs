//! `GET /api/v1/readings`: the newest reading of each sensor, in any format.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::http::header::ETAG;
use axum::response::Response;
use hivebox_climate::phenomenon::PhenomenonId;
use hivebox_climate::quality::Level;
use hivebox_climate::readings::{Reading, SenseBox};
use hivebox_climate::selection::Selection;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::current::{NOTHING_CURRENT, current, nothing_current};
use crate::describe::{ResponseDoc, Operation, Tag};
use crate::example;
use crate::pieces;
use crate::reading_row::ReadingRow;
use crate::table;
use crate::app::App;
use crate::asked::Asked;
use crate::error::ApiError;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::filter::{self, PHENOMENON, QUALITY};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::table::{Heading, Row};

const FORMATS: Formats =
    Formats(&[Format::Json, Format::Csv, Format::GeoJson, Format::Parquet, Format::Arrow]);

/// Which readings are asked for, and as what.
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

/// `GET /api/v1/readings`: box by box in the order of their ids. Sensors that say nothing now are left out.
pub(super) async fn readings(
    State(app): State<Arc<App>>,
    uri: Uri,
    Asked(asked): Asked<AskReadings>,
) -> Result<Response, ApiError> {
    let present = current(&app).await?;
    let heading = Heading { name: "readings", as_of: present.readings.as_of() };
    let tag = table::tag(asked.format, heading, uri.query());
    let mut response = table::answer(asked.format, heading, ReadingRow::COLUMNS, move |writer| {
        let (readings, detail) = (&present.readings, present.detail());
        let oldest = asked.selection.oldest(readings);
        let mut boxes: Vec<_> = asked.selection.boxes(readings, &detail.places).collect();
        boxes.sort_unstable_by_key(SenseBox::id);
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

/// What JSON has.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Readings)]
struct ReadingList<'a> {
    /// The moment as of which the readings are judged.
    #[schema(value_type = String, format = DateTime)]
    as_of: Timestamp,
    /// The readings, in the order of their boxes' ids.
    readings: Vec<ReadingRow<'a>>,
}

pub(super) fn describe() -> Operation {
    let present = example::present();
    let (as_of, detail) = (present.readings.as_of(), present.detail());
    let rows =
        || present.readings.iter().take(2).map(|reading| ReadingRow::of(reading, detail)).collect::<Vec<_>>();
    let answer = ResponseDoc::ok("The newest reading of each sensor that says something now.");
    let answer = answer.json(&ReadingList { as_of, readings: rows() });
    let heading = Heading { name: "readings", as_of };
    Operation::new("listReadings", Tag::Now, "All current readings, with what is thought of them")
        .description("Any number of them, sent while they are written. Without `quality` also those that do not count.")
        .asks::<AskReadings>()
        .responds(table::described_with_places(answer, heading, &rows()))
        .fails(NOTHING_CURRENT, &nothing_current())
        .fails("Too much is being sent.", &pieces::busy())
        .may_fail()
}
