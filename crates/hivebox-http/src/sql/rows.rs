//! Answers SQL with a stream of rows.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use hivebox_question::format::Format;
use hivebox_question::past::{Past, SqlAnswer};
use hivebox_sql::{BatchError, BatchFormat, BatchWriter, RecordBatch};
use tokio::runtime::Handle;

use crate::error::ApiError;
use crate::header_value::header_value;
use crate::pieces;

const PRIVATE: HeaderValue = HeaderValue::from_static("no-store");

/// Answers SQL in a format.
pub(super) async fn answer(past: &Past, text: &str, format: Format) -> Result<Response, ApiError> {
    let mut answer = past.sql(text, past.sql_rows).await?;
    let writer = BatchWriter::new(batch_format(format), answer.schema()).map_err(unfit)?;
    // The status can still report an error before the first row.
    let first = answer.next().await.transpose()?;
    let body = body(writer, first, answer)?;
    let disposition = header_value(format!("inline; filename=\"sql.{}\"", format.name()));
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(format.media_type())),
        (CONTENT_DISPOSITION, disposition),
        (CACHE_CONTROL, PRIVATE),
    ];
    Ok((headers, body).into_response())
}

/// The rows as they arrive. If any is missing at the end, as for a client that reads too slowly, the body is aborted.
fn body(writer: BatchWriter, first: Option<RecordBatch>, mut answer: SqlAnswer) -> Result<Body, ApiError> {
    let runtime = Handle::current();
    pieces::body(move |sink| {
        let mut writer = writer;
        let mut next = first;
        while let Some(batch) = next {
            let written = runtime.block_on(answer.beside(move || {
                let piece = writer.write(&batch);
                (writer, piece)
            }));
            let sent = match written {
                Ok((back, Ok(piece))) => {
                    writer = back;
                    sink.send(piece)
                }
                Ok((_, Err(error))) => return sink.fail(error),
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
            // A client that has disconnected needs no end.
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

/// Why the answer cannot be written in the requested format.
fn unfit(error: BatchError) -> ApiError {
    match error {
        BatchError::Nested(_) => ApiError::bad(&error.to_string()),
        error => ApiError::internal(error),
    }
}
