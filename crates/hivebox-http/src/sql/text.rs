//! The SQL in the body of a request.

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::whole_body;

/// The size limit of the SQL.
const MOST_BYTES: usize = 16 << 10;

/// The body as JSON.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SqlQuestion)]
pub(super) struct SqlBody {
    /// The SQL, at most 16 KiB.
    pub(super) sql: String,
}

/// Reads the SQL: the field `sql` of a JSON object.
pub(super) async fn read(request: Request) -> Result<String, ApiError> {
    if !is_json(request.headers()) {
        return Err(unsupported());
    }
    // The body is in one piece already.
    let bytes = to_bytes(request.into_body(), whole_body::MAX_BYTES)
        .await
        .map_err(|_| whole_body::too_long(whole_body::MAX_BYTES))?;
    let body: SqlBody = serde_json::from_slice(&bytes)
        .map_err(|error| wrong(&format!("the body is not a JSON object with the field sql: {error}")))?;
    if body.sql.len() > MOST_BYTES {
        return Err(too_long());
    }
    if body.sql.trim().is_empty() {
        return Err(wrong("the SQL is empty; send some, such as select count(*) from readings"));
    }
    Ok(body.sql)
}

/// Whether the body is JSON. Browsers let any page send text and forms to any server, but ask the server before they send
/// JSON, and HiveBox does not allow it. So no page of another origin can ask SQL in the name of its readers. A page whose
/// host name is made to point here (DNS rebinding) is of the same origin, and can: only a check of the host stops it.
fn is_json(headers: &HeaderMap) -> bool {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
}

pub(super) fn wrong(reason: &str) -> ApiError {
    ApiError::bad(reason)
}

pub(super) fn too_long() -> ApiError {
    let detail = format!("The SQL has more than {MOST_BYTES} bytes; send shorter SQL.");
    ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "Too long", detail)
}

pub(super) fn unsupported() -> ApiError {
    let detail = "Send SQL as JSON, with the header Content-Type: application/json and the body {\"sql\": \"select …\"}.";
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
    async fn sql_comes_as_json_alone() {
        let json = r#"{"sql":"select 1"}"#;
        let request =
            Request::post("/").header(CONTENT_TYPE, "Application/JSON; charset=utf-8").body(json.into());
        assert_eq!(read(request.unwrap()).await.unwrap(), "select 1");
        let untyped = read(Request::post("/").body(Body::from(json)).unwrap()).await;
        assert_eq!(untyped.unwrap_err().status(), 415, "a page can send this, too");
        for (content_type, body, expected) in [
            ("application/json", r#"{"sql":1}"#, 400),
            ("application/json", r#"{"sql":"select 1","rows":5}"#, 400),
            ("application/json", r#"{"sql":" \n"}"#, 400),
            ("text/plain", "select 1", 415),
            ("text/plain", json, 415),
            ("application/x-www-form-urlencoded", "select 1", 415),
            ("multipart/form-data", "select 1", 415),
            ("image/png", "select 1", 415),
        ] {
            assert_eq!(status(content_type, body).await, expected, "{content_type} {body}");
        }
        assert_eq!(status("application/json", vec![0xff]).await, 400);
    }

    #[tokio::test]
    async fn the_limit_is_on_the_sql_however_it_is_escaped() {
        let escaped = |bytes: usize| format!(r#"{{"sql":"{}"}}"#, "\\u0041".repeat(bytes));
        assert_eq!(status("application/json", escaped(MOST_BYTES)).await, 200);
        assert_eq!(status("application/json", escaped(MOST_BYTES + 1)).await, 413);
        assert_eq!(status("application/json", vec![b' '; whole_body::MAX_BYTES + 1]).await, 413);
    }
}
