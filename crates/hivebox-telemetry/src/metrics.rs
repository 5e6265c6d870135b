//! Prometheus metrics. All subsystems register what they count in one registry.

mod exposition;
mod process;

use std::fmt;
use std::sync::Arc;

pub use exposition::Exposition;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// All metrics of the process. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
}

impl Metrics {
    /// A new registry that contains only HiveBox's version. It prefixes all names with `hivebox_`.
    #[must_use]
    pub fn registry() -> Registry {
        let mut registry = Registry::with_prefix("hivebox");
        let build =
            Info::new([("version", env!("CARGO_PKG_VERSION")), ("rustc", env!("HIVEBOX_RUSTC_VERSION"))]);
        registry.register("build", "Version of HiveBox", build);
        registry
    }

    /// Exposes the metrics in `registry` and those of the process.
    #[must_use]
    pub fn of(registry: Registry) -> Self {
        Self { registry: Arc::new(registry) }
    }

    /// The current values of all metrics as text.
    ///
    /// # Errors
    /// A metric cannot be encoded, which is a bug in that metric.
    pub fn render(&self, exposition: Exposition) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(32 << 10);
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry)?;
        let mut of_process = Registry::default();
        of_process.register_collector(Box::new(process::ProcessCollector));
        prometheus_client::encoding::text::encode(&mut text, &of_process)?;
        Ok(exposition.of(text))
    }
}
