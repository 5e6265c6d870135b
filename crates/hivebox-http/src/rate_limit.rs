//! The rate limit per client in front of the API's routes, with the headers of
//! draft-ietf-httpapi-ratelimit-headers.

mod client_key;
mod limiter;

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
use crate::rate_limit::client_key::ClientKey;
use crate::rate_limit::limiter::{Allowance, Limiter};
use hivebox_config::{HttpConfig, Quota};

const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// The configured limit and the allowance of each client.
#[derive(Debug)]
pub(crate) struct RateLimit {
    quota: Quota,
    policy: HeaderValue,
    trusted_proxies: usize,
    limiter: Limiter,
    started: Instant,
    refused: Counter,
}

impl RateLimit {
    /// The configured limit, if there is one. `refused` counts the refused requests.
    pub(crate) fn new(config: &HttpConfig, refused: Counter) -> Option<Self> {
        let quota = config.rate_limit?;
        let policy = format!("\"default\";q={};w={}", quota.requests, quota.window.as_secs());
        Some(Self {
            quota,
            policy: header_value(policy),
            trusted_proxies: config.trusted_proxies,
            limiter: Limiter::new(quota),
            started: Instant::now(),
            refused,
        })
    }
}

/// Middleware that refuses requests over the limit, and reports the client's allowance in the headers.
pub(super) async fn limit(
    State(limit): State<Arc<RateLimit>>,
    request: Request<Body>,
    next: Next,
) -> Response {
    let Some(client) = ClientKey::of(&request, limit.trusted_proxies) else {
        return next.run(request).await;
    };
    let allowance = limit.limiter.take(client, limit.started.elapsed());
    let mut response = match allowance.retry_secs {
        None => next.run(request).await,
        Some(retry_secs) => {
            limit.refused.inc();
            ApiError::too_many_requests(limit.quota, retry_secs).into_response()
        }
    };
    let headers = response.headers_mut();
    headers.insert(RATE_LIMIT_POLICY, limit.policy.clone());
    headers.insert(RATE_LIMIT, rate_limit_header(&allowance));
    response
}

fn rate_limit_header(allowance: &Allowance) -> HeaderValue {
    header_value(format!("\"default\";r={};t={}", allowance.remaining, allowance.reset_secs))
}
