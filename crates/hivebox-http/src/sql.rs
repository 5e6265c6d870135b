//! `POST /api/v1/sql`: SQL over the past, if it is switched on.

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

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::ApiError;
use crate::header_value::header_value;
use crate::params::Params;
use crate::pieces;
use hivebox_question::format::{Format, Formats};
use hivebox_question::parameters::{Ask, Reader};
use hivebox_question::past::SqlAnswer;
use text::{SqlRequest, read};

/// The most rows of a response. For more, read the Parquet files directly.
pub(crate) const MOST_ROWS: usize = 1_000_000;

const FORMATS: Formats = Formats(&[Format::Json, Format::Csv, Format::Parquet, Format::Arrow]);
const PRIVATE: HeaderValue = HeaderValue::from_static("no-store");

/// The requested format.
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
    Params(AskSql { format }): Params<AskSql>,
    request: Request,
) -> Result<Response, ApiError> {
    if !app.past.sql {
        return Err(off());
    }
    let text = read(request).await?;
    let mut answer = app.past.sql(&text, MOST_ROWS).await?;
    let writer = BatchWriter::new(batch_format(format), answer.schema()).map_err(unfit)?;
    // An error before the first row can still change the status.
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

/// The rows, streamed as they are found. If the client does not read them in time, it loses the rest.
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
            // It fails if the client has disconnected; then nobody needs the end.
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

/// The error of a result that does not fit the requested format.
fn unfit(error: TableError) -> ApiError {
    match error {
        TableError::Nested(_) => ApiError::bad(&error.to_string()),
        error => ApiError::internal(error),
    }
}

fn off() -> ApiError {
    const DETAIL: &str = "SQL is off. The operator can switch it on with HIVEBOX_SQL=on. GET /api/v1/history answers \
                          most questions without SQL, and the command `hivebox sql` works without the setting.";
    ApiError::new(StatusCode::FORBIDDEN, "Forbidden", DETAIL)
}

/// The rows in JSON.
#[derive(Serialize, ToSchema)]
#[schema(as = SqlRows)]
struct Rows {
    /// One object per row, with one field per column.
    #[schema(value_type = Vec<Object>)]
    rows: Vec<serde_json::Map<String, serde_json::Value>>,
}

pub(super) fn describe() -> Operation {
    const SQL: &str = "select phenomenon, count(*) as readings from readings group by phenomenon";
    let row = json!({ "phenomenon": "air_temperature", "readings": 4_321_000 });
    let rows = Rows { rows: row.as_object().cloned().into_iter().collect() };
    let answer = ResponseDoc::ok("The rows, streamed. An error after the first row aborts the body.")
        .json(&rows)
        .text(Format::Csv.media_type(), "phenomenon,readings\nair_temperature,4321000\n")
        .bytes(Format::Parquet.media_type())
        .bytes(Format::Arrow.media_type())
        .headers(&[headers::CONTENT_DISPOSITION]);
    Operation::new("postSql", Tag::Past, "Query the past with SQL")
        .description(
            "One read-only statement, such as `select`, over the tables `readings`, `hourly`, `boxes` and `sensors`, \
             which docs/history.md describes. It only works if it is switched on (`HIVEBOX_SQL=on`). At most a million \
             rows; the time limit includes sending them.",
        )
        .asks::<AskSql>()
        .takes_text(SQL)
        .takes_json(&SqlRequest { sql: SQL.to_owned() })
        .responds(answer)
        .fails("SQL is off.", &off())
        .fails("The SQL is invalid.", &text::wrong("No table is called reading."))
        .fails("The body is too long.", &text::too_long())
        .fails("The body is neither text nor JSON.", &text::unsupported())
        .fails("Too many large responses are in progress.", &pieces::busy())
        .fails_of_past()
        .may_fail()
}
