//! Logs on standard error.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{Layer, fmt};

use crate::config::{LogConfig, LogFormat};

/// Sends logs to standard error, as `config` says: text on a terminal, otherwise an object a line.
///
/// # Errors
/// Logs go somewhere already.
pub fn start(config: &LogConfig) -> Result<(), TryInitError> {
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
    tracing_subscriber::registry().with(layer.with_filter(config.filter.clone())).try_init()
}
