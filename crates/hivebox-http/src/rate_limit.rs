//! How often each client may ask: draft-ietf-httpapi-ratelimit-headers in front of the API's routes.

mod client;
mod places;

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, Request};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use prometheus_client::metrics::counter::Counter;
use tokio::time::Instant;

use crate::error::ApiError;
use crate::header_value::header_value;
use client::Client;
use hivebox_config::{HttpConfig, Quota};
use places::{Places, Standing};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The limit, and where each client stands.
#[derive(Debug)]
pub(crate) struct RateLimit {
    quota: Quota,
    policy: HeaderValue,
    trusted_proxies: usize,
    places: Places,
    started: Instant,
    refused: Counter,
}

impl RateLimit {
    /// The limit that is configured, if there is one. Requests that are refused are counted by `refused`.
    pub(crate) fn new(config: &HttpConfig, refused: Counter) -> Option<Self> {
        let quota = config.rate_limit?;
        let policy = format!("\"default\";q={};w={}", quota.requests, quota.window.as_secs());
        Some(Self {
            quota,
            policy: header_value(policy),
            trusted_proxies: config.trusted_proxies,
            places: Places::new(quota),
            started: Instant::now(),
            refused,
        })
    }
}

/// Lets a request pass if its client may ask once more, and tells the client where it stands.
pub(super) async fn limit(
    State(limit): State<Arc<RateLimit>>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let Some(client) = Client::of(&request, limit.trusted_proxies) else {
        return next.run(request).await;
    };
    let standing = limit.places.ask(client, limit.started.elapsed());
    let mut response = match standing.wait_secs {
        None => next.run(request).await,
        Some(wait_secs) => {
            limit.refused.inc();
            ApiError::too_many_requests(limit.quota, wait_secs).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(RATE_LIMIT_POLICY, limit.policy.clone());
    headers.insert(RATE_LIMIT, told(&standing));
    response
}

fn told(standing: &Standing) -> HeaderValue {
    header_value(format!("\"default\";r={};t={}", standing.remaining, standing.restored_secs))
}
