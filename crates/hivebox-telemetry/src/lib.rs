//! What can be seen of HiveBox from outside while it runs: logs, metrics and traces.

pub mod logs;
pub mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
pub mod traces;
mod words;

use hivebox_config::{LogConfig, TracesConfig};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, Registry};

pub use words::in_words;

/// Listens to spans and events.
type Listener = Box<dyn Layer<Registry> + Send + Sync>;

/// Why nothing can be seen.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// Logs go somewhere already.
    #[error(transparent)]
    Taken(#[from] tracing_subscriber::util::TryInitError),
    /// Traces cannot be sent.
    #[cfg(feature = "otlp")]
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] otlp::SetUpError),
}

/// Logs and traces that go where they should.
#[derive(Debug)]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    exporter: Option<otlp::Exporter>,
}

impl Telemetry {
    /// Sends logs to standard error and traces to the collector, as configured. Must be called within the
    /// runtime that the sending is to be done on.
    ///
    /// # Errors
    /// Logs go somewhere already, or the system lacks something that sending takes.
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "there is nothing to send traces"))]
    pub fn start(log: &LogConfig, traces: &TracesConfig) -> Result<Self, TelemetryError> {
        let log = logs::listener(log);
        #[cfg(feature = "otlp")]
        if let Some(endpoint) = &traces.endpoint {
            let (spans, exporter) = otlp::start(endpoint)?;
            tracing_subscriber::registry().with(vec![log, spans]).try_init()?;
            return Ok(Self { exporter: Some(exporter) });
        }
        tracing_subscriber::registry().with(log).try_init()?;
        Ok(Self {
            #[cfg(feature = "otlp")]
            exporter: None,
        })
    }

    /// Sends what has not been sent yet, but for no longer than two seconds.
    #[cfg_attr(not(feature = "otlp"), expect(clippy::unused_async, reason = "there is nothing to send"))]
    pub async fn stop(self) {
        #[cfg(feature = "otlp")]
        if let Some(exporter) = self.exporter {
            exporter.stop().await;
        }
    }
}
