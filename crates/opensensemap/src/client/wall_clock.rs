//! The time of day, which only dates in `Retry-After` need.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;

/// Tells a [`Client`](crate::Client) the time of day, with which it reads dates in `Retry-After`.
///
/// The default is the system's clock. Timeouts and delays do not depend on it: they use
/// [`tokio::time`].
#[derive(Clone)]
pub struct WallClock(Arc<dyn Fn() -> Timestamp + Send + Sync>);

impl WallClock {
    /// A clock that calls `now` for each reading.
    pub fn new(now: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    pub(super) fn now(&self) -> Timestamp {
        (self.0)()
    }
}

impl Default for WallClock {
    #[expect(clippy::disallowed_methods, reason = "the only use of the system's clock, and replaceable")]
    fn default() -> Self {
        Self::new(Timestamp::now)
    }
}

impl fmt::Debug for WallClock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("WallClock")
    }
}
