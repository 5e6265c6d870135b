//! Logs on standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::{Layer, fmt};

use super::{Listener, traces};
use hivebox_config::{LogConfig, LogFormat};

/// Writes logs to standard error, as `config` says: text on a terminal, otherwise an object a line.
pub(super) fn listener(config: &LogConfig) -> Listener {
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
    // What is for a collector alone would say everything twice.
    layer.with_filter(config.filter.clone().with_target(traces::TARGET, LevelFilter::OFF)).boxed()
}
