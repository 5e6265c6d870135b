//! What the caller learns about each attempt, for metrics and logs.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::FailureKind;

/// The result of one attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The kind of failure; `None` if the attempt succeeded.
    pub failure: Option<FailureKind>,
    /// Its duration.
    pub duration: Duration,
    /// The bytes read, after decompression.
    pub body_bytes: usize,
    /// How many places it asked about.
    pub places: usize,
    /// What was odd about an answer that could be used.
    pub oddities: Oddities,
}

/// What was odd about an answer that could be used.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Oddities {
    /// The source answered 203: this version of its API will be switched off.
    pub is_deprecated: bool,
    /// The quantities that were left out since their unit is missing, unknown or doubtful, such as
    /// `wind_speed_10m in "Bft"`.
    pub unknown_units: Vec<String>,
    /// The quantities that came in another unit than asked for and were converted, such as `wind_speed_10m in "km/h"`. A
    /// server that mixes up its units cannot be told from one that has its own.
    pub converted_units: Vec<String>,
    /// The number of values that were left out since no weather is like that.
    pub disbelieved_values: usize,
}

/// A function called after each attempt, for metrics and logs. The default does nothing.
#[derive(Clone, Default)]
pub struct Observer(Option<Arc<Observe>>);

type Observe = dyn Fn(&Attempt) + Send + Sync;

impl Observer {
    /// Calls `observe` after each attempt.
    pub fn new(observe: impl Fn(&Attempt) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observe)))
    }

    pub(super) fn tell(&self, attempt: &Attempt) {
        if let Some(observe) = &self.0 {
            observe(attempt);
        }
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_some() { "Observer(set)" } else { "Observer(none)" })
    }
}
