//! Request metrics, counted without a lock because every request updates them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::http::{Method, StatusCode};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;

const METHODS: [&str; 4] = ["GET", "HEAD", "POST", "other"];
/// The statuses that HiveBox sends, and zero for any other.
const STATUSES: [u16; 18] =
    [200, 304, 400, 403, 404, 405, 406, 408, 413, 414, 415, 422, 429, 431, 500, 503, 504, 0];
/// The statuses whose series exist from the start.
const EXPECTED_STATUSES: [u16; 3] = [200, 500, 503];

/// Upper bounds of the latency histogram in microseconds. They span answers from memory, writes to the store, and
/// waits for openSenseMap.
const BUCKETS_MICROS: [u64; 12] =
    [50, 100, 250, 500, 1_000, 5_000, 25_000, 100_000, 500_000, 2_500_000, 10_000_000, 60_000_000];

/// The number of requests by route, method and status, and their duration.
#[derive(Debug, Clone)]
pub(crate) struct RequestMetrics {
    /// The routes; the last one counts all paths without a route.
    routes: Arc<[Arc<RouteMetrics>]>,
    other: Arc<RouteMetrics>,
}

/// The requests to one route.
#[derive(Debug)]
pub(crate) struct RouteMetrics {
    route: &'static str,
    methods: [MethodMetrics; METHODS.len()],
}

#[derive(Debug, Default)]
struct MethodMetrics {
    by_status: [AtomicU64; STATUSES.len()],
    by_latency: [AtomicU64; BUCKETS_MICROS.len() + 1],
    /// In nanoseconds, because most requests take less than a microsecond.
    total_nanos: AtomicU64,
}

impl RequestMetrics {
    /// Registers the metrics with series for `routes`, and for all paths without a route.
    pub(crate) fn register(registry: &mut Registry, routes: impl Iterator<Item = &'static str>) -> Self {
        let of = |route| Arc::new(RouteMetrics { route, methods: Default::default() });
        let other = of("other");
        let routes = routes.map(of).chain([Arc::clone(&other)]).collect();
        let metrics = Self { routes, other };
        registry.register_collector(Box::new(metrics.clone()));
        metrics
    }

    /// The metrics of a route; those of `other` if the route is unknown.
    #[must_use]
    pub(crate) fn route(&self, route: &str) -> Arc<RouteMetrics> {
        Arc::clone(self.routes.iter().find(|known| known.route == route).unwrap_or(&self.other))
    }
}

impl RouteMetrics {
    /// The route.
    pub(crate) fn route(&self) -> &'static str {
        self.route
    }

    /// Counts a request.
    #[inline]
    pub(crate) fn observe(&self, method: MethodIndex, status: StatusCode, took: Duration) {
        let metrics = &self.methods[method.0];
        let other = STATUSES.len() - 1;
        let status = STATUSES.iter().position(|known| *known == status.as_u16()).unwrap_or(other);
        let micros = took.as_micros() as u64;
        let bucket = BUCKETS_MICROS.iter().position(|bound| micros <= *bound).unwrap_or(BUCKETS_MICROS.len());
        metrics.by_status[status].fetch_add(1, Ordering::Relaxed);
        metrics.by_latency[bucket].fetch_add(1, Ordering::Relaxed);
        metrics.total_nanos.fetch_add(took.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Whether clients are expected to use this method. Its series then exists before the first request.
    fn expects(&self, method: &str) -> bool {
        method == "GET" || (method == "POST" && self.route.ends_with("/store"))
    }
}

/// A method's index in [`METHODS`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct MethodIndex(usize);

impl From<&Method> for MethodIndex {
    fn from(method: &Method) -> Self {
        let other = METHODS.len() - 1;
        Self(METHODS.iter().position(|known| *known == method.as_str()).unwrap_or(other))
    }
}

impl Collector for RequestMetrics {
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

impl RequestMetrics {
    fn series(&self) -> impl Iterator<Item = (&RouteMetrics, &'static str, &MethodMetrics)> {
        self.routes.iter().flat_map(|route| {
            METHODS.iter().zip(&route.methods).map(|(method, metrics)| (&**route, *method, metrics))
        })
    }
}

impl MethodMetrics {
    /// The upper bound of each bucket in seconds with its count, and the total count.
    fn buckets(&self) -> (Vec<(f64, u64)>, u64) {
        let bounds = BUCKETS_MICROS.iter().map(|micros| *micros as f64 / 1e6).chain([f64::INFINITY]);
        let counts = self.by_latency.iter().map(|count| count.load(Ordering::Relaxed));
        let buckets: Vec<(f64, u64)> = bounds.zip(counts).collect();
        let count = buckets.iter().map(|(_, count)| count).sum();
        (buckets, count)
    }
}
