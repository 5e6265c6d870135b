//! Spans for a collector: what takes time, and how it went.
//!
//! They are apart from the spans of the log, by their target: logs stay as they are whether there is a
//! collector or not, and without one a span costs a look at a flag. In a binary without the feature `otlp`
//! nobody listens to them.

#[cfg(feature = "otlp")]
use opentelemetry::{Context, trace::TraceContextExt as _};
use tracing::Span;

/// The target of all spans that are for a collector.
pub const TARGET: &str = "hivebox::traces";

/// A span for a collector: a name, and fields, as [`tracing::info_span`] takes them. The caller needs the crate
/// `tracing`.
#[macro_export]
macro_rules! trace_span {
    (parent: None, $($rest:tt)*) => {
        tracing::info_span!(target: $crate::traces::TARGET, parent: None, $($rest)*)
    };
    ($($rest:tt)*) => {
        tracing::info_span!(target: $crate::traces::TARGET, $($rest)*)
    };
}

/// What a span may be a part of: a span of a client, or one that another thread has.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    #[cfg(feature = "otlp")]
    context: Option<Context>,
}

impl Origin {
    /// The span of the client that sent this `traceparent`.
    #[must_use]
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "nobody listens"))]
    pub fn of_client(traceparent: &str) -> Self {
        Self {
            #[cfg(feature = "otlp")]
            context: crate::otlp::context(traceparent),
        }
    }

    /// The span that this thread is in; nothing if that is not for a collector.
    #[must_use]
    pub fn current() -> Self {
        Self {
            #[cfg(feature = "otlp")]
            context: Some(Context::current()).filter(Context::has_active_span),
        }
    }

    /// Makes a span a part of this. To be called before the span is entered.
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "nobody listens"))]
    pub fn adopt(&self, span: &Span) {
        #[cfg(feature = "otlp")]
        if let Some(context) = &self.context {
            use tracing_opentelemetry::OpenTelemetrySpanExt as _;
            // An error means that there is no collector.
            let _ = span.set_parent(context.clone());
        }
    }
}

/// Notes how the work of a span went: `outcome` in a word, and whether that is a failure.
pub fn note_outcome(span: &Span, outcome: &str, is_failure: bool) {
    span.record("outcome", outcome);
    if is_failure {
        span.record("otel.status_code", "ERROR");
    }
}
