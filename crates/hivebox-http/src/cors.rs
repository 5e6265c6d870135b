//! CORS: pages of any origin may read responses. All data is public, and there are no cookies.

use std::time::Duration;

use axum::http::header::{AGE, ETAG, LINK, RETRY_AFTER};
use axum::http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

/// For how long browsers may cache the response to a preflight request.
const MAX_AGE: Duration = Duration::from_hours(24);

/// Answers preflight requests, and lets pages read responses and their headers.
pub(super) fn layer() -> CorsLayer {
    let ours = ["cache-status", "ratelimit", "ratelimit-policy", "x-request-id"];
    let exposed = ours.map(HeaderName::from_static).into_iter().chain([AGE, ETAG, LINK, RETRY_AFTER]);
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers(exposed.collect::<Vec<_>>())
        .max_age(MAX_AGE)
        // Every origin gets the same response.
        .vary([])
}
