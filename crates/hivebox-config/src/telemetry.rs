//! What is logged, and where spans are sent.

use hivebox_kinds::{Choice, Formed, Kind, Or, parse};
use tracing_subscriber::filter::Targets;

use super::address::is_http;
use super::definition::Setting;
use super::reader::{FromSettings, SettingReader};

/// What is logged.
pub const LOG: Setting<Formed<Targets>> = Setting::new(
    "log",
    "info",
    Formed::by(log_filter, "off, error, warn, info, debug or trace, also by module: info,hivebox_http=debug"),
    "What to log to standard error",
);
/// How it is logged.
pub const LOG_FORMAT: Setting<Choice<LogFormat>> = Setting::new(
    "log-format",
    "auto",
    Choice { options: &[("auto", LogFormat::Auto), ("text", LogFormat::Text), ("json", LogFormat::Json)] },
    "Log format; auto: text on a terminal, else json",
);
/// Where spans are sent.
pub const OTLP_ENDPOINT: Setting<Or<Collector>> = Setting::address(
    "otlp-endpoint",
    "off",
    Or { word: "off", kind: Collector },
    "Where to send traces, by OTLP over HTTP",
);

/// What is logged.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// `HIVEBOX_LOG`.
    pub filter: Targets,
    /// `HIVEBOX_LOG_FORMAT`.
    pub format: LogFormat,
}

/// `HIVEBOX_LOG_FORMAT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// Text on a terminal, else JSON.
    Auto,
    /// Lines for people.
    Text,
    /// An object a line.
    Json,
}

/// Where spans are sent.
#[derive(Debug, Clone)]
pub struct TracesConfig {
    /// `HIVEBOX_OTLP_ENDPOINT`; `None` means nowhere. Always `None` without the feature `otlp`.
    pub endpoint: Option<String>,
}

/// The address of an OpenTelemetry collector. Only a binary with the feature `otlp` takes one.
#[derive(Debug, Clone, Copy)]
pub struct Collector;

impl Kind for Collector {
    type Value = String;

    fn read(&self, text: &str) -> Result<String, String> {
        if !cfg!(feature = "otlp") {
            return Err("can only be off, since this hivebox was built without the feature otlp".into());
        }
        let base = text.trim_end_matches('/');
        let is_usable = is_http(base) && text.parse::<http::Uri>().is_ok_and(|uri| uri.query().is_none());
        if is_usable && !base.ends_with("/v1/traces") {
            Ok(base.to_owned())
        } else {
            Err("is malformed".into())
        }
    }

    fn allowed(&self) -> String {
        "the http(s) address of a collector without /v1/traces, such as http://collector:4318".into()
    }
}

/// Reads a filter of logs. A word that is no level, such as `inof`, would be the name of a module without logs.
fn log_filter(text: &str) -> Result<Targets, String> {
    let is_level = |word: &str| {
        ["off", "error", "warn", "info", "debug", "trace"]
            .iter()
            .any(|level| level.eq_ignore_ascii_case(word))
    };
    let is_part = |part: &str| match part.split_once('=') {
        Some((module, level)) => {
            let is_name = |char: char| char.is_ascii_alphanumeric() || matches!(char, '_' | ':');
            !module.is_empty() && module.chars().all(is_name) && is_level(level)
        }
        None => is_level(part),
    };
    let parts: Vec<&str> = text.split(',').map(str::trim).collect();
    if parts.iter().all(|part| is_part(part)) { parse(&parts.join(",")) } else { Err("is malformed".into()) }
}

impl FromSettings for LogConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        let filter = reader.read(&LOG);
        let format = reader.read(&LOG_FORMAT);
        Some(Self { filter: filter?, format: format? })
    }
}

impl FromSettings for TracesConfig {
    fn from_settings(reader: &mut SettingReader<'_>) -> Option<Self> {
        Some(Self { endpoint: reader.read(&OTLP_ENDPOINT)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_of_logs_has_levels_only() {
        for right in
            ["off", "INFO", "info,hivebox_http=debug", "warn, hivebox_refresh::store=trace", "hivebox=off"]
        {
            assert!(LOG.kind.read(right).is_ok(), "{right}");
        }
        for wrong in
            ["inof", "", "info,", "hivebox_http", "info,hivebox_http=debgu", "info hivebox=debug", "=info"]
        {
            assert_eq!(LOG.kind.read(wrong).unwrap_err(), "is malformed", "{wrong}");
        }
    }
}
