//! The length of a run.

/// How often the sections measure, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Starts of a server or a page.
    pub(crate) starts: usize,
    /// Pairs of measurements to compare.
    pub(crate) pairs: usize,
    /// Seconds of one measurement.
    pub(crate) seconds: u32,
    /// Seconds of mixed requests.
    pub(crate) soak_seconds: u32,
}

/// A run to quote.
pub(crate) const FULL: Effort = Effort { starts: 11, pairs: 7, seconds: 3, soak_seconds: 600 };
/// A run to check the benchmark itself.
pub(crate) const QUICK: Effort = Effort { starts: 3, pairs: 2, seconds: 1, soak_seconds: 20 };
