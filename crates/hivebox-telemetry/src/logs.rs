//! Logs on standard error.

use std::io::{IsTerminal, stderr};

use hivebox_config::{LogConfig, LogFormat};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{Layer, Registry, fmt};

use crate::traces::TARGET;

/// A layer of the process's subscriber.
pub(crate) type BoxedLayer = Box<dyn Layer<Registry> + Send + Sync>;

/// The layer that writes logs to standard error in the configured format: by default text on a terminal and
/// otherwise one JSON object per line.
pub(crate) fn layer(config: &LogConfig) -> BoxedLayer {
    let is_terminal = stderr().is_terminal();
    let as_text = match config.format {
        LogFormat::Auto => is_terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let layer = if as_text {
        fmt::layer().with_writer(stderr).with_ansi(is_terminal).with_target(false).boxed()
    } else {
        fmt::layer().json().flatten_event(true).with_writer(stderr).with_current_span(true).boxed()
    };
    // Spans for the collector would repeat every field of the log's own spans.
    layer.with_filter(config.filter.clone().with_target(TARGET, LevelFilter::OFF)).boxed()
}
