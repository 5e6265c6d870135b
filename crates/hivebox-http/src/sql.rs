//! `POST /api/v1/sql`: SQL about the history, if it is switched on.

#[cfg(not(feature = "sql"))]
mod no_rows;
#[cfg(feature = "sql")]
mod rows;
mod text;

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use hivebox_archive::query::QueryError;
use hivebox_question::format::Format;
use hivebox_question::past::PastError;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::app::App;
use crate::describe::{Operation, ResponseDoc, Tag, headers};
use crate::error::{ApiError, sentence};
use crate::formatted::Formatted;
use crate::params::Params;
use crate::pieces;
use crate::whole_body;
#[cfg(not(feature = "sql"))]
use no_rows as rows;
use text::SqlBody;

/// `POST /api/v1/sql`.
pub(super) async fn sql(
    State(app): State<Arc<App>>,
    Params(Formatted { asked: (), format }): Params<Formatted<()>>,
    request: Request,
) -> Result<Response, ApiError> {
    if !app.past.sql {
        return Err(if cfg!(feature = "sql") { off() } else { missing() });
    }
    let text = text::read(request).await?;
    rows::answer(&app.past, &text, format).await
}

fn off() -> ApiError {
    const DETAIL: &str = "SQL is off. The operator can switch it on with HIVEBOX_SQL=on. GET /api/v1/history answers \
                          most questions without SQL, and the command `hivebox sql` works without the setting.";
    ApiError::new(StatusCode::FORBIDDEN, "Forbidden", DETAIL)
}

/// What a build without SQL answers: the same status as where SQL is off, since it always is.
fn missing() -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "Forbidden", sentence(hivebox_question::past::NO_SQL))
}

fn too_complex() -> ApiError {
    let reason = "the SQL builds rows of up to 1000000000 bytes, and a row may have 917504: build shorter texts and lists, or \
                  raise query-memory";
    ApiError::from(PastError::from(QueryError::TooComplex(reason.into())))
}

/// The answer as JSON.
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
    let answer = ResponseDoc::ok("The rows, streamed. An error after the first row aborts the body.")
        .json(&rows)
        .text(Format::Csv.media_type(), "phenomenon,readings\nair_temperature,4321000\n")
        .bytes(Format::Parquet.media_type())
        .bytes(Format::Arrow.media_type())
        .headers(&[headers::CONTENT_DISPOSITION]);
    Operation::new("postSql", Tag::Past, "Query the past with SQL")
        .description(
            "One read-only statement, such as `select`, over the tables `readings`, `hourly`, `boxes` and `sensors`, \
             which docs/history.md describes. It only works if it is switched on (`HIVEBOX_SQL=on`). At most \
             `HIVEBOX_SQL_ROWS` rows, by default a million; the time limit includes sending them. Pages of other \
             origins may not ask it.",
        )
        .asks::<Formatted<()>>()
        .takes_json(&SqlBody { sql: SQL.to_owned() })
        .responds(answer)
        .fails("SQL is off.", &off())
        .fails("The SQL is invalid.", &text::wrong("No table is called reading."))
        .fails("The SQL is too long.", &text::too_long())
        .fails("The body does not arrive in time.", &whole_body::too_slow())
        .fails("The body is not JSON.", &text::unsupported())
        .fails("Too many large responses are in progress.", &pieces::busy())
        .fails_of_past()
        .fails("The SQL would take too much memory, or too long to plan.", &too_complex())
        .may_fail()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_without_sql_says_how_to_get_it() {
        let error = missing();
        assert_eq!(error.status(), StatusCode::FORBIDDEN);
        let problem = serde_json::to_string(&error.problem()).unwrap();
        assert!(problem.contains("build it with `--features sql`"), "{problem}");
    }
}
