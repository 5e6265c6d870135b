//! Sends spans to a collector, by OTLP over HTTP.
//!
//! A thread of OpenTelemetry's collects spans in a bounded queue and encodes them; the requests themselves
//! run on our runtime, by the HTTP client that also asks openSenseMap. Spans for which there is no room are
//! dropped: nothing ever waits for the collector.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState, TracerProvider as _,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response, ResponseBodyTooLarge};
use opentelemetry_otlp::{
    ExporterBuildError, Protocol, SpanExporter as OtlpExporter, WithExportConfig as _, WithHttpConfig as _,
};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{
    BatchConfigBuilder, BatchSpanProcessor, Sampler, SdkTracerProvider, SpanData, SpanExporter,
};
use tokio::runtime::Handle;
use tracing::{info, warn};
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};

use super::{Listener, traces};
use crate::words::in_words;
use hivebox_config::mask_secrets;

/// Spans that may wait; further ones are dropped.
const MAX_WAITING: usize = 2048;
const MAX_BATCH: usize = 512;
/// How long spans are collected before they are sent.
const COLLECT_FOR: Duration = Duration::from_secs(2);
/// Longest time for a batch, with its repetitions.
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest time to send what is left when the service stops.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// A collector answers with a few bytes.
const MAX_ANSWER_BYTES: usize = 64 << 10;

/// Why spans cannot be sent.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    /// The exporter does not like its settings, which may also be those of OpenTelemetry's own variables.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
}

/// Sends spans until it is stopped.
#[derive(Debug)]
pub(super) struct Exporter {
    provider: SdkTracerProvider,
    health: Arc<Health>,
}

/// Begins to send spans to the collector at `endpoint`, by the runtime that this is called on.
pub(super) fn start(endpoint: &str) -> Result<(Listener, Exporter), SetUpError> {
    let health = Arc::new(Health { endpoint: mask_secrets(endpoint), ..Health::default() });
    // An error means that the process has chosen its provider already, which is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder()
        .user_agent(concat!("hivebox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let transport = Transport { http, runtime: Handle::current(), health: Arc::clone(&health) };
    let exporter = OtlpExporter::builder()
        .with_http()
        .with_http_client(transport)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(TIMEOUT)
        .build()?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(MAX_WAITING)
        .with_max_export_batch_size(MAX_BATCH)
        .with_scheduled_delay(COLLECT_FOR)
        .build();
    let exporter = Watched { exporter, health: Arc::clone(&health) };
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::new(exporter, batches))
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_resource(resource())
        .build();
    let listener = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("hivebox"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_level(false)
        .with_target(false)
        .with_filter(Targets::new().with_target(traces::TARGET, LevelFilter::INFO))
        .boxed();
    Ok((listener, Exporter { provider, health }))
}

impl Exporter {
    /// Sends what is left, within bounds.
    pub(super) async fn stop(self) {
        let Self { provider, health } = self;
        // On a thread for such work: it blocks, and what it waits for needs the runtime.
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIMEOUT));
        if let Ok(Err(error)) = stopping.await {
            health.failed(&in_words(&error));
        }
    }
}

/// The span that a `traceparent` of version 00 names, if it names one.
pub(super) fn context(traceparent: &str) -> Option<Context> {
    let mut parts = traceparent.split('-').skip(1);
    let trace = TraceId::from_hex(parts.next()?).ok()?;
    let span = SpanId::from_hex(parts.next()?).ok()?;
    let flags = TraceFlags::new(u8::from_str_radix(parts.next()?, 16).ok()?) & TraceFlags::SAMPLED;
    let client = SpanContext::new(trace, span, flags, true, TraceState::NONE);
    client.is_valid().then(|| Context::new().with_remote_span_context(client))
}

/// What all spans have in common; `OTEL_RESOURCE_ATTRIBUTES` may add to it.
fn resource() -> Resource {
    Resource::builder()
        .with_attributes([
            KeyValue::new("service.name", "hivebox"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance_id()),
        ])
        .build()
}

/// The name of the machine, which in Kubernetes is that of the pod, and what tells its processes apart.
fn instance_id() -> String {
    let name = rustix::system::uname();
    format!("{}-{:08x}", name.nodename().to_string_lossy(), fastrand::u32(..))
}

/// Whether spans arrive. Says so once when they do not, and once when they do again.
#[derive(Debug, Default)]
struct Health {
    endpoint: String,
    is_failing: AtomicBool,
    /// What was wrong with the last request, which the exporter does not tell.
    fault: Mutex<Option<String>>,
}

impl Health {
    fn failed(&self, error: &str) {
        if !self.is_failing.swap(true, Ordering::Relaxed) {
            warn!(endpoint = self.endpoint, error, "traces cannot be sent, and are dropped");
        }
    }

    fn went_well(&self) {
        if self.is_failing.swap(false, Ordering::Relaxed) {
            info!(endpoint = self.endpoint, "traces are sent again");
        }
    }

    fn set_fault(&self, fault: Option<String>) -> Option<String> {
        std::mem::replace(&mut *self.fault.lock().unwrap_or_else(PoisonError::into_inner), fault)
    }
}

/// An exporter whose outcomes are noted.
#[derive(Debug)]
struct Watched {
    exporter: OtlpExporter,
    health: Arc<Health>,
}

impl SpanExporter for Watched {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let outcome = self.exporter.export(batch).await;
        let fault = self.health.set_fault(None);
        match &outcome {
            Ok(()) => self.health.went_well(),
            Err(error) => self.health.failed(&fault.unwrap_or_else(|| in_words(error))),
        }
        outcome
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn force_flush(&self) -> OTelSdkResult {
        self.exporter.force_flush()
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// Requests by our own client, on our own runtime: the exporter's thread has none.
#[derive(Debug)]
struct Transport {
    http: reqwest::Client,
    runtime: Handle,
    health: Arc<Health>,
}

#[async_trait::async_trait]
impl HttpClient for Transport {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let answer = self.runtime.spawn(send(self.http.clone(), request)).await?;
        self.health.set_fault(match &answer {
            Ok(answer) => Some(format!("the collector answered {}", answer.status())),
            Err(error) => Some(in_words(&**error)),
        });
        answer
    }
}

async fn send(http: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    // Without the address, which may hold a password.
    let mut answer = http.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let status = answer.status();
    let headers = std::mem::take(answer.headers_mut());
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + piece.len() > MAX_ANSWER_BYTES {
            return Err(ResponseBodyTooLarge::new().into());
        }
        body.extend_from_slice(&piece);
    }
    let mut whole = Response::new(body.into());
    *whole.status_mut() = status;
    *whole.headers_mut() = headers;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clients_span_is_read_with_its_choice_whether_to_keep_it() {
        let kept = context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03").unwrap();
        let span = kept.span().span_context().clone();
        assert!(span.is_remote() && span.is_sampled());
        assert_eq!(span.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        let dropped = context("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").unwrap();
        assert!(!dropped.span().span_context().is_sampled());
        assert!(context("00-00000000000000000000000000000000-00f067aa0ba902b7-01").is_none());
        assert!(context("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01").is_none());
    }
}
