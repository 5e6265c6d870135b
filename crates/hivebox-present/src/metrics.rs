//! The metrics of the present.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::verdict::Verdict;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::registry::Registry;

use crate::cache::Cache;
use crate::clock::Clock;
use crate::present::{Freshness, Present};

/// The metrics of the present that outlive it. The others are read from it at each scrape.
#[derive(Debug, Clone)]
pub struct PresentMetrics {
    last_good_poll_timestamp_seconds: Gauge<f64, AtomicU64>,
}

impl PresentMetrics {
    /// Registers the metrics of the present in `cache`, by the time of `clock`.
    pub fn register(registry: &mut Registry, cache: Arc<Cache>, clock: Clock) -> Self {
        let metrics = Self { last_good_poll_timestamp_seconds: Gauge::default() };
        let help = "Start of the last poll with an answer; 0 if there was none";
        let last = metrics.last_good_poll_timestamp_seconds.clone();
        registry.register("last_good_poll_timestamp_seconds", help, last);
        registry.register_collector(Box::new(PresentCollector { cache, clock }));
        metrics
    }

    /// Notes a new present.
    pub fn observe(&self, present: &Present) {
        if let Some(answer) = &present.answer {
            let seconds = answer.computed_at().as_millisecond() as f64 / 1e3;
            self.last_good_poll_timestamp_seconds.set(seconds);
        }
    }
}

/// Reads the figures of the present at each scrape. There are none while no present may be served: a figure without
/// its time must not look like that of now.
#[derive(Debug)]
struct PresentCollector {
    cache: Arc<Cache>,
    clock: Clock,
}

impl Collector for PresentCollector {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let now = self.clock.now();
        let present = self.cache.present();
        let Some(present) = present.as_ref().filter(|present| present.is_servable(now)) else {
            return Ok(());
        };
        let answer = present.answer.as_ref().filter(|answer| answer.freshness(now) != Freshness::Expired);
        if let Some(answer) = answer {
            let help = "Mean air temperature over all senseBoxes; absent while there is none to serve.";
            let mean = ConstGauge::new(answer.mean.0);
            mean.encode(encoder.encode_descriptor(
                "mean_temperature_celsius",
                help,
                None,
                MetricType::Gauge,
            )?)?;
        }
        let counting = present.summary.air_temperature().count() as i64;
        for (name, help, value) in [
            ("boxes", "senseBoxes in the present.", present.readings.box_count() as i64),
            (
                "boxes_lost",
                "senseBoxes that could not be fetched or read at its poll.",
                present.boxes_lost as i64,
            ),
            ("mean_temperature_readings", "Readings that the mean is computed from.", counting),
        ] {
            let encoder = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(encoder)?;
        }
        let help = "Sensors in the present, by what they measure and whether their reading counts.";
        encode_readings(present, encoder.encode_descriptor("readings", help, None, MetricType::Gauge)?)
    }
}

/// The label of sensors with a title that is not in the catalogue.
const UNKNOWN: &str = "unknown";

fn encode_readings(present: &Present, mut encoder: MetricEncoder<'_>) -> fmt::Result {
    let summary = &present.summary;
    let known = Catalogue::builtin()
        .iter()
        .map(|(id, phenomenon)| (phenomenon.slug(), &summary.phenomenon(id).by_verdict));
    for (slug, by_verdict) in known.chain([(UNKNOWN, &summary.unknown_by_verdict)]) {
        for (verdict, count) in Verdict::ALL.iter().zip(by_verdict) {
            let labels = [("phenomenon", slug), ("verdict", verdict.slug())];
            ConstGauge::new(*count as i64).encode(encoder.encode_family(&labels)?)?;
        }
    }
    Ok(())
}
