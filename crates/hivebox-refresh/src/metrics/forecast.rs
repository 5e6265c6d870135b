//! Questions to the weather model.

use std::time::Duration;

use forecast_sources::FailureKind;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Questions to the weather model.
#[derive(Debug, Clone)]
pub struct ForecastMetrics {
    outcomes: Family<[(&'static str, &'static str); 1], Counter>,
    duration_seconds: Histogram,
    unreadable: Counter,
    oddities: Family<[(&'static str, &'static str); 1], Counter>,
}

/// What can come of a wanted cell, beside the failures of the source.
const OUTCOMES: [&str; 7] =
    ["fetched", "unchanged", "shared", "unshared", "budget_spent", "useless", "silent"];

/// What can be odd about an answer that can be used.
pub(crate) const ODDITIES: [&str; 4] = ["deprecated", "unknown_unit", "converted_unit", "disbelieved_value"];

impl ForecastMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            outcomes: Family::default(),
            duration_seconds: Histogram::new([0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 60.0]),
            unreadable: Counter::default(),
            oddities: Family::default(),
        };
        for outcome in OUTCOMES.into_iter().chain(FailureKind::ALL.map(FailureKind::slug)) {
            metrics.outcome(outcome, 0);
        }
        for kind in ODDITIES {
            metrics.odd(kind, 0);
        }
        let help = "Wanted cells by what came of them: fetched, unchanged, shared by another replica, \
                    or why there is no forecast";
        registry.register("forecast_fetches", help, metrics.outcomes.clone());
        let help = "Time of a question to the weather model, about up to 100 places";
        registry.register("forecast_duration_seconds", help, metrics.duration_seconds.clone());
        let help = "Forecasts in the shared cache that this version cannot read";
        registry.register("forecast_unreadable", help, metrics.unreadable.clone());
        let help = "Odd answers of the weather model that could be used: of a version that will be switched off, \
                    with quantities in units that are unknown or had to be converted, or with values left out";
        registry.register("forecast_oddities", help, metrics.oddities.clone());
        metrics
    }

    /// Counts what came of wanted cells.
    pub(crate) fn outcome(&self, outcome: &'static str, count: u64) {
        self.outcomes.get_or_create(&[("outcome", outcome)]).inc_by(count);
    }

    /// Counts a question to the source.
    pub(crate) fn asked(&self, duration: Duration) {
        self.duration_seconds.observe(duration.as_secs_f64());
    }

    /// Counts what is odd about an answer.
    pub(crate) fn odd(&self, kind: &'static str, count: u64) {
        self.oddities.get_or_create(&[("kind", kind)]).inc_by(count);
    }

    /// Counts a shared forecast that cannot be read.
    pub(crate) fn unreadable(&self) {
        self.unreadable.inc();
    }
}
