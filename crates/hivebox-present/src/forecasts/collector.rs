//! The metrics of the forecasts in memory, read at each scrape.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use jiff::SignedDuration;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;

use super::Forecasts;
use super::cell_forecast::NoForecast;
use crate::clock::Clock;

/// A forecast counts as in use for so long after somebody asked for it.
const IN_USE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// Reads the figures of the forecasts at each scrape. They are zero without a source.
#[derive(Debug)]
pub struct ForecastsCollector {
    forecasts: Arc<Forecasts>,
    clock: Clock,
}

impl ForecastsCollector {
    /// Registers the metrics of `forecasts`, by the time of `clock`.
    pub fn register(registry: &mut Registry, forecasts: Arc<Forecasts>, clock: Clock) {
        registry.register_collector(Box::new(Self { forecasts, clock }));
    }
}

impl Collector for ForecastsCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = self.clock.now();
        let state = self.forecasts.state(now);
        let (cells, spent, budget) =
            state.map_or((0, 0, None), |state| (state.cells, state.spent_today, state.budget));
        let oldest_age = self.forecasts.oldest_age_in_use(now, IN_USE_FOR).unwrap_or_default();
        for (name, help, value) in [
            ("forecast_cells", "Cells with a forecast that may be served.", cells as f64),
            (
                "forecast_oldest_age_seconds",
                "Age of the oldest forecast that somebody asked for within the last hour; 0 if there is none.",
                oldest_age.as_secs_f64(),
            ),
            (
                "forecast_places_spent",
                "Places that all replicas asked the weather model about in the last day.",
                spent as f64,
            ),
            (
                "forecast_places_budget",
                "The most places that they may ask about in a day; 0 if there is no limit.",
                budget.unwrap_or(0) as f64,
            ),
        ] {
            let encoder = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(encoder)?;
        }
        let help = "Questions of requests that no forecast could answer, by reason.";
        let mut encoder = encoder.encode_descriptor("forecast_absent", help, None, MetricType::Counter)?;
        let counts = NoForecast::SLUGS.into_iter().zip(&self.forecasts.absent);
        for (reason, count) in counts.filter(|(reason, _)| *reason != NoForecast::Off.slug()) {
            let (count, labels) = (count.load(Ordering::Relaxed), [("reason", reason)]);
            ConstCounter::new(count).encode(encoder.encode_family(&labels)?)?;
        }
        Ok(())
    }
}
