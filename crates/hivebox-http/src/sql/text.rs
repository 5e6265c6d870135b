//! The SQL in the body of a request.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::whole_body;

/// The body as JSON.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SqlQuestion)]
pub(super) struct SqlBody {
    /// The SQL.
    pub(super) sql: String,
}

/// Reads the SQL: the body itself, or the field `sql` of a JSON object.
pub(super) async fn read(request: Request) -> Result<String, ApiError> {
    let is_json = is_json(request.headers())?;
    let bytes =
        to_bytes(request.into_body(), whole_body::MAX_BYTES).await.map_err(|_| whole_body::too_long())?;
    let text = if is_json {
        let body: SqlBody = serde_json::from_slice(&bytes)
            .map_err(|error| wrong(&format!("the body is not a JSON object with the field sql: {error}")))?;
        body.sql
    } else {
        String::from_utf8(bytes.into()).map_err(|_| wrong("the body is not UTF-8"))?
    };
    if text.trim().is_empty() {
        return Err(wrong("the body is empty; send SQL, such as select count(*) from readings"));
    }
    Ok(text)
}

/// Whether the body is JSON rather than text. `curl --data` always sends `application/x-www-form-urlencoded`.
fn is_json(headers: &HeaderMap) -> Result<bool, ApiError> {
    let Some(content_type) = headers.get(CONTENT_TYPE) else { return Ok(false) };
    let content_type = content_type.to_str().unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/json" => Ok(true),
        "text/plain" | "application/sql" | "application/x-www-form-urlencoded" => Ok(false),
        _ => Err(unsupported()),
    }
}

pub(super) fn wrong(reason: &str) -> ApiError {
    ApiError::bad(reason)
}

pub(super) fn unsupported() -> ApiError {
    let detail = "Send SQL as text/plain, or as application/json: {\"sql\": \"select …\"}.";
    ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "Unsupported media type", detail)
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    async fn status(content_type: &str, body: impl Into<Body>) -> u16 {
        let request = Request::post("/").header(CONTENT_TYPE, content_type).body(body.into()).unwrap();
        read(request).await.map_or_else(|error| error.status().as_u16(), |_| 200)
    }

    #[tokio::test]
    async fn sql_comes_as_text_or_as_json() {
        let sql = "select 1";
        let json = Body::from(r#"{"sql":"select 1"}"#);
        let request = Request::post("/").header(CONTENT_TYPE, "application/json; charset=utf-8").body(json);
        assert_eq!(read(request.unwrap()).await.unwrap(), sql);
        assert_eq!(read(Request::post("/").body(Body::from(sql)).unwrap()).await.unwrap(), sql);
        assert_eq!(status("application/x-www-form-urlencoded", sql).await, 200, "as curl --data has it");
        for (content_type, body, expected) in [
            ("application/json", r#"{"sql":1}"#, 400),
            ("application/json", r#"{"sql":"select 1","rows":5}"#, 400),
            ("text/plain", " \n", 400),
            ("image/png", sql, 415),
        ] {
            assert_eq!(status(content_type, body).await, expected, "{content_type} {body}");
        }
        assert_eq!(status("text/plain", vec![0xff]).await, 400);
        assert_eq!(status("text/plain", vec![b' '; whole_body::MAX_BYTES + 1]).await, 413);
    }
}
