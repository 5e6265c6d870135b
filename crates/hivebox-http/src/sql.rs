//! `POST /api/v1/sql`: any question about the past, where that is switched on.

mod text;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use hivebox_archive::{BatchFormat, BatchWriter, TableError};
use serde::Serialize;
use serde_json::json;
use tokio::runtime::Handle;
use utoipa::ToSchema;

use crate::describe::{ResponseDoc, Operation, Tag, headers};
use crate::pieces;
use crate::app::App;
use crate::asked::Asked;
use crate::error::ApiError;
use crate::header_value::header_value;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::past::SqlAnswer;
use text::{Question, read};

/// More rows than this are for those who read the files themselves.
pub(crate) const MOST_ROWS: usize = 1_000_000;

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);
const PRIVATE: HeaderValue = HeaderValue::from_static("no-store");

/// In which format the answer is asked for.
#[derive(Debug)]
pub(super) struct AskSql {
    format: Format,
}

impl Ask for AskSql {
    fn read(reader: &mut Reader) -> Option<Self> {
        Some(Self { format: reader.format(FORMATS)? })
    }
}

/// `POST /api/v1/sql`.
pub(super) async fn sql(
    State(app): State<Arc<App>>,
    Asked(AskSql { format }): Asked<AskSql>,
    request: Request,
) -> Result<Response, ApiError> {
    if !app.past.sql {
        return Err(off());
    }
    let text = read(request).await?;
    let mut answer = app.past.sql(&text, MOST_ROWS).await?;
    let writer = BatchWriter::new(batch_format(format), answer.schema()).map_err(unfit)?;
    // What goes wrong before there is a row can still be told by a status.
    let first = answer.next().await.transpose()?;
    let body = body(writer, first, answer)?;
    let disposition = format!("inline; filename=\"sql.{}\"", format.name());
    let disposition = header_value(disposition);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, PRIVATE),
    ];
    Ok((headers, body).into_response())
}

type Batch = hivebox_archive::RecordBatch;

/// The rows as they come. A client that takes none in time loses the rest.
fn body(mut writer: BatchWriter, first: Option<Batch>, mut answer: SqlAnswer) -> Result<Body, ApiError> {
    let runtime = Handle::current();
    pieces::body(move |sink| {
        let mut next = first;
        while let Some(batch) = next {
            let sent = match writer.write(&batch) {
                Ok(piece) => sink.send(piece),
                Err(error) => return sink.fail(error),
            };
            if sent.is_err() {
                return;
            }
            next = match runtime.block_on(answer.next()).transpose() {
                Ok(next) => next,
                Err(error) => return sink.fail(error),
            };
        }
        match writer.finish() {
            // Whoever has gone needs no end.
            Ok(piece) => drop(sink.send(piece)),
            Err(error) => sink.fail(error),
        }
    })
}

fn batch_format(format: Format) -> BatchFormat {
    match format {
        Format::Csv => BatchFormat::Csv,
        Format::Parquet => BatchFormat::Parquet,
        Format::Arrow => BatchFormat::Arrow,
        Format::Json | Format::GeoJson => BatchFormat::Json,
    }
}

/// Why an answer cannot be had in the format that is asked for.
fn unfit(error: TableError) -> ApiError {
    match error {
        TableError::Nested(_) => ApiError::bad(&error.to_string()),
        error => ApiError::internal(error),
    }
}

fn off() -> ApiError {
    const DETAIL: &str = "SQL is off here. Whoever runs this HiveBox can switch it on by HIVEBOX_SQL=on; GET \
                          /api/v1/history answers most questions without it, and `hivebox sql` any.";
    ApiError::new(StatusCode::FORBIDDEN, "Forbidden", DETAIL)
}

/// What JSON has.
#[derive(Serialize, ToSchema)]
#[schema(as = SqlRows)]
struct Rows {
    /// An object for each row, with a field for each column.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

pub(super) fn describe() -> Operation {
    const SQL: &str = "select phenomenon, count(*) as readings from readings group by phenomenon";
    let row = json!({ "phenomenon": "air_temperature", "readings": 4_321_000 });
    let rows = Rows { rows: row.as_object().cloned().into_iter().collect() };
    let answer =
        ResponseDoc::ok("The rows, sent while they are found; a fault after the first breaks the body off.")
            .json(&rows)
            .text(Format::Csv.media_type(), "phenomenon,readings\nair_temperature,4321000\n")
            .bytes(Format::Parquet.media_type())
            .bytes(Format::Arrow.media_type())
            .headers(&[headers::CONTENT_DISPOSITION]);
    Operation::new("postSql", Tag::Past, "Ask the past by SQL")
        .description(
            "One statement that reads, such as `select`, over the tables `readings`, `hourly`, `boxes` and `sensors`, as \
             docs/history.md has them. It answers only where that is switched on (`HIVEBOX_SQL=on`). At most a million \
             rows; the time limit counts until the last of them is taken.",
        )
        .asks::<AskSql>()
        .takes_text(SQL)
        .takes_json(&Question { sql: SQL.to_owned() })
        .responds(answer)
        .fails("SQL is off.", &off())
        .fails("The SQL cannot be answered.", &text::wrong("No table is called reading."))
        .fails("The body is too long.", &text::too_long())
        .fails("The body is neither text nor JSON.", &text::unsupported())
        .fails("Too much is being sent.", &pieces::busy())
        .fails_of_past()
        .may_fail()
}
