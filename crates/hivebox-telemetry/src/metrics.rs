//! Prometheus metrics: one registry, in which each subsystem registers what it counts.

mod exposition;
mod process;

use std::fmt;
use std::sync::Arc;

pub use exposition::Exposition;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

/// All metrics of the process, as text. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
}

impl Metrics {
    /// An empty registry for the subsystems, with the version of HiveBox in it. Names get the prefix
    /// `hivebox_`.
    #[must_use]
    pub fn registry() -> Registry {
        let mut registry = Registry::with_prefix("hivebox");
        let build =
            Info::new([("version", env!("CARGO_PKG_VERSION")), ("rustc", env!("HIVEBOX_RUSTC_VERSION"))]);
        registry.register("build", "Version of HiveBox", build);
        registry
    }

    /// Tells what is registered, and the figures of the process.
    #[must_use]
    pub fn of(registry: Registry) -> Self {
        Self { registry: Arc::new(registry) }
    }

    /// All metrics as text.
    ///
    /// # Errors
    /// A metric cannot be written, which would be a fault in it.
    pub fn render(&self, exposition: Exposition) -> Result<String, fmt::Error> {
        let mut text = String::with_capacity(32 << 10);
        prometheus_client::encoding::text::encode_registry(&mut text, &self.registry)?;
        let mut of_process = Registry::default();
        of_process.register_collector(Box::new(process::ProcessMetrics));
        prometheus_client::encoding::text::encode(&mut text, &of_process)?;
        Ok(exposition.of(text))
    }
}
