//! What every request passes: it gets an id, is timed, counted and logged.

pub(crate) mod metrics;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use axum::middleware::Next;
use axum::response::Response;
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument, Span, debug, debug_span, error_span};

use hivebox_telemetry::trace_span;
use hivebox_telemetry::traces::Origin;
use metrics::{MethodIndex, RouteMetrics};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header of W3C Trace Context.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const MAX_REQUEST_ID_BYTES: usize = 64;

/// A route as its requests are observed.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    /// Where its requests are counted.
    pub(super) metrics: Arc<RouteMetrics>,
    /// Whether it does work in which something may be logged. The other routes answer out of memory, so
    /// fast that making a span for each request would be a tenth of the time.
    pub(super) does_work: bool,
}

/// A request from its head to the head of its answer.
#[derive(Debug)]
pub(super) struct Observation {
    started: Instant,
    method: MethodIndex,
    id: HeaderValue,
    trace: Option<HeaderValue>,
    span: Span,
    /// For the collector.
    traced: Span,
}

impl Observation {
    /// Begins with a request to `route`.
    pub(super) fn begin<B>(route: &Observed, request: &Request<B>) -> Self {
        let started = Instant::now();
        let method = MethodIndex::from(request.method());
        let id = request_id(request.headers());
        let trace = traceparent(request.headers());
        let span = span(route, request, &id, trace.as_ref());
        let traced = traced(route, request, &id, trace.as_ref());
        Self { started, method, id, trace, span, traced }
    }

    /// Ends with the answer, which is given the request's id.
    pub(super) fn end(self, route: &Observed, response: &mut Response) {
        let took = self.started.elapsed();
        route.metrics.observe(self.method, response.status(), took);
        self.span.in_scope(|| {
            debug!(status = response.status().as_u16(), took_us = took.as_micros() as u64, "answered");
        });
        if !self.traced.is_disabled() {
            let status = response.status();
            self.traced.record("http.response.status_code", status.as_u16());
            if status.is_server_error() {
                self.traced.record("otel.status_code", "ERROR");
            }
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, self.id);
        if let Some(trace) = self.trace {
            headers.insert(TRACEPARENT, trace);
        }
    }
}

/// Observes a request that the router has found a route for.
pub(super) async fn observe(State(route): State<Observed>, request: Request<Body>, next: Next) -> Response {
    let observation = Observation::begin(&route, &request);
    let (span, traced) = (observation.span.clone(), observation.traced.clone());
    // Where nothing is logged or traced no span need be entered at each step of the request.
    let mut response = if span.is_disabled() && traced.is_disabled() {
        next.run(request).await
    } else {
        next.run(request).instrument(traced).instrument(span).await
    };
    observation.end(&route, &mut response);
    response
}

fn span<B>(route: &Observed, request: &Request<B>, id: &HeaderValue, trace: Option<&HeaderValue>) -> Span {
    let (request_id, path) = (text(id), request.uri().path());
    let trace_id = trace.and_then(|trace| text(trace).split('-').nth(1));
    let method = request.method().as_str();
    if route.does_work {
        // At this level the span is there whenever anything is logged.
        error_span!("request", request_id, trace_id, method, path)
    } else {
        debug_span!("request", request_id, trace_id, method, path)
    }
}

/// The span for the collector, in the client's trace if it named one; none where no work is done.
fn traced<B>(route: &Observed, request: &Request<B>, id: &HeaderValue, trace: Option<&HeaderValue>) -> Span {
    if !route.does_work {
        return Span::none();
    }
    let (method, path) = (request.method().as_str(), route.metrics.route());
    let span = trace_span!(
        parent: None,
        "request",
        otel.name = format_args!("{method} {path}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = path,
        http.response.status_code = Empty,
        url.path = request.uri().path(),
        request_id = text(id),
    );
    if let Some(trace) = trace.filter(|_| !span.is_disabled()) {
        Origin::of_client(text(trace)).adopt(&span);
    }
    span
}

/// The id that the client or a proxy gave, if it is short and plain; else a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(REQUEST_ID).filter(|id| {
        (1..=MAX_REQUEST_ID_BYTES).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
    });
    given.cloned().unwrap_or_else(new_request_id)
}

/// Sixteen hex digits: eight of chance for the process, eight that count its requests.
fn new_request_id() -> HeaderValue {
    static PROCESS: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| fastrand::u32(..));
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = u64::from(*PROCESS) << 32 | u64::from(COUNTER.fetch_add(1, Ordering::Relaxed));
    let digits: [u8; 16] =
        std::array::from_fn(|index| b"0123456789abcdef"[(number >> (60 - 4 * index)) as usize & 15]);
    HeaderValue::from_bytes(&digits).unwrap_or(HeaderValue::from_static("0"))
}

/// The client's `traceparent`, if it has the form that W3C Trace Context gives for version 00.
fn traceparent(headers: &HeaderMap) -> Option<HeaderValue> {
    let trace = headers.get(TRACEPARENT)?;
    let is_hex = |part: &str| part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts: Vec<&str> = text(trace).split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    (lengths == [2, 32, 16, 2] && parts[0] == "00" && parts.iter().all(|part| is_hex(part)))
        .then(|| trace.clone())
}

fn text(value: &HeaderValue) -> &str {
    value.to_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_plain_request_id_is_kept_and_others_are_replaced() {
        assert_eq!(request_id(&headers(REQUEST_ID, "abc-1.2:3_4")), "abc-1.2:3_4");
        for odd in ["", "has space", "quote\"", &"x".repeat(65)] {
            let id = request_id(&headers(REQUEST_ID, odd));
            assert!(id.len() == 16 && id != odd);
        }
        assert_ne!(new_request_id(), new_request_id());
    }

    #[test]
    fn only_a_well_formed_traceparent_is_passed_on() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(traceparent(&headers(TRACEPARENT, good)).unwrap(), good);
        for bad in ["", "00-4bf92f-00f067aa0ba902b7-01", &good.to_uppercase(), &good.replace("00-4", "ff-4")]
        {
            assert!(traceparent(&headers(TRACEPARENT, bad)).is_none(), "{bad}");
        }
    }
}
