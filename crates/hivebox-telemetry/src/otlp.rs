//! Sends spans to a collector: OTLP over HTTP.
//!
//! A thread of OpenTelemetry's SDK collects spans in a bounded queue and encodes them. The requests run on our
//! runtime, through the same HTTP client library as those to openSenseMap. When the queue is full, further spans
//! are dropped: no request ever waits for the collector.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hivebox_config::mask_address;
use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider as _;
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

use crate::error_chain::in_words;
use crate::logs::BoxedLayer;
use crate::traces::TARGET;

/// The capacity of the queue, in spans.
const QUEUE_CAPACITY: usize = 2048;
/// The most spans in one request.
const MAX_BATCH: usize = 512;
/// How long spans are collected before they are sent.
const BATCH_INTERVAL: Duration = Duration::from_secs(2);
/// The time limit for one batch, retries included.
const TIMEOUT: Duration = Duration::from_secs(5);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// The time limit for sending the remaining spans when the service stops.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(2);
/// The most bytes read of a response, which normally has only a few.
const MAX_RESPONSE_BYTES: usize = 64 << 10;

/// Why the exporter cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SetUpError {
    /// The HTTP client cannot be set up.
    #[error(transparent)]
    Client(#[from] reqwest::Error),
    /// The exporter rejects its settings, some of which may come from OpenTelemetry's own environment variables.
    #[error(transparent)]
    Exporter(#[from] ExporterBuildError),
}

/// A running exporter.
#[derive(Debug)]
pub(crate) struct Exporter {
    provider: SdkTracerProvider,
    health: Arc<ExportHealth>,
}

/// Starts sending spans to the collector at `endpoint`, on the current runtime. The process must have installed a
/// default rustls provider.
pub(crate) fn start(endpoint: &str) -> Result<(BoxedLayer, Exporter), SetUpError> {
    let health = Arc::new(ExportHealth { endpoint: mask_address(endpoint), ..ExportHealth::default() });
    let http = reqwest::Client::builder()
        .user_agent(concat!("hivebox/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TIMEOUT)
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let transport = HttpTransport { http, runtime: Handle::current(), health: Arc::clone(&health) };
    let exporter = OtlpExporter::builder()
        .with_http()
        .with_http_client(transport)
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(format!("{endpoint}/v1/traces"))
        .with_timeout(TIMEOUT)
        .build()?;
    let batches = BatchConfigBuilder::default()
        .with_max_queue_size(QUEUE_CAPACITY)
        .with_max_export_batch_size(MAX_BATCH)
        .with_scheduled_delay(BATCH_INTERVAL)
        .build();
    let exporter = MonitoredExporter { exporter, health: Arc::clone(&health) };
    let provider = SdkTracerProvider::builder()
        .with_span_processor(BatchSpanProcessor::new(exporter, batches))
        .with_sampler(Sampler::ParentBased(Box::new(Sampler::AlwaysOn)))
        .with_resource(resource())
        .build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("hivebox"))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false)
        .with_level(false)
        .with_target(false)
        .with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO))
        .boxed();
    Ok((layer, Exporter { provider, health }))
}

impl Exporter {
    /// Sends the remaining spans, for at most [`FLUSH_TIMEOUT`].
    pub(crate) async fn stop(self) {
        let Self { provider, health } = self;
        // It blocks until requests on the runtime are done, so it must not occupy a thread of the runtime.
        let stopping = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(FLUSH_TIMEOUT));
        if let Ok(Err(error)) = stopping.await {
            health.failed(&in_words(&error));
        }
    }
}

/// The attributes of all spans; `OTEL_RESOURCE_ATTRIBUTES` can add more.
fn resource() -> Resource {
    Resource::builder()
        .with_attributes([
            KeyValue::new("service.name", "hivebox"),
            KeyValue::new("service.version", env!("CARGO_PKG_VERSION")),
            KeyValue::new("service.instance.id", instance_id()),
        ])
        .build()
}

/// The host name, which in Kubernetes is the pod's name, and a random suffix per process.
fn instance_id() -> String {
    let name = rustix::system::uname();
    format!("{}-{:08x}", name.nodename().to_string_lossy(), fastrand::u32(..))
}

/// Whether spans reach the collector. Logs once when sending starts to fail, and once when it works again.
#[derive(Debug, Default)]
struct ExportHealth {
    endpoint: String,
    is_failing: AtomicBool,
    /// Why the last request failed; the exporter's own error does not say.
    fault: Mutex<Option<String>>,
}

impl ExportHealth {
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

/// An exporter that reports its outcomes to [`ExportHealth`].
#[derive(Debug)]
struct MonitoredExporter {
    exporter: OtlpExporter,
    health: Arc<ExportHealth>,
}

impl SpanExporter for MonitoredExporter {
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

/// Sends the exporter's requests on our runtime: the exporter's own thread has none.
#[derive(Debug)]
struct HttpTransport {
    http: reqwest::Client,
    runtime: Handle,
    health: Arc<ExportHealth>,
}

#[async_trait::async_trait]
impl HttpClient for HttpTransport {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let response = self.runtime.spawn(send(self.http.clone(), request)).await?;
        self.health.set_fault(match &response {
            Ok(response) => Some(format!("the collector answered {}", response.status())),
            Err(error) => Some(in_words(&**error)),
        });
        response
    }
}

async fn send(http: reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    // The error must not show the address, which may contain a password.
    let mut response = http.execute(request.try_into()?).await.map_err(reqwest::Error::without_url)?;
    let status = response.status();
    let headers = std::mem::take(response.headers_mut());
    let mut body = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(reqwest::Error::without_url)? {
        if body.len() + piece.len() > MAX_RESPONSE_BYTES {
            return Err(ResponseBodyTooLarge::new().into());
        }
        body.extend_from_slice(&piece);
    }
    let mut whole = Response::new(body.into());
    *whole.status_mut() = status;
    *whole.headers_mut() = headers;
    Ok(whole)
}
