//! Spans for a collector: what takes time, and its outcome.
//!
//! Their target separates them from the log's spans, so logs are the same with and without a collector. Without
//! one, a span costs one check of a flag. A binary without the feature `otlp` records none of them.

#[cfg(feature = "otlp")]
use opentelemetry::Context;
#[cfg(feature = "otlp")]
use opentelemetry::trace::{SpanContext, SpanId, TraceContextExt as _, TraceFlags, TraceId, TraceState};
use tracing::Span;

use crate::traceparent::Traceparent;

/// The target of all spans for a collector.
pub const TARGET: &str = "hivebox::traces";

/// A span for a collector: a name and fields, as [`tracing::info_span`] takes them. The caller must depend on the
/// crate `tracing`.
#[macro_export]
macro_rules! trace_span {
    (parent: None, $($rest:tt)*) => {
        tracing::info_span!(target: $crate::traces::TARGET, parent: None, $($rest)*)
    };
    ($($rest:tt)*) => {
        tracing::info_span!(target: $crate::traces::TARGET, $($rest)*)
    };
}

/// A span that is to be the parent of others: one of a client, or one of another thread.
#[derive(Debug, Clone, Default)]
pub struct ParentSpan {
    #[cfg(feature = "otlp")]
    context: Option<Context>,
}

impl ParentSpan {
    /// The client's span that `traceparent` names.
    #[must_use]
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "no collector is compiled in"))]
    pub fn of_client(traceparent: Traceparent) -> Self {
        Self {
            #[cfg(feature = "otlp")]
            context: Some(remote(traceparent)),
        }
    }

    /// The current span of this thread; none if that span is not for a collector.
    #[must_use]
    pub fn current() -> Self {
        Self {
            #[cfg(feature = "otlp")]
            context: Some(Context::current()).filter(Context::has_active_span),
        }
    }

    /// Makes `span` a child of this one. Call it before `span` is entered.
    #[cfg_attr(not(feature = "otlp"), expect(unused_variables, reason = "no collector is compiled in"))]
    pub fn adopt(&self, span: &Span) {
        #[cfg(feature = "otlp")]
        if let Some(context) = &self.context {
            use tracing_opentelemetry::OpenTelemetrySpanExt as _;
            // It fails if no collector is configured; then the span needs no parent.
            drop(span.set_parent(context.clone()));
        }
    }
}

/// The context of a client's span. OpenTelemetry's own propagator would read the header a second time.
#[cfg(feature = "otlp")]
fn remote(traceparent: Traceparent) -> Context {
    let flags = if traceparent.is_sampled() { TraceFlags::SAMPLED } else { TraceFlags::NOT_SAMPLED };
    let (trace_id, span_id) = (TraceId::from(traceparent.trace_id()), SpanId::from(traceparent.span_id()));
    Context::new().with_remote_span_context(SpanContext::new(
        trace_id,
        span_id,
        flags,
        true,
        TraceState::NONE,
    ))
}

/// Records the outcome of a span's work in a word, and whether it is a failure.
pub fn note_outcome(span: &Span, outcome: &str, is_failure: bool) {
    span.record("outcome", outcome);
    if is_failure {
        span.record("otel.status_code", "ERROR");
    }
}

#[cfg(test)]
#[cfg(feature = "otlp")]
mod tests {
    use super::*;

    fn parent(traceparent: &str) -> SpanContext {
        let parent = ParentSpan::of_client(traceparent.parse().unwrap());
        parent.context.unwrap().span().span_context().clone()
    }

    #[test]
    fn a_clients_span_keeps_its_ids_and_its_sampling_decision() {
        let sampled = parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-03");
        assert!(sampled.is_valid() && sampled.is_remote() && sampled.is_sampled());
        assert_eq!(sampled.trace_id().to_string(), "4bf92f3577b34da6a3ce929d0e0e4736");
        assert_eq!(sampled.span_id().to_string(), "00f067aa0ba902b7");
        assert!(!parent("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00").is_sampled());
    }
}
