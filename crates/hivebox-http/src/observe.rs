//! Gives every request an id, and times, counts and logs it.

pub(crate) mod metrics;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request};
use axum::middleware::Next;
use axum::response::Response;
use hivebox_telemetry::trace_span;
use hivebox_telemetry::traceparent::Traceparent;
use hivebox_telemetry::traces::ParentSpan;
use tokio::time::Instant;
use tracing::field::{Empty, display};
use tracing::{Instrument, Span, debug, debug_span, error, error_span};

use crate::observe::metrics::{MethodIndex, RouteMetrics};
use crate::panicked::Panicked;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The header of W3C Trace Context.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const MAX_REQUEST_ID_BYTES: usize = 64;

/// How the requests to a route are observed.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    /// The route's metrics.
    pub(super) metrics: Arc<RouteMetrics>,
    /// Whether handling a request can log something. The other routes answer from memory, where creating a span
    /// would take a tenth of the time.
    pub(super) does_work: bool,
}

/// A request in progress, until the head of its response.
#[derive(Debug)]
pub(super) struct RequestObservation {
    started: Instant,
    method: MethodIndex,
    id: HeaderValue,
    /// The header `traceparent`, if the client sent a valid one.
    traceparent: Option<HeaderValue>,
    /// The span of the log.
    log_span: Span,
    /// The span for the collector.
    trace_span: Span,
}

impl RequestObservation {
    /// Starts observing a request to `route`.
    pub(super) fn begin<B>(route: &Observed, request: &Request<B>) -> Self {
        let started = Instant::now();
        let method = MethodIndex::from(request.method());
        let id = request_id(request.headers());
        let (traceparent, client_span) = traceparent(request.headers()).unzip();
        let log_span = log_span(route, request, &id, client_span);
        let trace_span = span_for_collector(route, request, &id, client_span);
        Self { started, method, id, traceparent, log_span, trace_span }
    }

    /// Records the response, and adds the request's id to it.
    pub(super) fn end(self, route: &Observed, response: &mut Response) {
        let took = self.started.elapsed();
        route.metrics.observe(self.method, response.status(), took);
        if let Some(Panicked(message)) = response.extensions().get() {
            let (request_id, route) = (text(&self.id), route.metrics.route());
            error!(request_id, route, panic = &**message, "a request panicked");
        }
        self.log_span.in_scope(|| {
            debug!(status = response.status().as_u16(), took_us = took.as_micros() as u64, "answered");
        });
        if !self.trace_span.is_disabled() {
            let status = response.status();
            self.trace_span.record("http.response.status_code", status.as_u16());
            if status.is_server_error() {
                self.trace_span.record("otel.status_code", "ERROR");
            }
        }
        let headers = response.headers_mut();
        headers.insert(REQUEST_ID, self.id);
        if let Some(traceparent) = self.traceparent {
            headers.insert(TRACEPARENT, traceparent);
        }
    }
}

/// Middleware that observes the requests to a route.
pub(super) async fn observe(State(route): State<Observed>, request: Request<Body>, next: Next) -> Response {
    let observation = RequestObservation::begin(&route, &request);
    let (log_span, trace_span) = (observation.log_span.clone(), observation.trace_span.clone());
    // Entering disabled spans at every poll would cost time for nothing.
    let mut response = if log_span.is_disabled() && trace_span.is_disabled() {
        next.run(request).await
    } else {
        next.run(request).instrument(trace_span).instrument(log_span).await
    };
    observation.end(&route, &mut response);
    response
}

fn log_span<B>(
    route: &Observed,
    request: &Request<B>,
    id: &HeaderValue,
    traceparent: Option<Traceparent>,
) -> Span {
    let (request_id, path) = (text(id), request.uri().path());
    let trace_id = traceparent.map(|traceparent| display(HexTraceId(traceparent)));
    let method = request.method().as_str();
    if route.does_work {
        // At this level the span exists whenever anything is logged.
        error_span!("request", request_id, trace_id, method, path)
    } else {
        debug_span!("request", request_id, trace_id, method, path)
    }
}

/// The span for the collector, as a child of the client's span if the client named one. Routes that answer from
/// memory have none.
fn span_for_collector<B>(
    route: &Observed,
    request: &Request<B>,
    id: &HeaderValue,
    traceparent: Option<Traceparent>,
) -> Span {
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
    if let Some(traceparent) = traceparent.filter(|_| !span.is_disabled()) {
        ParentSpan::of_client(traceparent).adopt(&span);
    }
    span
}

/// The id set by the client or a proxy if it is short and consists of safe characters, otherwise a new one.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let given = headers.get(REQUEST_ID).filter(|id| {
        (1..=MAX_REQUEST_ID_BYTES).contains(&id.len())
            && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(byte))
    });
    given.cloned().unwrap_or_else(new_request_id)
}

/// Sixteen hex digits: a random number for the process, then the number of the request.
fn new_request_id() -> HeaderValue {
    static PROCESS: std::sync::LazyLock<u32> = std::sync::LazyLock::new(|| fastrand::u32(..));
    static COUNTER: AtomicU32 = AtomicU32::new(0);
    let number = u64::from(*PROCESS) << 32 | u64::from(COUNTER.fetch_add(1, Ordering::Relaxed));
    let digits: [u8; 16] =
        std::array::from_fn(|index| b"0123456789abcdef"[(number >> (60 - 4 * index)) as usize & 15]);
    HeaderValue::from_bytes(&digits).expect("hex digits are valid in headers")
}

/// The client's `traceparent`. W3C Trace Context says to ignore an invalid one.
fn traceparent(headers: &HeaderMap) -> Option<(HeaderValue, Traceparent)> {
    let header = headers.get(TRACEPARENT)?;
    Some((header.clone(), header.to_str().ok()?.parse().ok()?))
}

/// The id of a trace, formatted only where a span is enabled.
struct HexTraceId(Traceparent);

impl std::fmt::Display for HexTraceId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:032x}", self.0.trace_id())
    }
}

fn text(id: &HeaderValue) -> &str {
    id.to_str().expect("request ids are ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn a_safe_request_id_is_kept_and_others_are_replaced() {
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
        assert_eq!(traceparent(&headers(TRACEPARENT, good)).unwrap().1.to_string(), good);
        for bad in ["", "00-4bf92f-00f067aa0ba902b7-01", &good.to_uppercase(), &good.replace("00-4", "ff-4")]
        {
            assert!(traceparent(&headers(TRACEPARENT, bad)).is_none(), "{bad}");
        }
    }
}
