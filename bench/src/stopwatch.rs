//! The one place that reads the clock.

use std::time::Instant;

/// The present moment, to measure from.
pub(crate) fn now() -> Instant {
    Instant::now()
}
