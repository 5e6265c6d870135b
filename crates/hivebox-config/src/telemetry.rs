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
    Formed::by(parse, "off, error, warn, info, debug or trace, also by module: info,hivebox_http=debug"),
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
pub const OTLP_ENDPOINT: Setting<Or<Collector>> = Setting::new(
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
