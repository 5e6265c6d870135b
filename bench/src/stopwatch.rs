//! The one place that reads the clock.

use std::time::Instant;

/// The present moment, to measure from.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures time")]
pub(crate) fn now() -> Instant {
    Instant::now()
}
