//! The metrics of the newest present.

use std::sync::atomic::AtomicU64;

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::verdict::Verdict;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::present::Present;

type Number = Gauge<f64, AtomicU64>;

/// The metrics of the newest present.
#[derive(Debug, Clone)]
pub struct PresentMetrics {
    boxes: Gauge,
    boxes_lost: Gauge,
    readings: Family<[(&'static str, String); 2], Gauge>,
    mean_celsius: Number,
    mean_count: Gauge,
    last_good_poll_timestamp_seconds: Number,
}

impl PresentMetrics {
    /// Registers them, at zero.
    pub fn register(registry: &mut Registry) -> Self {
        let metrics = Self {
            boxes: Gauge::default(),
            boxes_lost: Gauge::default(),
            readings: Family::default(),
            mean_celsius: Number::default(),
            mean_count: Gauge::default(),
            last_good_poll_timestamp_seconds: Number::default(),
        };
        let slugs = Catalogue::builtin().iter().map(|(_, phenomenon)| phenomenon.slug()).chain([UNKNOWN]);
        for slug in slugs {
            metrics.set_readings(slug, &[0; Verdict::ALL.len()]);
        }
        registry.register("boxes", "senseBoxes in the newest present", metrics.boxes.clone());
        let help = "senseBoxes that could not be fetched or read at the last good poll";
        registry.register("boxes_lost", help, metrics.boxes_lost.clone());
        let help = "Sensors in the newest present, by what they measure and whether their reading counts";
        registry.register("readings", help, metrics.readings.clone());
        let help = "Mean air temperature over all senseBoxes; meaningless while the count is 0";
        registry.register("mean_temperature_celsius", help, metrics.mean_celsius.clone());
        let help = "Readings that the mean is computed from";
        registry.register("mean_temperature_readings", help, metrics.mean_count.clone());
        let help = "Start of the last poll with an answer; 0 if there was none";
        let last = metrics.last_good_poll_timestamp_seconds.clone();
        registry.register("last_good_poll_timestamp_seconds", help, last);
        metrics
    }

    /// Sets the figures of a new present.
    pub fn observe(&self, present: &Present) {
        self.boxes.set(present.readings.box_count() as i64);
        self.boxes_lost.set(present.boxes_lost as i64);
        for (id, phenomenon) in Catalogue::builtin().iter() {
            self.set_readings(phenomenon.slug(), &present.summary.phenomenon(id).by_verdict);
        }
        self.set_readings(UNKNOWN, &present.summary.unknown_by_verdict);
        self.mean_count.set(present.summary.air_temperature().count() as i64);
        if let Some(answer) = &present.answer {
            self.mean_celsius.set(answer.mean.0);
            let seconds = answer.computed_at().as_millisecond() as f64 / 1e3;
            self.last_good_poll_timestamp_seconds.set(seconds);
        }
    }

    fn set_readings(&self, phenomenon: &str, by_verdict: &[u64; Verdict::ALL.len()]) {
        for (verdict, count) in Verdict::ALL.iter().zip(by_verdict) {
            let labels = [("phenomenon", phenomenon.to_owned()), ("verdict", verdict.slug().to_owned())];
            self.readings.get_or_create(&labels).set(*count as i64);
        }
    }
}

/// The label of sensors with a title that is not in the catalogue.
const UNKNOWN: &str = "unknown";
