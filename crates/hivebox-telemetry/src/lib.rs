//! HiveBox's logs, metrics and traces.
//!
//! | question | module |
//! |---|---|
//! | What does a log line look like? | `logs.rs` |
//! | How are metrics registered and exposed? | [`metrics`] |
//! | Which spans are recorded for a collector? | [`traces`] |
//! | How is the header `traceparent` read? | [`traceparent`] |
//! | How do spans reach the collector? | `otlp.rs` |

mod error_chain;
mod logs;
pub mod metrics;
#[cfg(feature = "otlp")]
mod otlp;
pub mod traceparent;
pub mod traces;

use hivebox_config::{LogConfig, TracesConfig};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

pub use error_chain::in_words;

/// Why logging and tracing cannot start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The process already has a subscriber for its logs.
    #[error(transparent)]
    AlreadyStarted(#[from] tracing_subscriber::util::TryInitError),
    /// The exporter of traces cannot start.
    #[cfg(feature = "otlp")]
    #[error("traces cannot be sent: {0}")]
    Traces(#[from] otlp::SetUpError),
}

/// Running logs and traces. Call [`Telemetry::stop`] before the process exits to send the last spans.
#[derive(Debug)]
pub struct Telemetry {
    #[cfg(feature = "otlp")]
    exporter: Option<otlp::Exporter>,
}

impl Telemetry {
    /// Starts writing logs to standard error and, if an endpoint is configured, sending traces to it.
    /// Call it inside the runtime that is to send the traces.
    ///
    /// # Errors
    /// The process already logs elsewhere, or the exporter cannot be set up.
    ///
    /// # Panics
    /// With an endpoint, if the process has not installed a default rustls provider.
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "no exporter is compiled in"))]
    pub fn start(log: &LogConfig, traces: &TracesConfig) -> Result<Self, TelemetryError> {
        let log = logs::layer(log);
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

    /// Sends the remaining spans, for at most two seconds.
    #[cfg_attr(not(feature = "otlp"), expect(clippy::unused_async, reason = "no exporter is compiled in"))]
    pub async fn stop(self) {
        #[cfg(feature = "otlp")]
        if let Some(exporter) = self.exporter {
            exporter.stop().await;
        }
    }
}
