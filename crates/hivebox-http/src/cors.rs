//! Pages of any origin may read: all that is answered is public, and nobody is known by a cookie.

use std::time::Duration;

use axum::http::header::{AGE, ETAG, LINK, RETRY_AFTER};
use axum::http::{HeaderName, Method};
use tower_http::cors::{Any, CorsLayer};

/// How long a browser need not ask again whether it may ask.
const MAX_AGE: Duration = Duration::from_hours(24);

/// Answers preflight requests, and lets pages read answers and these headers.
pub(super) fn layer() -> CorsLayer {
    let ours = ["cache-status", "ratelimit", "ratelimit-policy", "x-request-id"];
    let exposed = ours.map(HeaderName::from_static).into_iter().chain([AGE, ETAG, LINK, RETRY_AFTER]);
    CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::HEAD, Method::OPTIONS])
        .allow_headers(Any)
        .expose_headers(exposed.collect::<Vec<_>>())
        .max_age(MAX_AGE)
        // Every origin gets the same answer.
        .vary([])
}
