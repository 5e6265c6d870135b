//! Requests: counted without a lock, because every request passes here.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::registry::Registry;

/// The routes whose requests are counted, by the path that the router has for them. `other` is all else.
pub const ROUTES: &[&str] = &[
    "/",
    "/dashboard",
    "/dashboard/{file}",
    "/health",
    "/version",
    "/metrics",
    "/temperature",
    "/api/temperature",
    "/store",
    "/api/store",
    "/livez",
    "/readyz",
    "/api/v1/phenomena",
    "/api/v1/conditions",
    "/api/v1/chores",
    "/api/v1/boxes",
    "/api/v1/boxes/{id}",
    "/api/v1/map",
    "/api/v1/readings",
    "/api/v1/snapshots",
    "/api/v1/snapshots/{name}",
    "/api/v1/history",
    "/api/v1/sql",
    "/api/v1/status",
    "/api/v1/live",
    "/openapi.json",
    "/docs",
    "/docs/style.css",
    "other",
];

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
/// The statuses that HiveBox answers with, and zero for any other.
const STATUSES: [u16; 18] =
    [200, 304, 400, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 500, 503, 504, 0];
/// Of those, the ones whose series are there from the start.
const EXPECTED_STATUSES: [u16; 3] = [200, 500, 503];

/// Upper bounds of the latency histogram in microseconds: from an answer out of memory, over a store, to
/// a wait for openSenseMap.
const BUCKETS_MICROS: [u64; 12] =
    [50, 100, 250, 500, 1_000, 5_000, 25_000, 100_000, 500_000, 2_500_000, 10_000_000, 60_000_000];

/// Requests by route, method and status, and how long they took.
#[derive(Debug, Clone)]
pub struct HttpMetrics {
    routes: Arc<[Arc<RouteMetrics>]>,
    /// Requests refused because their client has asked too often.
    pub rate_limited: Counter,
}

/// The requests to one route.
#[derive(Debug)]
pub struct RouteMetrics {
    route: &'static str,
    methods: [MethodMetrics; METHODS.len()],
}

#[derive(Debug, Default)]
struct MethodMetrics {
    by_status: [AtomicU64; STATUSES.len()],
    by_latency: [AtomicU64; BUCKETS_MICROS.len() + 1],
    /// In nanoseconds, since most answers take less than a microsecond.
    total_nanos: AtomicU64,
}

impl HttpMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let route = |route| Arc::new(RouteMetrics { route, methods: Default::default() });
        let metrics =
            Self { routes: ROUTES.iter().copied().map(route).collect(), rate_limited: Counter::default() };
        let help = "Requests refused because their client has asked too often";
        registry.register("http_rate_limited", help, metrics.rate_limited.clone());
        registry.register_collector(Box::new(metrics.clone()));
        metrics
    }

    /// The metrics of a route; those of `other` if it is not one of [`ROUTES`].
    #[must_use]
    pub fn route(&self, route: &str) -> Arc<RouteMetrics> {
        let index = ROUTES.iter().position(|known| *known == route).unwrap_or(ROUTES.len() - 1);
        Arc::clone(&self.routes[index])
    }
}

impl RouteMetrics {
    /// The route.
    pub fn route(&self) -> &'static str {
        self.route
    }

    /// Counts a request.
    #[inline]
    pub fn observe(&self, method: MethodIndex, status: StatusCode, took: Duration) {
        let metrics = &self.methods[method.0];
        let other = STATUSES.len() - 1;
        let status = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(other);
        let micros = took.as_micros() as u64;
        let bucket = BUCKETS_MICROS.iter().position(|bound| micros <= *bound).unwrap_or(BUCKETS_MICROS.len());
        metrics.by_status[status].fetch_add(1, Ordering::Relaxed);
        metrics.by_latency[bucket].fetch_add(1, Ordering::Relaxed);
        metrics.total_nanos.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Whether a request by this method is expected, so that its series is there before it comes.
    fn expects(&self, method: &str) -> bool {
        method == "GET" || (method == "POST" && self.route.ends_with("/store"))
    }
}

/// A method, as metrics tell them apart.
#[derive(Debug, Clone, Copy)]
pub struct MethodIndex(usize);

impl From<&Method> for MethodIndex {
    fn from(method: &Method) -> Self {
        let other = METHODS.len() - 1;
        Self(METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(other))
    }
}

impl Collector for HttpMetrics {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> std::fmt::Result {
        let help = "Requests answered, by route, method and status";
        let mut requests = encoder.encode_descriptor("http_requests", help, None, MetricType::Counter)?;
        for (route, method, metrics) in self.series() {
            for (code, count) in STATUSES.iter().zip(&metrics.by_status) {
                let count = count.load(Ordering::Relaxed);
                if count > 0 || (route.expects(method) && EXPECTED_STATUSES.contains(code)) {
                    let code = if *code == 0 { "other".to_owned() } else { code.to_string() };
                    let labels = [("route", route.route), ("method", method), ("status", code.as_str())];
                    requests.encode_family(&labels)?.encode_counter::<NoLabelSet, _, u64>(&count, None)?;
                }
            }
        }
        let help = "Time from a request's head to its answer's head, by route and method";
        let name = "http_request_duration_seconds";
        let mut durations = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for (route, method, metrics) in self.series() {
            let (buckets, count) = metrics.buckets();
            if count > 0 || route.expects(method) {
                let seconds = metrics.total_nanos.load(Ordering::Relaxed) as f64 / 1e9;
                let labels = [("route", route.route), ("method", method)];
                let mut series = durations.encode_family(&labels)?;
                series.encode_histogram::<NoLabelSet>(seconds, count, &buckets, None)?;
            }
        }
        Ok(())
    }
}

impl HttpMetrics {
    fn series(&self) -> impl Iterator<Item = (&RouteMetrics, &'static str, &MethodMetrics)> {
        self.routes.iter().flat_map(|route| {
            METHODS.iter().zip(&route.methods).map(|(method, metrics)| (&**route, *method, metrics))
        })
    }
}

impl MethodMetrics {
    /// The count in each bucket with its upper bound in seconds, and the count in all.
    fn buckets(&self) -> (Vec<(f64, u64)>, u64) {
        let bounds = BUCKETS_MICROS.iter().map(|micros| *micros as f64 / 1e6).chain([f64::INFINITY]);
        let counts = self.by_latency.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        (buckets, count)
    }
}

/// What `/temperature` answered, by the state of the cache.
#[derive(Debug, Clone)]
pub struct AnswerMetrics {
    /// An answer within its time to live.
    pub fresh: Counter,
    /// An answer past that, served because there was no newer one.
    pub stale: Counter,
    /// No answer that may be served.
    pub none: Counter,
}

impl AnswerMetrics {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let answers = Family::<[(&'static str, &'static str); 1], Counter>::default();
        let counter = |state| answers.get_or_create(&[("cache", state)]).clone();
        let metrics = Self { fresh: counter("fresh"), stale: counter("stale"), none: counter("none") };
        registry.register("answers", "Answers to /temperature, by the state of the cache", answers);
        metrics
    }
}
